#pragma once

#include <core/base/files.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lpntk::curation {

/// Writes a zip archive without compression in one pass, entries of any size (ZIP64), so that an .npz larger than the
/// memory can be made. The bytes depend on the content alone. Throws IoError.
class StoredZip {
public:
    explicit StoredZip(const std::filesystem::path& path);

    void beginEntry(const std::string& name);
    void add(std::span<const std::byte> bytes);
    /// Writes the directory; the archive is complete after it.
    void finish();

private:
    struct Entry {
        std::string name;
        std::uint64_t offset = 0, size = 0;
        std::uint32_t crc = 0;
    };
    void endEntry();
    void append(std::span<const std::byte> bytes);
    void flush();

    base::File m_file;
    std::vector<std::byte> m_pending;
    std::uint64_t m_written = 0; ///< pending bytes included
    std::vector<Entry> m_entries;
    bool m_open = false;
};

} // namespace lpntk::curation
