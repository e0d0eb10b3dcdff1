#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/text.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lpntk::base {

namespace {

namespace fs = std::filesystem;

constexpr const char* kTemporaryMark = ".part-";

fs::path temporaryBeside(const fs::path& path) {
    return path.parent_path() / fmt::format(".{}{}{}", path.filename().string(), kTemporaryMark, ::getpid());
}

/// The path that the user knows: ".name.part-123" is "name" on the way to its place.
fs::path withoutTemporaryNames(const fs::path& path) {
    fs::path shown;
    for (const fs::path& part : path) {
        const std::string name = part.string();
        const std::size_t mark = name.rfind(kTemporaryMark);
        const bool temporary = name.starts_with('.') && mark != std::string::npos && mark > 1;
        shown /= temporary ? name.substr(1, mark - 1) : name;
    }
    return shown;
}

const char* remedyFor(int code) {
    switch (code) {
    case ENOSPC:
    case EDQUOT:
        return "; free some space or choose another folder";
    case EFBIG:
        return "; the file system or a limit (ulimit -f) allows no files of this size: choose another folder";
    case EACCES:
    case EPERM:
    case EROFS:
        return "; check the permissions or choose another folder";
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
        return "; check the path";
    case EISDIR:
        return "; that is a folder: name a file";
    default:
        return "";
    }
}

[[noreturn]] void fail(const fs::path& path, const char* action, int code) {
    throw IoError(fmt::format("{}: cannot {}: {}{}", quoted(withoutTemporaryNames(path)), action, std::strerror(code),
                              remedyFor(code)));
}

int openOrFail(const fs::path& path, int flags, const char* action) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
    if (descriptor < 0)
        fail(path, action, errno);
    return descriptor;
}

void syncFolder(const fs::path& folder) {
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
}

/// Everything below a folder. The whole file system at once: file by file, an export of 10,000 pictures waits a minute.
void syncTree(const fs::path& folder) {
    const int descriptor = openOrFail(folder, O_RDONLY | O_DIRECTORY, "open");
    const int code = ::syncfs(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (code != 0)
        fail(folder, "write to the disk", code);
}

void renameOrFail(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        fail(to, "put the finished file in place", errno);
}

void checkNamesFile(const fs::path& path) {
    std::error_code code;
    if (path.empty())
        throw OptionError("the name of the file to write is empty; name a file");
    if (!path.has_filename() || fs::is_directory(path, code))
        throw IoError(fmt::format("{} is a folder; name a file to write", quoted(path)));
}

} // namespace

std::string quoted(const fs::path& path) {
    return "\"" + path.string() + "\"";
}

File File::openRead(const fs::path& path) {
    File file(openOrFail(path, O_RDONLY, "open"), path);
    struct stat status {};
    if (::fstat(file.m_descriptor, &status) == 0 && !S_ISREG(status.st_mode))
        throw IoError(fmt::format("{} is not a regular file", quoted(path)));
    return file;
}

File File::create(const fs::path& path) {
    return {openOrFail(path, O_RDWR | O_CREAT | O_TRUNC, "create"), path};
}

File File::openWrite(const fs::path& path) {
    return {openOrFail(path, O_RDWR, "open for writing"), path};
}

File::File(File&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)) {}

File& File::operator=(File&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_path, other.m_path);
    return *this;
}

File::~File() {
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

std::int64_t File::size() const {
    struct stat status {};
    if (::fstat(m_descriptor, &status) != 0)
        fail(m_path, "ask for the size", errno);
    return status.st_size;
}

void File::readAt(std::int64_t offset, std::span<std::byte> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t got = ::pread(m_descriptor, out.data() + done, out.size() - done, offset + static_cast<off_t>(done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail(m_path, "read", errno);
        if (got == 0)
            throw FormatError(fmt::format(
                "{} ends at byte {}; {} bytes were expected from byte {} on: the file is truncated; get it again",
                quoted(m_path), offset + static_cast<std::int64_t>(done), out.size(), offset));
        done += static_cast<std::size_t>(got);
    }
}

void File::writeAt(std::int64_t offset, std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t put = ::pwrite(m_descriptor, bytes.data(), bytes.size(), offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            fail(m_path, "write", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(put));
        offset += put;
    }
}

void File::append(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t put = ::write(m_descriptor, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            fail(m_path, "write", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
}

void File::resize(std::int64_t size) const {
    if (::ftruncate(m_descriptor, size) != 0)
        fail(m_path, "set the size", errno);
}

void File::allocate(std::int64_t size) const {
    if (size == 0)
        return;
    const int code = ::posix_fallocate(m_descriptor, 0, size);
    if (code == EOPNOTSUPP || code == EINVAL)
        resize(size);
    else if (code != 0)
        fail(m_path, fmt::format("reserve {}", formatBytes(static_cast<double>(size))).c_str(), code);
}

void File::sync() const {
    if (::fdatasync(m_descriptor) != 0)
        fail(m_path, "write to the disk", errno);
}

std::shared_ptr<const MappedFile> MappedFile::open(const fs::path& path) {
    const File file = File::openRead(path);
    std::shared_ptr<MappedFile> mapped(new MappedFile);
    mapped->m_size = static_cast<std::size_t>(file.size());
    if (mapped->m_size > 0) {
        void* address = ::mmap(nullptr, mapped->m_size, PROT_READ, MAP_SHARED, file.descriptor(), 0);
        if (address == MAP_FAILED)
            fail(path, "map into memory", errno);
        mapped->m_data = static_cast<const std::byte*>(address);
    }
    return mapped;
}

MappedFile::~MappedFile() {
    if (m_data)
        ::munmap(const_cast<std::byte*>(m_data), m_size);
}

std::vector<std::byte> readFile(const fs::path& path, std::int64_t limit) {
    const File file = File::openRead(path);
    const std::int64_t size = file.size();
    if (size > limit)
        throw FormatError(fmt::format("{} has {}; at most {} were expected of such a file", quoted(path),
                                      formatBytes(static_cast<double>(size)), formatBytes(static_cast<double>(limit))));
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    file.readAt(0, bytes);
    return bytes;
}

std::string readTextFile(const fs::path& path, std::int64_t limit) {
    const std::vector<std::byte> bytes = readFile(path, limit);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void checkCanWrite(const fs::path& path) {
    checkNamesFile(path);
    const fs::path temporary = temporaryBeside(path);
    File::create(temporary);
    ::unlink(temporary.c_str());
}

void writeFileAtomically(const fs::path& path, std::span<const std::byte> bytes) {
    checkNamesFile(path);
    const fs::path temporary = temporaryBeside(path);
    try {
        const File file = File::create(temporary);
        file.append(bytes);
        file.sync();
        renameOrFail(temporary, path);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    syncFolder(path.parent_path());
}

void writeFileAtomically(const fs::path& path, std::string_view text) {
    writeFileAtomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

AtomicFolder::AtomicFolder(fs::path path, bool replace) : m_path(std::move(path)) {
    if (m_path.empty())
        throw OptionError("the name of the folder to write is empty; name a folder");
    m_path = fs::absolute(m_path).lexically_normal();
    if (!m_path.has_filename())
        m_path = m_path.parent_path();
    std::error_code code;
    if (fs::exists(m_path, code) && !replace && !(fs::is_directory(m_path, code) && fs::is_empty(m_path, code)))
        throw IoError(fmt::format("{} exists already; choose another name or allow it to be replaced", quoted(m_path)));
    m_working = temporaryBeside(m_path);
    fs::remove_all(m_working, code);
    fs::create_directories(m_working, code);
    if (code)
        fail(m_working, "create the folder", code.value());
}

AtomicFolder::~AtomicFolder() {
    if (!m_committed) {
        std::error_code code;
        fs::remove_all(m_working, code);
    }
}

void AtomicFolder::commit() {
    syncTree(m_working);
    std::error_code code;
    const fs::path old = m_path.parent_path() / fmt::format(".{}.old-{}", m_path.filename().string(), ::getpid());
    const bool existed = fs::exists(m_path, code);
    if (existed)
        renameOrFail(m_path, old);
    try {
        renameOrFail(m_working, m_path);
    } catch (...) {
        if (existed)
            ::rename(old.c_str(), m_path.c_str());
        throw;
    }
    m_committed = true;
    syncFolder(m_path.parent_path());
    if (existed)
        fs::remove_all(old, code);
}

fs::path resolvedPath(const fs::path& path) {
    if (path.empty())
        return {};
    std::error_code code;
    fs::path clean = fs::absolute(path).lexically_normal();
    if (!clean.has_filename())
        clean = clean.parent_path();
    const fs::path real = fs::weakly_canonical(clean, code);
    return code ? clean : real;
}

bool liesWithin(const fs::path& inner, const fs::path& outer) {
    return !outer.empty() && std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

std::int64_t freeSpace(const fs::path& folder) {
    fs::path place = fs::absolute(folder);
    std::error_code code;
    while (!fs::exists(place, code) && place.has_parent_path() && place != place.parent_path())
        place = place.parent_path();
    const fs::space_info space = fs::space(place, code);
    if (code)
        fail(place, "ask for the free space", code.value());
    return static_cast<std::int64_t>(space.available);
}

} // namespace lpntk::base
