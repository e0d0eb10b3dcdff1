#include <core/base/files.h>
#include <core/curation/export_media.h>
#include <core/curation/media_writers.h>
#include <core/curation/stored_zip.h>
#include <core/formats/images.h>
#include <core/formats/npy.h>

namespace lpntk::curation {

namespace fs = std::filesystem;

namespace {

/// Calls `take` with the bytes of each picture: 8-bit (H, W, C), or float32 (C, H, W) as stored.
template <typename Take>
void eachPicture(const SubsetTable& table, const std::vector<std::int64_t>& samples, bool bytes, const base::JobContext& context, Take take) {
    const data::ImageShape shape = table.images().shape(samples.front());
    std::vector<float> floats(static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width));
    std::int64_t done = 0;
    for (const std::int64_t sample : samples) {
        context.throwIfCancelled();
        if (bytes) {
            const data::Image image = table.images().image(sample);
            take(std::as_bytes(std::span(image.pixels)));
        } else {
            table.images().floats(sample, floats);
            take(std::as_bytes(std::span(floats)));
        }
        if (done++ % 256 == 0)
            context.progress("pictures", static_cast<double>(done), static_cast<double>(samples.size()), "samples");
    }
}

/// Gathers small pieces into large writes.
class Gathered {
public:
    explicit Gathered(const base::File& file) : m_file(file) {}
    void add(std::span<const std::byte> bytes) {
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
        if (m_bytes.size() >= (1u << 20))
            flush();
    }
    void flush() {
        m_file.append(m_bytes);
        m_bytes.clear();
    }

private:
    const base::File& m_file;
    std::vector<std::byte> m_bytes;
};

/// Magic and sizes of an IDX file of bytes, big-endian.
std::vector<std::byte> idxHeader(const std::vector<std::int64_t>& shape) {
    std::vector<std::byte> header{std::byte{0}, std::byte{0}, std::byte{8}, static_cast<std::byte>(shape.size())};
    for (const std::int64_t size : shape) {
        for (const int shift : {24, 16, 8, 0})
            header.push_back(static_cast<std::byte>((size >> shift) & 0xff));
    }
    return header;
}

std::vector<std::int64_t> labelsOf(const SubsetTable& table, const std::vector<std::int64_t>& samples) {
    std::vector<std::int64_t> labels;
    for (const std::int64_t sample : samples)
        labels.push_back(table.labels[static_cast<std::size_t>(sample)]);
    return labels;
}

} // namespace

void makeFolder(const fs::path& folder) {
    std::error_code code;
    fs::create_directories(folder, code);
    if (code)
        throw base::IoError(base::quoted(folder) + ": cannot create the folder: " + code.message());
}

void writePng(const fs::path& path, const data::Image& image) {
    const formats::ImageSize size{image.shape.channels, image.shape.height, image.shape.width};
    base::File::create(path).append(formats::encodePng(size, image.pixels));
}

void writeIdxPair(const fs::path& folder, const std::string& prefix, const SubsetTable& table, const std::vector<std::int64_t>& samples,
                  const base::JobContext& context) {
    const data::ImageShape shape = table.images().shape(samples.front());
    const auto count = static_cast<std::int64_t>(samples.size());
    const base::File images = base::File::create(folder / (prefix + "-images-idx3-ubyte"));
    Gathered pixels(images);
    pixels.add(idxHeader({count, shape.height, shape.width}));
    eachPicture(table, samples, true, context, [&](std::span<const std::byte> bytes) { pixels.add(bytes); });
    pixels.flush();
    const base::File labels = base::File::create(folder / (prefix + "-labels-idx1-ubyte"));
    Gathered values(labels);
    values.add(idxHeader({count}));
    for (const std::int64_t label : labelsOf(table, samples)) {
        const auto byte = static_cast<std::byte>(label);
        values.add({&byte, 1});
    }
    values.flush();
}

void writeNpz(const fs::path& path, const SubsetTable& table, const std::vector<std::int64_t>& samples, const base::JobContext& context) {
    const data::ImageShape shape = table.images().shape(samples.front());
    const bool bytes = holdsBytes(table.images(), samples.front());
    const auto count = static_cast<std::int64_t>(samples.size());
    std::vector<std::int64_t> dimensions{count};
    if (!bytes && shape.channels > 1)
        dimensions.push_back(shape.channels);
    dimensions.insert(dimensions.end(), {shape.height, shape.width});
    if (bytes && shape.channels > 1)
        dimensions.push_back(shape.channels);

    StoredZip zip(path);
    zip.beginEntry("images.npy");
    zip.add(formats::npyHeaderBytes(bytes ? formats::DType::u8 : formats::DType::f32, dimensions));
    eachPicture(table, samples, bytes, context, [&](std::span<const std::byte> picture) { zip.add(picture); });
    const std::int64_t length[] = {count};
    const std::vector<std::int64_t> labels = labelsOf(table, samples);
    for (const auto& [name, values] : {std::pair("labels.npy", &labels), std::pair("indices.npy", &samples)}) {
        zip.beginEntry(name);
        zip.add(formats::npyHeaderBytes(formats::DType::i64, length));
        zip.add(std::as_bytes(std::span(*values)));
    }
    zip.finish();
}

} // namespace lpntk::curation
