#include <core/base/error.h>
#include <core/base/hash.h>
#include <core/formats/png_text.h>

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lpntk::formats {

using base::FormatError;
using Bytes = std::span<const std::byte>;

namespace {

constexpr unsigned char kSignature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t kAroundData = 12; ///< length, name and check sum of a chunk
constexpr std::size_t kMostText = std::size_t{64} << 20;

std::uint32_t numberAt(Bytes bytes, std::size_t place) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = number << 8 | static_cast<std::uint32_t>(bytes[place + i]);
    return number;
}

std::string_view textOf(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void checkSignature(Bytes png, const std::string& where) {
    if (png.size() < sizeof kSignature || std::memcmp(png.data(), kSignature, sizeof kSignature) != 0)
        throw FormatError(where + " is no PNG file: its first eight bytes are others");
}

struct Chunk {
    std::string_view name;
    Bytes data;
    std::size_t next = 0; ///< where the following chunk begins
};

Chunk chunkAt(Bytes png, std::size_t place, const std::string& where) {
    if (png.size() - place < kAroundData)
        throw FormatError(fmt::format("{}: the PNG ends at byte {} in the middle of a chunk", where, png.size()));
    const std::size_t length = numberAt(png, place);
    if (length > png.size() - place - kAroundData)
        throw FormatError(fmt::format("{}: a chunk at byte {} says it has {} bytes, which the file does not have",
                                      where, place, length));
    const Chunk chunk{textOf(png.subspan(place + 4, 4)), png.subspan(place + 8, length), place + kAroundData + length};
    if (base::crc32(png.subspan(place + 4, 4 + length)) != numberAt(png, place + 8 + length))
        throw FormatError(fmt::format("{}: the check sum of the chunk \"{}\" at byte {} is wrong: the file is damaged",
                                      where, chunk.name, place));
    return chunk;
}

std::string utf8FromLatin1(std::string_view text) {
    std::string result;
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (code < 0x80) {
            result += letter;
        } else {
            result += static_cast<char>(0xc0 | code >> 6);
            result += static_cast<char>(0x80 | (code & 0x3f));
        }
    }
    return result;
}

std::string inflated(Bytes bytes, const std::string& where) {
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK)
        throw base::IoError("zlib could not be started");
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string text;
    int state = Z_OK;
    char piece[16384];
    while (state == Z_OK && text.size() <= kMostText) {
        stream.next_out = reinterpret_cast<Bytef*>(piece);
        stream.avail_out = sizeof piece;
        state = inflate(&stream, Z_NO_FLUSH);
        text.append(piece, sizeof piece - stream.avail_out);
    }
    inflateEnd(&stream);
    if (state != Z_STREAM_END)
        throw FormatError(where + (text.size() > kMostText ? ": a text of the PNG has more than 64 MB"
                                                           : ": a compressed text of the PNG is damaged"));
    return text;
}

/// The part before the next zero byte, which is taken off `rest`.
std::string_view field(std::string_view& rest, const std::string& where) {
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos)
        throw FormatError(where + ": a text chunk of the PNG has no end of its key");
    const std::string_view found = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return found;
}

PngText textIn(const Chunk& chunk, const std::string& where) {
    std::string_view rest = textOf(chunk.data);
    const std::string key = utf8FromLatin1(field(rest, where));
    const auto pack = [&](std::size_t flags) {
        if (rest.size() < flags)
            throw FormatError(where + ": a text chunk of the PNG ends after its key");
        const bool compressed = chunk.name == "zTXt" || rest[0] == 1;
        rest.remove_prefix(flags);
        return compressed;
    };
    if (chunk.name == "tEXt")
        return {key, utf8FromLatin1(rest)};
    const bool international = chunk.name == "iTXt";
    const bool compressed = pack(international ? 2 : 1);
    if (international) {
        field(rest, where); // language
        field(rest, where); // translated key
    }
    std::string text =
        compressed ? inflated(std::as_bytes(std::span(rest.data(), rest.size())), where) : std::string(rest);
    return {key, international ? std::move(text) : utf8FromLatin1(text)};
}

void appendNumber(std::vector<std::byte>& bytes, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::byte>(number >> shift));
}

void appendChunk(std::vector<std::byte>& bytes, const std::string& nameAndData) {
    const auto data = std::as_bytes(std::span(nameAndData.data(), nameAndData.size()));
    appendNumber(bytes, static_cast<std::uint32_t>(data.size() - 4));
    bytes.insert(bytes.end(), data.begin(), data.end());
    appendNumber(bytes, base::crc32(data));
}

} // namespace

std::vector<PngText> readPngText(Bytes png, const std::string& where) {
    checkSignature(png, where);
    std::vector<PngText> texts;
    for (std::size_t place = sizeof kSignature;;) {
        const Chunk chunk = chunkAt(png, place, where);
        if (chunk.name == "tEXt" || chunk.name == "zTXt" || chunk.name == "iTXt")
            texts.push_back(textIn(chunk, where));
        if (chunk.name == "IEND")
            return texts;
        place = chunk.next;
    }
}

std::vector<std::byte> withPngText(Bytes png, std::span<const PngText> texts) {
    const std::string where = "the picture";
    checkSignature(png, where);
    const std::size_t after = chunkAt(png, sizeof kSignature, where).next;
    std::vector<std::byte> result(png.begin(), png.begin() + static_cast<std::ptrdiff_t>(after));
    for (const PngText& entry : texts) {
        const bool ascii = std::all_of(entry.text.begin(), entry.text.end(), [](char letter) {
            return static_cast<unsigned char>(letter) < 0x80 && letter != '\0';
        });
        const std::string zero(1, '\0');
        appendChunk(result, ascii ? "tEXt" + entry.key + zero + entry.text
                                  : "iTXt" + entry.key + std::string(5, '\0') + entry.text);
    }
    result.insert(result.end(), png.begin() + static_cast<std::ptrdiff_t>(after), png.end());
    return result;
}

} // namespace lpntk::formats
