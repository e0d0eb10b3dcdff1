#pragma once

#include <core/data/dataset.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::data {

/// How the elements of one picture lie in an array: steps in elements between neighbours of each axis.
struct PixelLayout {
    ImageShape shape;
    std::int64_t pictureStep = 0;
    std::int64_t channelStep = 0;
    std::int64_t rowStep = 0;
    std::int64_t columnStep = 0;

    /// (C, H, W) one picture after the other.
    static PixelLayout planar(const ImageShape& shape);
    /// (H, W, C) one picture after the other.
    static PixelLayout interleaved(const ImageShape& shape);
    bool isPlanar() const;
};

/// A block of `count` pictures of one array. `owner` keeps `bytes` alive.
struct PixelBlock {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
    std::int64_t count = 0;
    std::string fileName; ///< for location()
};

/// Pictures of 8-bit or float32 arrays, held or mapped, in one or more blocks of equal layout (CIFAR has five).
/// Immutable, safe from any thread.
class ArraySource : public ImageSource {
public:
    enum class Element { byte, float32 };
    /// Every block must hold count * pictureStep elements; checked. Throws ShapeError.
    ArraySource(std::vector<PixelBlock> blocks, const PixelLayout& layout, Element element);

    std::int64_t count() const override { return m_count; }
    ImageShape shape(std::int64_t) const override { return m_layout.shape; }
    bool uniform() const override { return true; }
    Image image(std::int64_t index) const override;
    void floats(std::int64_t index, std::span<float> out) const override;
    bool preprocessed() const override { return m_element == Element::float32; }
    std::string location(std::int64_t index) const override;
    std::vector<std::byte> bytes(std::int64_t index) const override;

private:
    struct Place {
        const PixelBlock* block = nullptr;
        std::int64_t index = 0;             ///< within the block
        std::span<const std::byte> pixels;  ///< of this picture
    };
    Place place(std::int64_t index) const;

    std::vector<PixelBlock> m_blocks;
    PixelLayout m_layout;
    Element m_element;
    std::int64_t m_count = 0;
};

} // namespace lpntk::data
