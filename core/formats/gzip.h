#pragma once

#include <core/base/files.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::formats {

/// Inflates a gzip file piece by piece, so that nobody has to believe the size it claims. All members are read as one
/// stream; check sums are verified.
class GzipReader {
public:
    /// Throws IoError, FormatError when the file is not gzip.
    explicit GzipReader(const std::filesystem::path& path);
    ~GzipReader();
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    /// Fills `out` as far as there is data and returns how much that was; less than out.size() only at the end.
    /// Throws FormatError when the stream is damaged or cut off.
    std::size_t read(std::span<std::byte> out);

    /// The next `size` bytes, memory growing with what really comes. Throws FormatError when there are fewer.
    std::vector<std::byte> readExactly(std::int64_t size);

    /// Bytes of the compressed file.
    std::int64_t compressedSize() const { return static_cast<std::int64_t>(m_file->bytes().size()); }

private:
    struct Stream;
    std::string m_where;
    std::shared_ptr<const base::MappedFile> m_file;
    std::unique_ptr<Stream> m_stream;
    std::int64_t m_done = 0;
    bool m_ended = false;
};

/// True for the two magic bytes of gzip.
bool isGzip(std::span<const std::byte> bytes);

/// No deflate stream grows by more than this factor; a larger claim is a lie told before memory is asked for.
constexpr std::int64_t kLargestInflation = 1032;

} // namespace lpntk::formats
