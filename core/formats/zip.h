#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::formats {

/// A zip archive opened for reading, its directory checked first: number of entries, names (no duplicates, no absolute
/// or climbing paths), methods (stored, deflate), no encryption, no sizes that the file cannot hold. One thread at a
/// time.
class ZipArchive {
public:
    struct Entry {
        std::string name;
        std::int64_t size = 0; ///< inflated
    };

    /// Throws IoError, FormatError.
    explicit ZipArchive(const std::filesystem::path& path);
    /// An archive within another file; `where` names it in errors.
    ZipArchive(std::vector<std::byte> bytes, std::string where);
    ~ZipArchive();
    ZipArchive(const ZipArchive&) = delete;
    ZipArchive& operator=(const ZipArchive&) = delete;

    const std::vector<Entry>& entries() const { return m_entries; }
    const Entry* find(std::string_view name) const;
    /// For messages.
    const std::string& where() const { return m_where; }

    /// The whole content, check sum verified. Throws FormatError (damaged; larger than `limit`).
    std::vector<std::byte> read(const Entry& entry, std::int64_t limit) const;
    /// At most the first `count` bytes, not verified: to look at a header.
    std::vector<std::byte> readStart(const Entry& entry, std::int64_t count) const;

private:
    struct Handle;
    [[noreturn]] void refuse(int code) const;
    void checkDirectory(std::int64_t fileSize);
    std::string m_where;
    std::unique_ptr<Handle> m_handle;
    std::vector<Entry> m_entries;
};

struct ZipContent {
    std::string name;
    std::vector<std::byte> bytes;
};

/// Writes an archive of stored (not compressed) entries atomically; equal content gives equal bytes. Throws IoError.
void writeZip(const std::filesystem::path& path, std::span<const ZipContent> contents);

} // namespace lpntk::formats
