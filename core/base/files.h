#pragma once

#include <cstdint>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::base {

/// Absolute and normal, links resolved as far as the path exists, without a slash at the end. Empty stays empty.
std::filesystem::path resolvedPath(const std::filesystem::path& path);
/// Whether `inner` is `outer` or lies below it; both resolved. Nothing lies within an empty path.
bool liesWithin(const std::filesystem::path& inner, const std::filesystem::path& outer);

/// A file descriptor with sentences for errors. Move-only; closes itself.
class File {
public:
    /// Opens for reading only. Throws IoError.
    static File openRead(const std::filesystem::path& path);
    /// Creates or truncates for writing. Throws IoError.
    static File create(const std::filesystem::path& path);
    /// Opens an existing file for reading and writing. Throws IoError.
    static File openWrite(const std::filesystem::path& path);

    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File();

    const std::filesystem::path& path() const { return m_path; }
    int descriptor() const { return m_descriptor; }
    std::int64_t size() const;

    /// Reads exactly `out.size()` bytes at `offset`; throws FormatError ("ends at ...") when the file is shorter.
    void readAt(std::int64_t offset, std::span<std::byte> out) const;
    /// Writes all bytes at `offset`. Throws IoError (a full disk says so).
    void writeAt(std::int64_t offset, std::span<const std::byte> bytes) const;
    /// Appends at the descriptor's own position.
    void append(std::span<const std::byte> bytes) const;
    void append(std::string_view text) const { append(std::as_bytes(std::span(text.data(), text.size()))); }
    void resize(std::int64_t size) const;
    /// Reserves disk space now, so that a full disk is found before the work and not after it. Throws IoError.
    void allocate(std::int64_t size) const;
    void sync() const;

private:
    File(int descriptor, std::filesystem::path path) : m_descriptor(descriptor), m_path(std::move(path)) {}
    int m_descriptor = -1;
    std::filesystem::path m_path;
};

/// A whole file mapped read-only; shared ownership, so spans may outlive the reader that made them.
class MappedFile {
public:
    static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return {m_data, m_size}; }

private:
    MappedFile() = default;
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
};

/// Reads a whole file of at most `limit` bytes. Throws IoError, FormatError when larger.
std::vector<std::byte> readFile(const std::filesystem::path& path, std::int64_t limit);
std::string readTextFile(const std::filesystem::path& path, std::int64_t limit = 64 << 20);

/// Throws what writing a file at `path` would throw at once (no such folder, no permission, a folder of that name), so
/// that a long job is refused before it starts and not after it.
void checkCanWrite(const std::filesystem::path& path);

/// Writes under a temporary name beside `path`, syncs, renames: the file is either the old or the new one.
void writeFileAtomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void writeFileAtomically(const std::filesystem::path& path, std::string_view text);

/// A folder that comes into being complete or not at all: filled under a temporary name beside its place, renamed by
/// commit(), removed by the destructor otherwise. Throws IoError when `path` exists and `replace` is false.
class AtomicFolder {
public:
    AtomicFolder(std::filesystem::path path, bool replace);
    ~AtomicFolder();
    AtomicFolder(const AtomicFolder&) = delete;
    AtomicFolder& operator=(const AtomicFolder&) = delete;

    /// Where to write until commit().
    const std::filesystem::path& working() const { return m_working; }
    void commit();

private:
    std::filesystem::path m_path;
    std::filesystem::path m_working;
    bool m_committed = false;
};

/// Bytes that an unprivileged program can still write on the file system of `folder` (or its nearest parent).
std::int64_t freeSpace(const std::filesystem::path& folder);

/// "\"/a/b.npy\"" for messages.
std::string quoted(const std::filesystem::path& path);

} // namespace lpntk::base
