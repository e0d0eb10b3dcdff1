#include <core/base/error.h>
#include <core/base/files.h>
#include <core/formats/gzip.h>
#include <core/formats/zip.h>

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <set>

namespace lpntk::formats {

using base::FormatError;

namespace {

constexpr std::int64_t kMostEntries = 200'000;

std::string messageOf(int code) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

bool nameIsSafe(const std::string& name) {
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string::npos)
        return false;
    for (const auto& part : std::filesystem::path(name)) {
        if (part == "..")
            return false;
    }
    return true;
}

struct ZipFileCloser {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

} // namespace

struct ZipArchive::Handle {
    zip_t* zip = nullptr;
    std::vector<std::byte> bytes; ///< of an archive in memory
    ~Handle() {
        if (zip)
            zip_discard(zip);
    }
};

ZipArchive::ZipArchive(const std::filesystem::path& path)
    : m_where(base::quoted(path)), m_handle(std::make_unique<Handle>()) {
    const std::int64_t size = base::File::openRead(path).size();
    int code = 0;
    m_handle->zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (!m_handle->zip)
        refuse(code);
    checkDirectory(size);
}

ZipArchive::ZipArchive(std::vector<std::byte> bytes, std::string where)
    : m_where(std::move(where)), m_handle(std::make_unique<Handle>()) {
    m_handle->bytes = std::move(bytes);
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(m_handle->bytes.data(), m_handle->bytes.size(), 0, &error);
    m_handle->zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
    const int code = zip_error_code_zip(&error);
    zip_error_fini(&error);
    if (!m_handle->zip) {
        zip_source_free(source);
        refuse(code);
    }
    checkDirectory(static_cast<std::int64_t>(m_handle->bytes.size()));
}

void ZipArchive::refuse(int code) const {
    throw FormatError(fmt::format("{} is not a readable zip archive ({}): the file is truncated or damaged; get it again",
                                  m_where, messageOf(code)));
}

ZipArchive::~ZipArchive() = default;

void ZipArchive::checkDirectory(std::int64_t fileSize) {
    const std::int64_t count = zip_get_num_entries(m_handle->zip, 0);
    if (count > kMostEntries)
        throw FormatError(
            fmt::format("{}: {} entries in the zip archive; at most {} were expected", m_where, count, kMostEntries));
    std::set<std::string> names;
    std::uint64_t compressed = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        zip_stat_t stat;
        constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
        if (zip_stat_index(m_handle->zip, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW, &stat) != 0 ||
            (stat.valid & kNeeded) != kNeeded)
            throw FormatError(fmt::format("{}: entry {} of the zip archive is damaged; get it again", m_where, i));
        const std::string name = stat.name;
        if (!nameIsSafe(name) || !names.insert(name).second)
            throw FormatError(
                fmt::format("{}: entry {} of the zip archive has a name that is empty, climbs out of the archive or "
                            "appears twice",
                            m_where, i));
        if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE)
            throw FormatError(fmt::format("{}: the entry \"{}\" is encrypted", m_where, name));
        const bool stored = stat.comp_method == ZIP_CM_STORE;
        if (!stored && stat.comp_method != ZIP_CM_DEFLATE)
            throw FormatError(
                fmt::format("{}: the entry \"{}\" is compressed with method {}; stored and deflate are read", m_where,
                            name, stat.comp_method));
        compressed += std::min<std::uint64_t>(stat.comp_size, static_cast<std::uint64_t>(fileSize) + 1);
        if (compressed > static_cast<std::uint64_t>(fileSize) || (stored && stat.size != stat.comp_size) ||
            stat.size / kLargestInflation > stat.comp_size)
            throw FormatError(fmt::format("{}: the entry \"{}\" claims {} bytes, more than the archive can hold",
                                          m_where, name, stat.size));
        m_entries.push_back({name, static_cast<std::int64_t>(stat.size)});
    }
}

const ZipArchive::Entry* ZipArchive::find(std::string_view name) const {
    const auto found =
        std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& entry) { return entry.name == name; });
    return found == m_entries.end() ? nullptr : &*found;
}

std::vector<std::byte> ZipArchive::readStart(const Entry& entry, std::int64_t count) const {
    const std::unique_ptr<zip_file_t, ZipFileCloser> file(zip_fopen(m_handle->zip, entry.name.c_str(), ZIP_FL_ENC_RAW));
    if (!file)
        throw FormatError(fmt::format("{}: the entry \"{}\" cannot be opened ({})", m_where, entry.name,
                                      zip_strerror(m_handle->zip)));
    constexpr std::int64_t kStep = 16 << 20;
    std::vector<std::byte> bytes;
    while (static_cast<std::int64_t>(bytes.size()) < count) {
        const std::size_t before = bytes.size();
        bytes.resize(before + static_cast<std::size_t>(std::min(kStep, count - static_cast<std::int64_t>(before))));
        const zip_int64_t got = zip_fread(file.get(), bytes.data() + before, bytes.size() - before);
        if (got < 0)
            throw FormatError(fmt::format("{}: the entry \"{}\" is damaged ({}); get it again", m_where, entry.name,
                                          zip_file_strerror(file.get())));
        bytes.resize(before + static_cast<std::size_t>(got));
        if (got == 0)
            break;
    }
    return bytes;
}

std::vector<std::byte> ZipArchive::read(const Entry& entry, std::int64_t limit) const {
    if (entry.size > limit)
        throw FormatError(fmt::format("{}: the entry \"{}\" has {} bytes; at most {} were expected", m_where,
                                      entry.name, entry.size, limit));
    // One byte more than there should be: only reading to the end makes libzip compare the check sum.
    std::vector<std::byte> bytes = readStart(entry, entry.size + 1);
    if (static_cast<std::int64_t>(bytes.size()) != entry.size)
        throw FormatError(fmt::format("{}: the entry \"{}\" has {} bytes; {} were promised", m_where, entry.name,
                                      bytes.size(), entry.size));
    return bytes;
}

namespace {

/// Builds the archive in memory through libzip's own growing buffer.
class ZipBuilder {
public:
    explicit ZipBuilder(const std::filesystem::path& path) : m_where(base::quoted(path)) {
        zip_error_t error;
        zip_error_init(&error);
        m_source = zip_source_buffer_create(nullptr, 0, 0, &error);
        m_zip = m_source ? zip_open_from_source(m_source, ZIP_CREATE | ZIP_TRUNCATE, &error) : nullptr;
        zip_error_fini(&error);
        if (!m_zip) {
            if (m_source)
                zip_source_free(m_source);
            fail();
        }
        zip_source_keep(m_source);
    }
    ~ZipBuilder() {
        if (m_zip)
            zip_discard(m_zip);
        zip_source_free(m_source);
    }
    ZipBuilder(const ZipBuilder&) = delete;
    ZipBuilder& operator=(const ZipBuilder&) = delete;

    void add(const ZipContent& content) {
        zip_source_t* bytes = zip_source_buffer(m_zip, content.bytes.data(), content.bytes.size(), 0);
        const zip_int64_t index = bytes ? zip_file_add(m_zip, content.name.c_str(), bytes, ZIP_FL_ENC_UTF_8) : -1;
        if (index < 0) {
            zip_source_free(bytes);
            fail();
        }
        const auto at = static_cast<zip_uint64_t>(index);
        zip_set_file_compression(m_zip, at, ZIP_CM_STORE, 0);
        // A fixed date (1 January 1980), so that equal content gives equal bytes.
        zip_file_set_dostime(m_zip, at, 0, 0x21, 0);
    }

    std::vector<std::byte> finish() {
        if (zip_close(m_zip) != 0)
            fail();
        m_zip = nullptr;
        zip_stat_t stat;
        if (zip_source_stat(m_source, &stat) != 0 || zip_source_open(m_source) != 0)
            fail();
        std::vector<std::byte> bytes(static_cast<std::size_t>(stat.size));
        const zip_int64_t got = zip_source_read(m_source, bytes.data(), bytes.size());
        zip_source_close(m_source);
        if (got != static_cast<zip_int64_t>(bytes.size()))
            fail();
        return bytes;
    }

private:
    [[noreturn]] void fail() const {
        throw base::IoError(m_where + ": the archive could not be put together (is memory short?)");
    }
    std::string m_where;
    zip_source_t* m_source = nullptr;
    zip_t* m_zip = nullptr;
};

} // namespace

void writeZip(const std::filesystem::path& path, std::span<const ZipContent> contents) {
    ZipBuilder builder(path);
    for (const ZipContent& content : contents)
        builder.add(content);
    base::writeFileAtomically(path, builder.finish());
}

} // namespace lpntk::formats
