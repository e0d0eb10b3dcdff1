#include <core/gradient/winograd_torch.h>

#include <core/gradient/exact_products_torch.h>
#include <core/gradient/winograd_tiles.h>

#include <algorithm>

namespace lpntk::gradient {

namespace {

constexpr std::int64_t kNumbers = WinogradTiles::kNumbers;

/// Of transformed weights that are kept, bytes.
constexpr std::int64_t kWeightLimit = std::int64_t{512} << 20;

/// Transformed tiles held at a time: bytes that stay in the last-level cache, but enough tiles to be worth reading the
/// weights for.
constexpr std::int64_t kTileBytes = std::int64_t{4} << 20, kFewTiles = 64;

/// Fewer channels than this leave products too thin.
constexpr std::int64_t kFewChannels = 16;

WinogradTiles tilesFor(const at::Tensor& pictures, const at::Tensor& out, const ConvolutionGeometry& geometry) {
    const auto size = [](std::int64_t number) { return static_cast<std::size_t>(number); };
    return {size(pictures.size(1)), size(pictures.size(2)),    size(out.size(1)),
            size(out.size(2)),      size(geometry.padding[0]), size(geometry.padding[1])};
}

bool isWorthIt(const at::Tensor& weight, const at::Tensor& x, const ConvolutionGeometry& geometry) {
    const auto all = [](const std::vector<std::int64_t>& values) {
        return std::all_of(values.begin(), values.end(), [](std::int64_t value) { return value == 1; });
    };
    if (weight.scalar_type() != at::kDouble || !x.is_cpu() || geometry.groups != 1 || weight.size(2) != 3 ||
        weight.size(3) != 3 || !all(geometry.stride) || !all(geometry.dilation) ||
        std::min(weight.size(0), weight.size(1)) < kFewChannels)
        return false;
    // 36 products a tile instead of 9 a pixel, and something for the transforms.
    const auto tilesAlong = [](std::int64_t side) { return (side + 3) / 4; };
    const std::int64_t height = geometry.outputSide(0, x.size(2), weight),
                       width = geometry.outputSide(1, x.size(3), weight);
    return height * width > 6 * tilesAlong(height) * tilesAlong(width);
}

/// (36, K, C) of (K, C, 3, 3): how each of the numbers of a transformed tile meets the weight.
at::Tensor transformedWeight(const at::Tensor& weight) {
    const at::Tensor axis = at::tensor({1. / 4, 0., 0., -1. / 6, -1. / 6, -1. / 6, -1. / 6, 1. / 6, -1. / 6, 1. / 24,
                                        1. / 12, 1. / 6, 1. / 24, -1. / 12, 1. / 6, 0., 0., 1.},
                                       at::kDouble)
                                .view({6, 3});
    const std::int64_t outputs = weight.size(0), channels = weight.size(1);
    return at::mm(at::kron(axis, axis), weight.permute({2, 3, 0, 1}).reshape({9, outputs * channels}))
        .view({kNumbers, outputs, channels});
}

} // namespace

WinogradWeights::WinogradWeights(std::span<const at::Tensor> parameters) {
    for (const at::Tensor& parameter : parameters)
        m_parameters.emplace(parameter.const_data_ptr(), parameter);
}

at::Tensor WinogradWeights::of(const at::Tensor& weight, const at::Tensor& x,
                               const ConvolutionGeometry& geometry) const {
    const void* const memory = weight.const_data_ptr();
    const auto parameter = m_parameters.find(memory);
    if (parameter == m_parameters.end() || parameter->second.sizes() != weight.sizes() ||
        parameter->second.strides() != weight.strides() || !isWorthIt(weight, x, geometry))
        return {};
    const std::lock_guard lock(m_mutex);
    const auto [place, isNew] = m_transformed.try_emplace(memory);
    const std::int64_t bytes = kNumbers * weight.size(0) * weight.size(1) * static_cast<std::int64_t>(sizeof(double));
    if (isNew && m_bytes + bytes <= kWeightLimit) {
        place->second = transformedWeight(weight);
        m_bytes += bytes;
    }
    return place->second;
}

void winogradConvolution(const at::Tensor& pictures, const at::Tensor& transformed, const ConvolutionGeometry& geometry,
                         const at::Tensor& out) {
    const WinogradTiles tiles = tilesFor(pictures, out, geometry);
    const std::int64_t outputs = transformed.size(1), channels = transformed.size(2);
    const auto all = pictures.size(0) * static_cast<std::int64_t>(tiles.perPicture());
    const std::int64_t tileBytes = kNumbers * (channels + outputs) * static_cast<std::int64_t>(sizeof(double));
    const std::int64_t chunk = std::min(all, std::max(kFewTiles, kTileBytes / tileBytes));
    const at::Tensor inputs = at::empty({chunk * kNumbers * channels}, pictures.options()),
                     products = at::empty({chunk * kNumbers * outputs}, pictures.options());
    for (std::int64_t first = 0; first < all; first += chunk) {
        const std::int64_t count = std::min(chunk, all - first);
        const at::Tensor in = inputs.narrow(0, 0, count * kNumbers * channels).view({kNumbers, count, channels});
        const at::Tensor product = products.narrow(0, 0, count * kNumbers * outputs).view({kNumbers, count, outputs});
        transformInputs(pictures.const_data_ptr<double>(), tiles, static_cast<std::size_t>(channels),
                        static_cast<std::size_t>(first), static_cast<std::size_t>(count),
                        in.mutable_data_ptr<double>());
        multiplyExactly(in, transformed, product);
        transformOutputs(product.const_data_ptr<double>(), tiles, static_cast<std::size_t>(outputs),
                         static_cast<std::size_t>(first), static_cast<std::size_t>(count),
                         out.mutable_data_ptr<double>());
    }
}

} // namespace lpntk::gradient
