#include <core/base/files.h>
#include <core/curation/media_writers.h>

#include <png.h>

namespace lpntk::curation {

void writePng(const std::filesystem::path& path, const data::Image& image) {
    png_image header{};
    header.version = PNG_IMAGE_VERSION;
    header.width = static_cast<png_uint_32>(image.shape.width);
    header.height = static_cast<png_uint_32>(image.shape.height);
    header.format = image.shape.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    png_alloc_size_t size = 0;
    std::vector<std::byte> bytes;
    for (int pass = 0; pass < 2; ++pass) { // first for the size, then for the bytes
        if (!png_image_write_to_memory(&header, pass ? bytes.data() : nullptr, &size, 0, image.pixels.data(), 0, nullptr))
            throw base::IoError(base::quoted(path) + ": the picture cannot be written as PNG: " + header.message);
        bytes.resize(size);
    }
    base::File::create(path).append(bytes);
}

} // namespace lpntk::curation
