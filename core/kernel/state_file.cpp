#include <core/kernel/state_file.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace lpntk::kernel {

namespace fs = std::filesystem;

namespace {

fs::path statePath(const fs::path& folder) {
    return folder / "state.bin";
}
fs::path unfinishedPath(const fs::path& folder) {
    return folder / ".state.bin.part-0";
}

} // namespace

void writeStateFile(const fs::path& folder, const std::string& head,
                    const std::vector<std::span<const std::byte>>& arrays) {
    const base::File file = base::File::create(unfinishedPath(folder));
    std::uint32_t crc = 0;
    const auto put = [&](std::span<const std::byte> bytes) {
        file.append(bytes);
        crc = base::crc32(bytes, crc);
    };
    put(std::as_bytes(std::span(head.data(), head.size())));
    for (const std::span<const std::byte> array : arrays)
        put(array);
    file.append(std::as_bytes(std::span(&crc, 1)));
}

void commitState(const fs::path& folder) {
    base::File::openWrite(unfinishedPath(folder)).sync();
    if (std::rename(unfinishedPath(folder).c_str(), statePath(folder).c_str()) != 0)
        throw base::IoError(
            fmt::format("{}: the state of the job cannot be put in place; check the folder's permissions",
                        base::quoted(statePath(folder))));
}

void removeState(const fs::path& folder) {
    std::error_code code;
    fs::remove(statePath(folder), code);
    fs::remove(unfinishedPath(folder), code);
}

bool readStateFile(const fs::path& folder, const std::string& head, const std::vector<std::span<std::byte>>& arrays) {
    std::error_code code;
    if (!fs::exists(statePath(folder), code))
        return false;
    auto expected = static_cast<std::int64_t>(head.size() + sizeof(std::uint32_t));
    for (const std::span<std::byte> array : arrays)
        expected += static_cast<std::int64_t>(array.size());
    const base::File file = base::File::openRead(statePath(folder));
    if (file.size() != expected)
        return false;
    std::vector<std::byte> found(head.size());
    file.readAt(0, found);
    if (!std::equal(found.begin(), found.end(), std::as_bytes(std::span(head.data(), head.size())).begin()))
        return false;
    std::uint32_t crc = base::crc32(found), stored = 0;
    auto offset = static_cast<std::int64_t>(head.size());
    for (const std::span<std::byte> array : arrays) {
        file.readAt(offset, array);
        offset += static_cast<std::int64_t>(array.size());
        crc = base::crc32(array, crc);
    }
    file.readAt(offset, std::as_writable_bytes(std::span(&stored, 1)));
    return crc == stored;
}

} // namespace lpntk::kernel
