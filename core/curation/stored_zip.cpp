#include <core/base/hash.h>
#include <core/curation/stored_zip.h>

namespace lpntk::curation {

namespace {

/// Little-endian numbers one after the other.
class Record {
public:
    Record& u16(std::uint64_t value) { return put(value, 2); }
    Record& u32(std::uint64_t value) { return put(value, 4); }
    Record& u64(std::uint64_t value) { return put(value, 8); }
    Record& text(const std::string& value) {
        for (const char c : value)
            m_bytes.push_back(static_cast<std::byte>(c));
        return *this;
    }
    std::span<const std::byte> bytes() const { return m_bytes; }

private:
    Record& put(std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i)
            m_bytes.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xff));
        return *this;
    }
    std::vector<std::byte> m_bytes;
};

constexpr std::uint64_t kNeeded = 45;          // version that reads ZIP64
constexpr std::uint64_t kDate = (0 << 9) | (1 << 5) | 1; // 1980-01-01: equal content gives equal bytes
constexpr std::uint64_t kInZip64 = 0xffffffff;
constexpr std::size_t kFlush = 1 << 20;
constexpr std::uint64_t kCrcPlace = 14;        // in the local header
constexpr std::uint64_t kLocalHeader = 30;

} // namespace

StoredZip::StoredZip(const std::filesystem::path& path) : m_file(base::File::create(path)) {}

void StoredZip::beginEntry(const std::string& name) {
    endEntry();
    m_entries.push_back({name, m_written, 0, 0});
    m_open = true;
    // CRC and sizes are not known yet; endEntry fills them in.
    append(Record().u32(0x04034b50).u16(kNeeded).u16(0).u16(0).u16(0).u16(kDate).u32(0).u32(kInZip64).u32(kInZip64)
               .u16(name.size()).u16(20).text(name).u16(1).u16(16).u64(0).u64(0).bytes());
}

void StoredZip::add(std::span<const std::byte> bytes) {
    Entry& entry = m_entries.back();
    entry.crc = base::crc32(bytes, entry.crc);
    entry.size += bytes.size();
    append(bytes);
}

void StoredZip::endEntry() {
    if (!m_open)
        return;
    m_open = false;
    flush();
    const Entry& entry = m_entries.back();
    m_file.writeAt(static_cast<std::int64_t>(entry.offset + kCrcPlace), Record().u32(entry.crc).bytes());
    m_file.writeAt(static_cast<std::int64_t>(entry.offset + kLocalHeader + entry.name.size() + 4),
                   Record().u64(entry.size).u64(entry.size).bytes());
}

void StoredZip::finish() {
    endEntry();
    const std::uint64_t start = m_written;
    for (const Entry& entry : m_entries)
        append(Record().u32(0x02014b50).u16(kNeeded).u16(kNeeded).u16(0).u16(0).u16(0).u16(kDate).u32(entry.crc)
                   .u32(kInZip64).u32(kInZip64).u16(entry.name.size()).u16(28).u16(0).u16(0).u16(0).u32(0).u32(kInZip64)
                   .text(entry.name).u16(1).u16(24).u64(entry.size).u64(entry.size).u64(entry.offset).bytes());
    const std::uint64_t end = m_written, count = m_entries.size();
    append(Record().u32(0x06064b50).u64(44).u16(kNeeded).u16(kNeeded).u32(0).u32(0).u64(count).u64(count).u64(end - start).u64(start)
               .u32(0x07064b50).u32(0).u64(end).u32(1)
               .u32(0x06054b50).u16(0).u16(0).u16(count).u16(count).u32(kInZip64).u32(kInZip64).u16(0).bytes());
    flush();
}

void StoredZip::append(std::span<const std::byte> bytes) {
    m_pending.insert(m_pending.end(), bytes.begin(), bytes.end());
    m_written += bytes.size();
    if (m_pending.size() >= kFlush)
        flush();
}

void StoredZip::flush() {
    m_file.append(m_pending);
    m_pending.clear();
}

} // namespace lpntk::curation
