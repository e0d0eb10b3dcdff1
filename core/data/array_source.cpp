#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/data/array_source.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace lpntk::data {

namespace {

/// x / 255 in float32, the values that torchvision's ToTensor gives.
const std::array<float, 256>& unitValues() {
    static const std::array<float, 256> values = [] {
        std::array<float, 256> table{};
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i] = static_cast<float>(i) / 255.0f;
        return table;
    }();
    return values;
}

std::size_t elementsOf(const ImageShape& shape) {
    return static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(shape.height) *
           static_cast<std::size_t>(shape.width);
}

/// Calls visit(position in the array, c, y, x) in planar order.
template <typename Visit> void eachElement(const PixelLayout& layout, const Visit& visit) {
    for (int c = 0; c < layout.shape.channels; ++c)
        for (int y = 0; y < layout.shape.height; ++y)
            for (int x = 0; x < layout.shape.width; ++x)
                visit(static_cast<std::size_t>(c * layout.channelStep + y * layout.rowStep + x * layout.columnStep), c,
                      y, x);
}

} // namespace

PixelLayout PixelLayout::planar(const ImageShape& shape) {
    const std::int64_t plane = static_cast<std::int64_t>(shape.height) * shape.width;
    return {shape, plane * shape.channels, plane, shape.width, 1};
}

PixelLayout PixelLayout::interleaved(const ImageShape& shape) {
    const std::int64_t row = static_cast<std::int64_t>(shape.width) * shape.channels;
    return {shape, row * shape.height, 1, row, shape.channels};
}

bool PixelLayout::isPlanar() const {
    const PixelLayout other = planar(shape);
    return pictureStep == other.pictureStep && channelStep == other.channelStep && rowStep == other.rowStep &&
           columnStep == other.columnStep;
}

ArraySource::ArraySource(std::vector<PixelBlock> blocks, const PixelLayout& layout, Element element)
    : m_blocks(std::move(blocks)), m_layout(layout), m_element(element) {
    const std::int64_t size = element == Element::byte ? 1 : 4;
    for (const PixelBlock& block : m_blocks) {
        if (base::checkedProduct({block.count, layout.pictureStep, size}, block.fileName) !=
            static_cast<std::int64_t>(block.bytes.size()))
            throw base::ShapeError(fmt::format("{}: {} bytes are not {} pictures of {} x {} x {}", block.fileName,
                                               block.bytes.size(), block.count, layout.shape.channels,
                                               layout.shape.height, layout.shape.width));
        m_count += block.count;
    }
}

ArraySource::Place ArraySource::place(std::int64_t index) const {
    std::int64_t rest = index;
    for (const PixelBlock& block : m_blocks) {
        if (rest >= 0 && rest < block.count) {
            const std::size_t bytes =
                static_cast<std::size_t>(m_layout.pictureStep) * (m_element == Element::byte ? 1 : 4);
            return {&block, rest, block.bytes.subspan(static_cast<std::size_t>(rest) * bytes, bytes)};
        }
        rest -= block.count;
    }
    throw base::OptionError(fmt::format("there is no image {}; the split has {}", index, m_count));
}

Image ArraySource::image(std::int64_t index) const {
    const std::span<const std::byte> pixels = place(index).pixels;
    Image result{m_layout.shape, std::vector<std::uint8_t>(elementsOf(m_layout.shape))};
    const auto target = [&](int c, int y, int x) -> std::uint8_t& {
        return result.pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(m_layout.shape.width) +
                              static_cast<std::size_t>(x)) *
                                 static_cast<std::size_t>(m_layout.shape.channels) +
                             static_cast<std::size_t>(c)];
    };
    if (m_element == Element::byte) {
        eachElement(m_layout, [&](std::size_t at, int c, int y, int x) {
            target(c, y, x) = static_cast<std::uint8_t>(pixels[at]);
        });
        return result;
    }
    const auto* values = reinterpret_cast<const float*>(pixels.data());
    float low = INFINITY, high = -INFINITY;
    eachElement(m_layout, [&](std::size_t at, int, int, int) {
        if (std::isfinite(values[at])) {
            low = std::min(low, values[at]);
            high = std::max(high, values[at]);
        }
    });
    // Halved before subtracting: the range of huge values may not fit a float.
    const float range = high / 2 - low / 2;
    eachElement(m_layout, [&](std::size_t at, int c, int y, int x) {
        const float part = range > 0 ? (values[at] / 2 - low / 2) / range : 0.0f;
        target(c, y, x) = std::isfinite(part)
                              ? static_cast<std::uint8_t>(std::lround(std::clamp(part, 0.0f, 1.0f) * 255.0f))
                              : std::uint8_t{0};
    });
    return result;
}

void ArraySource::floats(std::int64_t index, std::span<float> out) const {
    const std::span<const std::byte> pixels = place(index).pixels;
    if (out.size() != elementsOf(m_layout.shape))
        throw base::ShapeError(fmt::format("{}: room for {} values given; the image has {}", location(index),
                                           out.size(), elementsOf(m_layout.shape)));
    const auto copy = [&](auto&& value) {
        if (m_layout.isPlanar()) {
            for (std::size_t i = 0; i < out.size(); ++i)
                out[i] = value(i);
        } else {
            std::size_t next = 0;
            eachElement(m_layout, [&](std::size_t at, int, int, int) { out[next++] = value(at); });
        }
    };
    if (m_element == Element::byte) {
        const float* table = unitValues().data();
        copy([table, &pixels](std::size_t at) { return table[static_cast<std::size_t>(pixels[at])]; });
    } else {
        const auto* values = reinterpret_cast<const float*>(pixels.data());
        copy([values](std::size_t at) { return values[at]; });
    }
}

std::string ArraySource::location(std::int64_t index) const {
    const Place found = place(index);
    return fmt::format("{}, image {}", found.block->fileName, found.index);
}

std::vector<std::byte> ArraySource::bytes(std::int64_t index) const {
    const std::span<const std::byte> pixels = place(index).pixels;
    return {pixels.begin(), pixels.end()};
}

} // namespace lpntk::data
