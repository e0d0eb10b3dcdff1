#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/parallel.h>
#include <core/data/file_source.h>
#include <core/formats/images.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::data {

namespace {

constexpr std::size_t kCacheBytes = std::size_t{256} << 20;
constexpr std::int64_t kLargestFile = std::int64_t{1} << 30;

} // namespace

FileSource::FileSource(std::vector<std::filesystem::path> files, std::filesystem::path base,
                       const base::JobContext& context)
    : m_files(std::move(files)), m_base(std::move(base)), m_shapes(m_files.size()) {
    const auto total = static_cast<double>(m_files.size());
    base::parallelFor(count(), base::availableThreads(), context, [&](std::int64_t i, int worker) {
        const auto at = static_cast<std::size_t>(i);
        const auto mapped = base::MappedFile::open(m_files[at]);
        const formats::ImageSize size = formats::imageSize(mapped->bytes(), base::quoted(m_files[at]));
        m_shapes[at] = {size.channels, size.height, size.width};
        if (worker == 0 && i % 64 == 0)
            context.progress("reading headers", static_cast<double>(i), total, "images");
    });
    const bool colour =
        std::any_of(m_shapes.begin(), m_shapes.end(), [](const ImageShape& shape) { return shape.channels == 3; });
    for (ImageShape& shape : m_shapes)
        shape.channels = colour ? 3 : 1;
    m_uniform = std::all_of(m_shapes.begin(), m_shapes.end(),
                            [&](const ImageShape& shape) { return shape == m_shapes.front(); });
}

std::size_t FileSource::checked(std::int64_t index) const {
    if (index < 0 || index >= count())
        throw base::OptionError(fmt::format("there is no image {}; the split has {}", index, count()));
    return static_cast<std::size_t>(index);
}

ImageShape FileSource::shape(std::int64_t index) const {
    return m_shapes[checked(index)];
}

std::shared_ptr<const Image> FileSource::decoded(std::int64_t index) const {
    const std::size_t at = checked(index);
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_places.find(index); found != m_places.end()) {
            m_recent.splice(m_recent.begin(), m_recent, found->second);
            return found->second->image;
        }
    }
    const auto mapped = base::MappedFile::open(m_files[at]);
    formats::DecodedImage picture =
        formats::decodeImage(mapped->bytes(), m_shapes[at].channels, base::quoted(m_files[at]));
    if (picture.size.height != m_shapes[at].height || picture.size.width != m_shapes[at].width)
        throw base::FormatError(
            fmt::format("{} has changed since the data set was opened; open it again", base::quoted(m_files[at])));
    auto image = std::make_shared<const Image>(Image{m_shapes[at], std::move(picture.pixels)});

    const std::lock_guard lock(m_mutex);
    if (image->pixels.size() <= kCacheBytes && !m_places.contains(index)) {
        m_recent.push_front({index, image});
        m_places[index] = m_recent.begin();
        m_cachedBytes += image->pixels.size();
        while (m_cachedBytes > kCacheBytes) {
            m_cachedBytes -= m_recent.back().image->pixels.size();
            m_places.erase(m_recent.back().index);
            m_recent.pop_back();
        }
    }
    return image;
}

Image FileSource::image(std::int64_t index) const {
    return *decoded(index);
}

void FileSource::floats(std::int64_t index, std::span<float> out) const {
    const std::shared_ptr<const Image> picture = decoded(index);
    const auto channels = static_cast<std::size_t>(picture->shape.channels);
    const std::size_t plane = picture->pixels.size() / channels;
    if (out.size() != picture->pixels.size())
        throw base::ShapeError(fmt::format("{}: room for {} values given; the image has {}", location(index),
                                           out.size(), picture->pixels.size()));
    for (std::size_t i = 0; i < plane; ++i)
        for (std::size_t c = 0; c < channels; ++c)
            out[c * plane + i] = static_cast<float>(picture->pixels[i * channels + c]) / 255.0f;
}

std::string FileSource::location(std::int64_t index) const {
    const std::filesystem::path& file = m_files[checked(index)];
    const std::filesystem::path relative = file.lexically_relative(m_base);
    return relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

std::vector<std::byte> FileSource::bytes(std::int64_t index) const {
    return base::readFile(m_files[checked(index)], kLargestFile);
}

std::filesystem::path FileSource::file(std::int64_t index) const {
    return m_files[checked(index)];
}

} // namespace lpntk::data
