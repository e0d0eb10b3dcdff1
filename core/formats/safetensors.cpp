#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/base/json_file.h>
#include <core/formats/weight_readers.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <set>

namespace lpntk::formats {

using base::FormatError;
using base::Json;

namespace {

constexpr std::uint64_t kLargestHeader = 100'000'000;
constexpr std::size_t kMostDimensions = 32;

struct TypeName {
    DType type;
    const char* name;
};
constexpr std::array kTypeNames{
    TypeName{DType::boolean, "BOOL"}, TypeName{DType::u8, "U8"},   TypeName{DType::i8, "I8"},
    TypeName{DType::i16, "I16"},      TypeName{DType::u16, "U16"}, TypeName{DType::f16, "F16"},
    TypeName{DType::bf16, "BF16"},    TypeName{DType::i32, "I32"}, TypeName{DType::u32, "U32"},
    TypeName{DType::f32, "F32"},      TypeName{DType::f64, "F64"}, TypeName{DType::i64, "I64"},
    TypeName{DType::u64, "U64"},
};

DType typeFromName(const std::string& name, const std::string& where) {
    for (const TypeName& entry : kTypeNames) {
        if (name == entry.name)
            return entry.type;
    }
    throw FormatError(fmt::format("{}: dtype \"{}\" is not supported; convert the tensor to F32", where, name));
}

const char* nameFromType(DType type) {
    return std::find_if(kTypeNames.begin(), kTypeNames.end(), [&](const TypeName& e) { return e.type == type; })->name;
}

/// Walks the JSON without building it and throws at a key that an object has twice: which one counts is up to the
/// parser, so two programs could read two different models from one file.
class DuplicateFinder : public nlohmann::json_sax<Json> {
public:
    explicit DuplicateFinder(const std::string& where) : m_where(where) {}
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return push(); }
    bool start_array(std::size_t) override { return push(); }
    bool end_object() override { return pop(); }
    bool end_array() override { return pop(); }
    bool key(string_t& name) override {
        if (!m_keys.back().insert(name).second)
            throw FormatError(fmt::format("{}: the header names \"{}\" twice", m_where, name));
        return true;
    }
    bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) override {
        throw FormatError(fmt::format("{}: the header is not valid JSON at byte {}", m_where, 8 + at));
    }

private:
    bool push() {
        m_keys.emplace_back();
        return true;
    }
    bool pop() {
        m_keys.pop_back();
        return true;
    }
    const std::string& m_where;
    std::vector<std::set<std::string>> m_keys;
};

struct Entry {
    NamedTensor tensor;
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

std::int64_t wholeNumber(const Json& json, const std::string& where) {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        throw FormatError(where + ": a size or offset is not a whole number");
    return json.get<std::int64_t>();
}

Entry parseEntry(const std::string& name, const Json& json, const std::string& fileName) {
    const std::string where = fmt::format("{}, tensor \"{}\"", fileName, name);
    Entry entry;
    entry.tensor.name = name;
    entry.tensor.type = typeFromName(base::requiredKey<std::string>(json, "dtype", where), where);
    const Json shape = base::requiredKey<Json>(json, "shape", where);
    const Json offsets = base::requiredKey<Json>(json, "data_offsets", where);
    if (!shape.is_array() || shape.size() > kMostDimensions || !offsets.is_array() || offsets.size() != 2 ||
        json.size() != 3)
        throw FormatError(where + ": dtype, a shape of at most 32 sizes and two data_offsets were expected");
    for (const Json& size : shape)
        entry.tensor.shape.push_back(wholeNumber(size, where));
    entry.begin = wholeNumber(offsets[0], where);
    entry.end = wholeNumber(offsets[1], where);
    const std::int64_t needed = base::checkedProduct(
        {base::checkedProduct(entry.tensor.shape, where), static_cast<std::int64_t>(sizeOf(entry.tensor.type))}, where);
    if (entry.end < entry.begin || entry.end - entry.begin != needed)
        throw FormatError(fmt::format("{}: data_offsets [{}, {}] hold {} bytes; {} of shape [{}] needs {}", where,
                                      entry.begin, entry.end, entry.end - entry.begin, nameOf(entry.tensor.type),
                                      fmt::join(entry.tensor.shape, ", "), needed));
    return entry;
}

void parseMetadata(const Json& json, WeightFile& file, const std::string& where) {
    if (!json.is_object())
        throw FormatError(where + ": __metadata__ is not an object of strings");
    for (const auto& [key, value] : json.items()) {
        if (!value.is_string())
            throw FormatError(fmt::format("{}: __metadata__ \"{}\" is not a string", where, key));
        file.metadata.emplace_back(key, value.get<std::string>());
    }
}

/// Points the tensor at its bytes; those that a foreign writer left misaligned are copied.
void attach(NamedTensor& tensor, std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner) {
    tensor.bytes = bytes;
    tensor.owner = owner;
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % sizeOf(tensor.type) != 0) {
        auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
        tensor.bytes = *copy;
        tensor.owner = std::move(copy);
    }
}

std::uint64_t headerLength(std::span<const std::byte> bytes) {
    std::uint64_t length = 0;
    for (std::size_t i = 8; i-- > 0;)
        length = length << 8 | static_cast<std::uint64_t>(bytes[i]);
    return length;
}

} // namespace

void checkBooleans(const NamedTensor& tensor, const std::string& where) {
    if (tensor.type == DType::boolean &&
        std::any_of(tensor.bytes.begin(), tensor.bytes.end(), [](std::byte b) { return b > std::byte{1}; }))
        throw FormatError(fmt::format("{}, tensor \"{}\": a bool is neither 0 nor 1", where, tensor.name));
}

bool looksLikeSafetensors(std::span<const std::byte> bytes) {
    return bytes.size() > 8 && headerLength(bytes) <= kLargestHeader && bytes[8] == std::byte{'{'};
}

WeightFile readSafetensors(std::shared_ptr<const base::MappedFile> file, const std::string& where) {
    const std::span<const std::byte> bytes = file->bytes();
    if (bytes.size() < 8)
        throw FormatError(
            fmt::format("{} ends at byte {}, inside the safetensors header: the file is truncated; get it again", where,
                        bytes.size()));
    const std::uint64_t length = headerLength(bytes);
    if (length > kLargestHeader)
        throw FormatError(fmt::format("{}: the safetensors header claims {} bytes; at most {} are allowed", where,
                                      length, kLargestHeader));
    if (bytes.size() - 8 < length)
        throw FormatError(fmt::format(
            "{} ends at byte {}, inside the safetensors header of {} bytes: the file is truncated; get it again", where,
            bytes.size(), length));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, static_cast<std::size_t>(length));
    if (!text.starts_with('{'))
        throw FormatError(where + ": the safetensors header does not start with {");
    DuplicateFinder finder(where);
    Json::sax_parse(text.begin(), text.end(), &finder);
    const Json header = base::parseJson(text, where + ", header");

    WeightFile result;
    result.format = "safetensors";
    std::vector<Entry> entries;
    for (const auto& [name, json] : header.items()) {
        if (name == "__metadata__")
            parseMetadata(json, result, where);
        else
            entries.push_back(parseEntry(name, json, where));
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    const std::span<const std::byte> data = bytes.subspan(8 + static_cast<std::size_t>(length));
    std::int64_t expected = 0;
    for (Entry& entry : entries) {
        if (entry.begin != expected)
            throw FormatError(fmt::format("{}, tensor \"{}\": starts at data byte {}; {} was expected ({})", where,
                                          entry.tensor.name, entry.begin, expected,
                                          entry.begin < expected ? "tensors overlap" : "a gap is left"));
        expected = entry.end;
        if (expected > static_cast<std::int64_t>(data.size()))
            throw FormatError(
                fmt::format("{} has {} bytes of data; tensor \"{}\" ends at {}: the file is truncated; get it again",
                            where, data.size(), entry.tensor.name, expected));
        attach(entry.tensor,
               data.subspan(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(entry.end - entry.begin)),
               file);
        checkBooleans(entry.tensor, where);
        result.tensors.push_back(std::move(entry.tensor));
    }
    if (expected != static_cast<std::int64_t>(data.size()))
        throw FormatError(fmt::format("{} has {} bytes of data; its tensors use {}: the file is damaged; get it again",
                                      where, data.size(), expected));
    return result;
}

void writeSafetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                      std::span<const std::pair<std::string, std::string>> metadata) {
    // Wide types first keeps every tensor aligned, as the reference writer does.
    std::vector<const NamedTensor*> order;
    for (const NamedTensor& tensor : tensors)
        order.push_back(&tensor);
    std::stable_sort(order.begin(), order.end(),
                     [](const auto* a, const auto* b) { return sizeOf(a->type) > sizeOf(b->type); });

    Json header = Json::object();
    for (const auto& [key, value] : metadata)
        header["__metadata__"][key] = value;
    std::size_t total = 0;
    for (const NamedTensor* tensor : order) {
        const auto size = static_cast<std::size_t>(tensor->count()) * sizeOf(tensor->type);
        if (tensor->bytes.size() != size)
            throw base::ShapeError(fmt::format("tensor \"{}\" has {} bytes; its shape needs {}", tensor->name,
                                               tensor->bytes.size(), size));
        if (tensor->name == "__metadata__" || header.contains(tensor->name))
            throw base::OptionError(fmt::format("two tensors are called \"{}\"", tensor->name));
        header[tensor->name] = {
            {"dtype", nameFromType(tensor->type)}, {"shape", tensor->shape}, {"data_offsets", {total, total + size}}};
        total += size;
    }
    std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
    text.append((8 - text.size() % 8) % 8, ' ');
    std::vector<std::byte> all;
    all.reserve(8 + text.size() + total);
    for (int shift = 0; shift < 64; shift += 8)
        all.push_back(static_cast<std::byte>(text.size() >> shift & 0xff));
    const auto textBytes = std::as_bytes(std::span(text.data(), text.size()));
    all.insert(all.end(), textBytes.begin(), textBytes.end());
    for (const NamedTensor* tensor : order)
        all.insert(all.end(), tensor->bytes.begin(), tensor->bytes.end());
    base::writeFileAtomically(path, all);
}

} // namespace lpntk::formats
