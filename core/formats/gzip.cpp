#include <core/base/error.h>
#include <core/formats/gzip.h>

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

namespace lpntk::formats {

using base::FormatError;

struct GzipReader::Stream {
    z_stream z{};
    bool open = false;
    ~Stream() {
        if (open)
            inflateEnd(&z);
    }
};

bool isGzip(std::span<const std::byte> bytes) {
    return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

GzipReader::GzipReader(const std::filesystem::path& path)
    : m_where(base::quoted(path)), m_file(base::MappedFile::open(path)), m_stream(std::make_unique<Stream>()) {
    if (!isGzip(m_file->bytes()))
        throw FormatError(m_where + " is not a gzip file (the first bytes are not 1f 8b)");
    if (inflateInit2(&m_stream->z, 15 + 16) != Z_OK)
        throw base::BudgetError(m_where + ": not enough memory to inflate");
    m_stream->open = true;
    // zlib wants a writable pointer but does not write through it; input is fed in pieces that fit its counter.
    m_stream->z.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(m_file->bytes().data()));
}

GzipReader::~GzipReader() = default;

std::size_t GzipReader::read(std::span<std::byte> out) {
    z_stream& z = m_stream->z;
    const auto* end = reinterpret_cast<const Bytef*>(m_file->bytes().data() + m_file->bytes().size());
    std::size_t done = 0;
    while (done < out.size() && !m_ended) {
        constexpr std::ptrdiff_t kPiece = 1 << 30;
        z.avail_in = static_cast<uInt>(std::min(end - z.next_in, kPiece));
        const uInt room = static_cast<uInt>(std::min<std::size_t>(out.size() - done, kPiece));
        z.next_out = reinterpret_cast<Bytef*>(out.data() + done);
        z.avail_out = room;
        const int code = inflate(&z, Z_NO_FLUSH);
        done += room - z.avail_out;
        if (code == Z_STREAM_END) {
            if (z.next_in == end)
                m_ended = true;
            else if (inflateReset(&z) != Z_OK)
                throw FormatError(m_where + ": the gzip stream cannot be continued");
        } else if (code == Z_BUF_ERROR || (code == Z_OK && z.next_in == end && z.avail_out != 0)) {
            throw FormatError(fmt::format(
                "{} ends inside its compressed data, after {} inflated bytes: the file is truncated; get it again",
                m_where, m_done + static_cast<std::int64_t>(done)));
        } else if (code != Z_OK) {
            throw FormatError(fmt::format("{}: damaged gzip data near byte {} of the file ({}); get it again", m_where,
                                          z.next_in - reinterpret_cast<const Bytef*>(m_file->bytes().data()),
                                          z.msg ? z.msg : "no further reason"));
        }
    }
    m_done += static_cast<std::int64_t>(done);
    return done;
}

std::vector<std::byte> GzipReader::readExactly(std::int64_t size) {
    if (size < 0 || size / kLargestInflation > compressedSize())
        throw FormatError(fmt::format("{}: {} bytes are claimed, more than a compressed file of {} bytes can hold",
                                      m_where, size, compressedSize()));
    constexpr std::int64_t kStep = 16 << 20;
    std::vector<std::byte> bytes;
    bytes.reserve(static_cast<std::size_t>(std::min(size, 20 * compressedSize() + kStep)));
    while (static_cast<std::int64_t>(bytes.size()) < size) {
        const std::size_t before = bytes.size();
        const auto step = static_cast<std::size_t>(std::min(kStep, size - static_cast<std::int64_t>(before)));
        bytes.resize(before + step);
        const std::size_t got = read(std::span(bytes).subspan(before));
        if (got < step)
            throw FormatError(
                fmt::format("{} holds {} bytes less than its header says: the file is truncated; get it again", m_where,
                            size - static_cast<std::int64_t>(before + got)));
    }
    return bytes;
}

} // namespace lpntk::formats
