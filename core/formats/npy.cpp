#include <core/base/error.h>
#include <core/formats/npy.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

namespace lpntk::formats {

using base::FormatError;

namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kLargestHeader = 1 << 16;
constexpr std::size_t kMostDimensions = 32;

struct TypeCode {
    DType type;
    const char* code;
};
constexpr std::array kTypeCodes{
    TypeCode{DType::u8, "|u1"},  TypeCode{DType::i8, "|i1"},  TypeCode{DType::i16, "<i2"},
    TypeCode{DType::i32, "<i4"}, TypeCode{DType::i64, "<i8"}, TypeCode{DType::f16, "<f2"},
    TypeCode{DType::f32, "<f4"}, TypeCode{DType::f64, "<f8"}, TypeCode{DType::u16, "<u2"},
    TypeCode{DType::u32, "<u4"}, TypeCode{DType::u64, "<u8"}, TypeCode{DType::boolean, "|b1"},
};

DType typeFromCode(const std::string& code, const std::string& where) {
    if (code.find('O') != std::string::npos)
        throw FormatError(where + ": holds Python objects (dtype object), which are never read because they can run "
                                  "code; save a plain numeric array");
    if (!code.empty() && code[0] == '>' && code.size() == 3 && code[2] != '1')
        throw FormatError(fmt::format("{}: big-endian numbers (dtype \"{}\"); save it with array.astype(array.dtype."
                                      "newbyteorder(\"<\"))",
                                      where, code));
    for (const TypeCode& entry : kTypeCodes) {
        // NumPy writes single bytes with '|'; other writers use '<' or '='.
        if (code == entry.code || (code.size() == 3 && entry.code[0] == '|' && code.substr(1) == entry.code + 1))
            return entry.type;
    }
    throw FormatError(fmt::format("{}: dtype \"{}\" is not a plain integer, float or bool type", where, code));
}

/// Reads the Python dict literal of the header; nothing but the three known keys and their kinds of values.
class HeaderParser {
public:
    HeaderParser(std::string_view text, const std::string& where) : m_text(text), m_where(where) {}

    NpyHeader parse() {
        std::optional<DType> type;
        std::optional<bool> fortran;
        std::optional<std::vector<std::int64_t>> shape;
        expect('{');
        while (!accept('}')) {
            const std::string key = string();
            expect(':');
            if (key == "descr" && !type)
                type = typeFromCode(description(), m_where);
            else if (key == "fortran_order" && !fortran)
                fortran = boolean();
            else if (key == "shape" && !shape)
                shape = tuple();
            else
                fail(fmt::format("unexpected key \"{}\"", key));
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skipSpace();
        if (m_at != m_text.size())
            fail("text after the closing brace");
        if (!type || !fortran || !shape)
            fail("one of the keys descr, fortran_order, shape is missing");
        if (*fortran && shape->size() > 1)
            throw FormatError(m_where +
                              ": is stored column by column (Fortran order); save np.ascontiguousarray(array)");
        NpyHeader header;
        header.type = *type;
        header.shape = std::move(*shape);
        return header;
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw FormatError(fmt::format("{}: damaged .npy header at character {}: {}", m_where, m_at, what));
    }
    void skipSpace() {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n'))
            ++m_at;
    }
    bool accept(char wanted) {
        skipSpace();
        if (m_at >= m_text.size() || m_text[m_at] != wanted)
            return false;
        ++m_at;
        return true;
    }
    void expect(char wanted) {
        if (!accept(wanted))
            fail(fmt::format("\"{}\" expected", wanted));
    }
    std::string string() {
        skipSpace();
        const char quote = m_at < m_text.size() ? m_text[m_at] : '\0';
        const std::size_t end = quote == '\'' || quote == '"' ? m_text.find(quote, m_at + 1) : std::string_view::npos;
        if (end == std::string_view::npos)
            fail("a quoted word expected");
        std::string text(m_text.substr(m_at + 1, end - m_at - 1));
        m_at = end + 1;
        return text;
    }
    std::string description() {
        skipSpace();
        if (m_at < m_text.size() && m_text[m_at] == '[')
            throw FormatError(m_where + ": holds records (a structured dtype); save the fields as separate arrays");
        return string();
    }
    bool boolean() {
        skipSpace();
        for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
            if (m_text.substr(m_at).starts_with(word)) {
                m_at += word.size();
                return value;
            }
        }
        fail("True or False expected");
    }
    std::int64_t number() {
        skipSpace();
        std::int64_t value = 0;
        const std::size_t start = m_at;
        while (m_at < m_text.size() && m_text[m_at] >= '0' && m_text[m_at] <= '9') {
            if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, m_text[m_at] - '0', &value))
                fail("a size larger than any file");
            ++m_at;
        }
        if (m_at == start)
            fail("a size expected");
        if (m_at < m_text.size() && m_text[m_at] == 'L') // written by Python 2
            ++m_at;
        return value;
    }
    std::vector<std::int64_t> tuple() {
        std::vector<std::int64_t> values;
        expect('(');
        while (!accept(')')) {
            if (values.size() == kMostDimensions)
                fail(fmt::format("more than {} dimensions", kMostDimensions));
            values.push_back(number());
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return values;
    }

    std::string_view m_text;
    const std::string& m_where;
    std::size_t m_at = 0;
};

std::string shapeText(std::span<const std::int64_t> shape) {
    return fmt::format("({})", fmt::join(shape, ", "));
}

bool isInteger(DType type) {
    return type != DType::f16 && type != DType::bf16 && type != DType::f32 && type != DType::f64 &&
           type != DType::boolean;
}

template <typename T> void convert(std::span<const std::byte> bytes, std::vector<std::int64_t>& out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        T value;
        std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
        out[i] = static_cast<std::int64_t>(value);
    }
}

} // namespace

std::int64_t NpyHeader::dataBytes() const {
    return base::checkedProduct({count(), static_cast<std::int64_t>(sizeOf(type))}, "array");
}

NpyHeader parseNpyHeader(std::span<const std::byte> bytes, const std::string& where) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!text.starts_with(kMagic))
        throw FormatError(where + ": is not an .npy file (the first bytes are not \\x93NUMPY)");
    if (text.size() < 10)
        throw FormatError(fmt::format("{} ends at byte {}, inside the .npy header: the file is truncated; get it again",
                                      where, text.size()));
    const auto byteAt = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(text[i])); };
    const std::size_t major = byteAt(6);
    if (major < 1 || major > 3)
        throw FormatError(fmt::format("{}: .npy version {}.{} is unknown; 1.0 to 3.0 are", where, major, byteAt(7)));
    const std::size_t start = major == 1 ? 10 : 12;
    if (text.size() < start)
        throw FormatError(fmt::format("{} ends at byte {}, inside the .npy header: the file is truncated; get it again",
                                      where, text.size()));
    std::size_t length = byteAt(8) | byteAt(9) << 8;
    if (major > 1)
        length |= byteAt(10) << 16 | byteAt(11) << 24;
    if (length > kLargestHeader)
        throw FormatError(fmt::format("{}: the .npy header claims {} bytes; at most {} were expected", where, length,
                                      kLargestHeader));
    if (text.size() < start + length)
        throw FormatError(
            fmt::format("{} ends at byte {}, inside the .npy header of {} bytes: the file is truncated; get it again",
                        where, text.size(), start + length));
    NpyHeader header = HeaderParser(text.substr(start, length), where).parse();
    header.dataOffset = static_cast<std::int64_t>(start + length);
    base::checkedSum(header.dataBytes(), header.dataOffset, where);
    return header;
}

namespace {

std::vector<std::byte> headerOf(std::string_view typeCode, std::span<const std::int64_t> shape) {
    std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", typeCode,
                                   fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
    const std::size_t total = (kMagic.size() + 4 + text.size() + 1 + 63) / 64 * 64;
    text.append(total - kMagic.size() - 4 - text.size() - 1, ' ');
    text.push_back('\n');
    std::string all(kMagic);
    all.push_back(1);
    all.push_back(0);
    all.push_back(static_cast<char>(text.size() & 0xff));
    all.push_back(static_cast<char>(text.size() >> 8));
    all += text;
    std::vector<std::byte> bytes(all.size());
    std::memcpy(bytes.data(), all.data(), all.size());
    return bytes;
}

/// The code points of a UTF-8 text; a byte that belongs to none stands for itself.
std::vector<std::uint32_t> codePoints(std::string_view text) {
    std::vector<std::uint32_t> points;
    for (std::size_t i = 0; i < text.size();) {
        const auto byteAt = [&](std::size_t place) { return static_cast<std::uint8_t>(text[place]); };
        const std::uint8_t first = byteAt(i++);
        const std::size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
        const bool whole = i + more <= text.size() && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i),
                                                                  text.begin() + static_cast<std::ptrdiff_t>(i + more),
                                                                  [](char c) { return (c & 0xc0) == 0x80; });
        if (more == 0 || !whole || first >= 0xf8) {
            points.push_back(first);
            continue;
        }
        std::uint32_t point = first & (0x3fu >> more);
        for (std::size_t k = 0; k < more; ++k)
            point = point << 6 | (byteAt(i++) & 0x3fu);
        points.push_back(point);
    }
    return points;
}

} // namespace

std::vector<std::byte> npyHeaderBytes(DType type, std::span<const std::int64_t> shape) {
    const auto* entry =
        std::find_if(kTypeCodes.begin(), kTypeCodes.end(), [&](const TypeCode& e) { return e.type == type; });
    if (entry == kTypeCodes.end())
        throw FormatError(fmt::format("{} has no .npy type; convert to float32 first", nameOf(type)));
    return headerOf(entry->code, shape);
}

std::vector<std::byte> npyTextArray(std::span<const std::string> texts) {
    std::vector<std::vector<std::uint32_t>> points;
    std::size_t width = 1;
    for (const std::string& text : texts) {
        points.push_back(codePoints(text));
        width = std::max(width, points.back().size());
    }
    const auto count = static_cast<std::int64_t>(texts.size());
    std::vector<std::byte> bytes = headerOf(fmt::format("<U{}", width), std::span(&count, 1));
    for (std::vector<std::uint32_t>& text : points) {
        text.resize(width);
        const auto own = std::as_bytes(std::span(text));
        bytes.insert(bytes.end(), own.begin(), own.end());
    }
    return bytes;
}

NpyArray NpyArray::open(const std::filesystem::path& path) {
    auto file = base::MappedFile::open(path);
    const std::span<const std::byte> bytes = file->bytes();
    return fromBytes(bytes, std::move(file), base::quoted(path));
}

NpyArray NpyArray::fromBytes(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                             const std::string& where) {
    NpyArray array;
    array.m_header = parseNpyHeader(bytes, where);
    array.m_where = where;
    const auto offset = static_cast<std::size_t>(array.m_header.dataOffset);
    const auto expected = static_cast<std::size_t>(array.m_header.dataBytes());
    if (bytes.size() - offset != expected)
        throw FormatError(fmt::format("{} has {} bytes of data; {} of shape {} need {}: the file is {}; get it again",
                                      where, bytes.size() - offset, nameOf(array.m_header.type),
                                      shapeText(array.m_header.shape), expected,
                                      bytes.size() - offset < expected ? "truncated" : "damaged"));
    array.m_data = bytes.subspan(offset);
    array.m_owner = std::move(owner);
    if (array.m_header.type == DType::boolean) {
        const auto wrong =
            std::find_if(array.m_data.begin(), array.m_data.end(), [](std::byte b) { return b > std::byte{1}; });
        if (wrong != array.m_data.end())
            throw FormatError(fmt::format("{}: byte {} of a bool array is {}; 0 or 1 was expected", where,
                                          offset + static_cast<std::size_t>(wrong - array.m_data.begin()),
                                          static_cast<int>(*wrong)));
    }
    // Foreign writers need not align the data; elements are read in place, so those are copied.
    if (reinterpret_cast<std::uintptr_t>(array.m_data.data()) % sizeOf(array.m_header.type) != 0) {
        auto copy = std::make_shared<std::vector<std::byte>>(array.m_data.begin(), array.m_data.end());
        array.m_data = *copy;
        array.m_owner = std::move(copy);
    }
    return array;
}

std::vector<std::int64_t> NpyArray::toInt64() const {
    if (!isInteger(m_header.type))
        throw FormatError(fmt::format("{}: has {} values; integers were expected", m_where, nameOf(m_header.type)));
    std::vector<std::int64_t> values(static_cast<std::size_t>(count()));
    switch (m_header.type) {
    case DType::u8:
        convert<std::uint8_t>(m_data, values);
        break;
    case DType::i8:
        convert<std::int8_t>(m_data, values);
        break;
    case DType::i16:
        convert<std::int16_t>(m_data, values);
        break;
    case DType::u16:
        convert<std::uint16_t>(m_data, values);
        break;
    case DType::i32:
        convert<std::int32_t>(m_data, values);
        break;
    case DType::u32:
        convert<std::uint32_t>(m_data, values);
        break;
    case DType::i64:
        convert<std::int64_t>(m_data, values);
        break;
    default:
        convert<std::uint64_t>(m_data, values);
        if (std::any_of(values.begin(), values.end(), [](std::int64_t v) { return v < 0; }))
            throw FormatError(m_where + ": holds a uint64 value above 2^63 - 1");
    }
    return values;
}

void NpyArray::checkIs(DType type, std::initializer_list<std::int64_t> expected) const {
    if (m_header.type != type)
        throw FormatError(fmt::format("{}: holds {}; {} was expected", m_where, nameOf(m_header.type), nameOf(type)));
    if (expected.size() == 0)
        return;
    const bool fits = std::equal(expected.begin(), expected.end(), m_header.shape.begin(), m_header.shape.end(),
                                 [](std::int64_t wanted, std::int64_t is) { return wanted == -1 || wanted == is; });
    if (!fits)
        throw FormatError(fmt::format("{}: has shape {}; {} was expected (-1: any)", m_where, shapeText(m_header.shape),
                                      shapeText(std::span(expected.begin(), expected.size()))));
}

void writeNpyBytes(const std::filesystem::path& path, DType type, std::span<const std::int64_t> shape,
                   std::span<const std::byte> bytes) {
    const std::int64_t expected =
        base::checkedProduct({base::checkedProduct(shape, "array"), static_cast<std::int64_t>(sizeOf(type))}, "array");
    if (expected != static_cast<std::int64_t>(bytes.size()))
        throw base::ShapeError(fmt::format("{}: {} bytes given for {} of shape {}, which need {}", base::quoted(path),
                                           bytes.size(), nameOf(type), shapeText(shape), expected));
    std::vector<std::byte> all = npyHeaderBytes(type, shape);
    all.insert(all.end(), bytes.begin(), bytes.end());
    base::writeFileAtomically(path, all);
}

} // namespace lpntk::formats
