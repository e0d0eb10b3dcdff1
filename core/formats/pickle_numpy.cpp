#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/formats/pickle_numpy.h>

#include <fmt/format.h>

#include <cstring>
#include <string_view>

namespace lpntk::formats {

using base::FormatError;
using Kind = PickleValue::Kind;

namespace {

bool isObject(const PickleValue* value, const char* name) {
    return value && value->kind == Kind::object && std::strcmp(value->name, name) == 0;
}

/// numpy.dtype('u1', ...) with its state (version, byte order, ...).
DType typeOf(const PickleValue* value, const std::string& where) {
    if (!isObject(value, "numpy dtype") || !value->at(0) || !value->at(0)->isString())
        throw FormatError(where + ": the array has no dtype");
    const std::string_view code = value->at(0)->text;
    const PickleValue* order = value->state ? value->state->at(1) : nullptr;
    if (order && order->isString() && order->text == ">")
        throw FormatError(where + ": the array is big-endian, which is not read");
    static constexpr std::pair<std::string_view, DType> kTypes[] = {
        {"u1", DType::u8},  {"i1", DType::i8},  {"b1", DType::boolean}, {"u2", DType::u16},
        {"i2", DType::i16}, {"u4", DType::u32}, {"i4", DType::i32},     {"u8", DType::u64},
        {"i8", DType::i64}, {"f2", DType::f16}, {"f4", DType::f32},     {"f8", DType::f64}};
    for (const auto& [name, type] : kTypes) {
        if (code == name)
            return type;
    }
    throw FormatError(fmt::format("{}: the array's dtype \"{}\" is not a plain number", where, code.substr(0, 16)));
}

/// UTF-8 text with code points below 256 back to the bytes that they stand for.
std::vector<std::byte> latin1(std::string_view text, const std::string& where) {
    std::vector<std::byte> bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x80) {
            bytes.push_back(static_cast<std::byte>(c));
        } else {
            const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
            if ((c != 0xc2 && c != 0xc3) || (next & 0xc0) != 0x80)
                throw FormatError(where + ": text that is not latin1 stands for bytes");
            bytes.push_back(static_cast<std::byte>((c & 0x03) << 6 | (next & 0x3f)));
            ++i;
        }
    }
    return bytes;
}

} // namespace

std::vector<std::byte> pickledBytes(const PickleValue& value, const std::string& where) {
    if (value.kind == Kind::bytes) {
        const auto view = std::as_bytes(std::span(value.text.data(), value.text.size()));
        return {view.begin(), view.end()};
    }
    if (isObject(&value, "_codecs encode") && value.at(0) && value.at(0)->kind == Kind::text && value.at(1) &&
        value.at(1)->isString() && value.at(1)->text == "latin1")
        return latin1(value.at(0)->text, where);
    throw FormatError(fmt::format("{}: bytes were expected, a {} was found", where, nameOf(value.kind)));
}

PickledArray numpyArray(const PickleValue& value, const std::string& where) {
    if (!isObject(&value, "numpy _reconstruct") || !value.state || value.state->kind != Kind::tuple ||
        value.state->items.size() != 5)
        throw FormatError(fmt::format("{}: a NumPy array was expected, a {} was found", where, nameOf(value.kind)));
    const std::vector<const PickleValue*>& state = value.state->items; // version, shape, dtype, Fortran order, data
    PickledArray array;
    array.type = typeOf(state[2], where);
    if (state[1]->kind != Kind::tuple || state[1]->items.size() > 32)
        throw FormatError(where + ": the array has no shape");
    for (const PickleValue* size : state[1]->items) {
        if (size->kind != Kind::integer || size->integer < 0)
            throw FormatError(where + ": a size in the array's shape is not a whole number");
        array.shape.push_back(size->integer);
    }
    if (state[3]->integer != 0 && array.shape.size() > 1)
        throw FormatError(where + ": the array is stored column by column (Fortran order), which is not read");
    array.bytes = pickledBytes(*state[4], where);
    const std::int64_t expected = base::checkedProduct(
        {base::checkedProduct(array.shape, where), static_cast<std::int64_t>(sizeOf(array.type))}, where);
    if (expected != static_cast<std::int64_t>(array.bytes.size()))
        throw FormatError(
            fmt::format("{}: the array has {} bytes; its shape needs {}", where, array.bytes.size(), expected));
    return array;
}

} // namespace lpntk::formats
