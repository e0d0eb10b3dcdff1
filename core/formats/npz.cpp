#include <core/base/error.h>
#include <core/formats/npz.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace lpntk::formats {

namespace {

constexpr std::int64_t kLargestArray = std::int64_t{64} << 30;
constexpr std::int64_t kLongestHeader = (1 << 16) + 12;

} // namespace

NpzArchive::NpzArchive(const std::filesystem::path& path) : m_where(base::quoted(path)), m_zip(path) {
    for (const ZipArchive::Entry& file : m_zip.entries()) {
        if (!file.name.ends_with(".npy"))
            throw base::FormatError(
                fmt::format("{}: the entry \"{}\" is not an .npy array; this is not an .npz file", m_where, file.name));
        m_names.push_back(file.name.substr(0, file.name.size() - 4));
    }
    if (m_names.empty())
        throw base::FormatError(m_where + " holds no arrays");
}

bool NpzArchive::contains(std::string_view name) const {
    return std::find(m_names.begin(), m_names.end(), name) != m_names.end();
}

const ZipArchive::Entry& NpzArchive::entry(const std::string& name) const {
    const ZipArchive::Entry* found = m_zip.find(name + ".npy");
    if (!found)
        throw base::FormatError(
            fmt::format("{} has no array \"{}\"; there are {}", m_where, name, fmt::join(m_names, ", ")));
    return *found;
}

NpyHeader NpzArchive::header(const std::string& name) const {
    return parseNpyHeader(m_zip.readStart(entry(name), kLongestHeader), fmt::format("{}, array \"{}\"", m_where, name));
}

NpyArray NpzArchive::array(const std::string& name) const {
    auto bytes = std::make_shared<std::vector<std::byte>>(m_zip.read(entry(name), kLargestArray));
    const std::span<const std::byte> view = *bytes;
    return NpyArray::fromBytes(view, std::move(bytes), fmt::format("{}, array \"{}\"", m_where, name));
}

void writeNpz(const std::filesystem::path& path, std::span<const NpzArray> arrays, std::span<const NpzTexts> texts) {
    std::vector<ZipContent> contents;
    for (const NpzArray& array : arrays) {
        NpyHeader header;
        header.type = array.type;
        header.shape = array.shape;
        if (header.dataBytes() != static_cast<std::int64_t>(array.bytes.size()))
            throw base::ShapeError(fmt::format("{}: the array \"{}\" has {} bytes; its shape needs {}",
                                               base::quoted(path), array.name, array.bytes.size(), header.dataBytes()));
        ZipContent content{array.name + ".npy", npyHeaderBytes(array.type, array.shape)};
        content.bytes.insert(content.bytes.end(), array.bytes.begin(), array.bytes.end());
        contents.push_back(std::move(content));
    }
    for (const NpzTexts& list : texts)
        contents.push_back({list.name + ".npy", npyTextArray(list.texts)});
    writeZip(path, contents);
}

} // namespace lpntk::formats
