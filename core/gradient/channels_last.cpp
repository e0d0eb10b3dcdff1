#include <core/gradient/channels_last_torch.h>

#include <core/gradient/exact_products_torch.h>

#include <algorithm>

namespace lpntk::gradient {

namespace {

/// Unfolded input held at a time, bytes: stays in the last-level cache.
constexpr std::int64_t kUnfoldedBytes = std::int64_t{4} << 20;

/// (N, H', W', kh, kw, C), a view: what each output pixel meets of padded pictures (N, H, W, C).
at::Tensor windows(const at::Tensor& padded, const at::Tensor& weight, const ConvolutionGeometry& geometry,
                   std::int64_t height, std::int64_t width) {
    const std::int64_t column = padded.stride(2), row = padded.stride(1);
    return padded.as_strided({padded.size(0), height, width, weight.size(1), weight.size(2), padded.size(3)},
                             {padded.stride(0), geometry.stride[0] * row, geometry.stride[1] * column,
                              geometry.dilation[0] * row, geometry.dilation[1] * column, 1});
}

/// A weighted sum of whole pixels per tap; weight (C, kh, kw, 1).
void writeDepthwise(const at::Tensor& windows, const at::Tensor& weight, at::Tensor out) {
    for (std::int64_t row = 0; row < weight.size(1); ++row) {
        for (std::int64_t column = 0; column < weight.size(2); ++column) {
            const at::Tensor met = windows.select(4, column).select(3, row);
            const at::Tensor factor = weight.select(3, 0).select(2, column).select(1, row).contiguous();
            if (row == 0 && column == 0)
                at::mul_out(out, met, factor);
            else
                out.addcmul_(met, factor);
        }
    }
}

/// One product per group; weight (K, kh, kw, C / groups).
void writeGroups(const at::Tensor& windows, const at::Tensor& weight, std::int64_t groups, const at::Tensor& out) {
    const std::int64_t pixels = out.size(0) * out.size(1) * out.size(2), channels = weight.size(0);
    const at::Tensor flatWeight = weight.reshape({groups, channels / groups, -1});
    const at::Tensor columns = windows.unflatten(5, {groups, weight.size(3)})
                                   .permute({5, 0, 1, 2, 3, 4, 6})
                                   .reshape({groups, pixels, weight.numel() / channels});
    out.view({pixels, groups, channels / groups}).copy_(at::bmm(columns, flatWeight.transpose(1, 2)).transpose(0, 1));
}

/// One product of all windows; padded (N, H, W, C), weight (K, kh, kw, C), out (N, H', W', K).
void writeProduct(const at::Tensor& padded, const at::Tensor& weight, const ConvolutionGeometry& geometry,
                  const at::Tensor& rows, const at::Tensor& out) {
    const Windows windows = geometry.windows(padded.sizes().slice(1, 2), padded.size(3), weight.sizes().slice(1, 2),
                                             out.sizes().slice(1, 2));
    unfold(padded.const_data_ptr<double>(), static_cast<std::size_t>(padded.size(0)), windows,
           rows.mutable_data_ptr<double>());
    multiplyExactly(rows, weight.view({weight.size(0), -1}), out.view({-1, weight.size(0)}));
}

} // namespace

bool isBestBySample(const at::Tensor& x, const at::Tensor& weight, const ConvolutionGeometry& geometry) {
    constexpr std::int64_t kFewChannels = 32;
    const std::int64_t pixels = geometry.outputSide(0, x.size(2), weight) * geometry.outputSide(1, x.size(3), weight);
    return weight.size(0) <= kFewChannels && !geometry.isPointwise(weight) && isSmallProduct(weight, geometry, pixels);
}

at::Tensor convolutionBySample(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                               const ConvolutionGeometry& geometry) {
    const std::int64_t count = x.size(0), channels = weight.size(0), height = geometry.outputSide(0, x.size(2), weight),
                       width = geometry.outputSide(1, x.size(3), weight), window = weight.numel() / channels;
    const at::Tensor out = at::empty({count, channels, height, width}, x.options());
    const at::Tensor taps = weight.contiguous().view({1, channels, window});
    const std::int64_t chunk = std::clamp<std::int64_t>(
        kUnfoldedBytes / (height * width * window * static_cast<std::int64_t>(x.element_size())), 1, count);
    for (std::int64_t first = 0; first < count; first += chunk) {
        const std::int64_t some = std::min(chunk, count - first);
        multiplyEach(taps.expand({some, channels, window}),
                     unfolded(x.narrow(0, first, some), {height, width}, weight, geometry),
                     out.narrow(0, first, some).flatten(2), false);
    }
    if (bias.defined())
        out.add_(bias.view({1, channels, 1, 1}));
    return out;
}

at::Tensor channelsLastConvolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                   const ConvolutionGeometry& geometry, const WinogradWeights* winograd) {
    const at::Tensor pictures = x.permute({0, 2, 3, 1}).contiguous(), taps = weight.permute({0, 2, 3, 1}).contiguous();
    const std::int64_t count = x.size(0), height = geometry.outputSide(0, x.size(2), weight),
                       width = geometry.outputSide(1, x.size(3), weight);
    at::Tensor out = at::empty({count, height, width, weight.size(0)}, x.options());
    if (geometry.isPointwise(weight)) {
        multiplyExactly(pictures.view({-1, x.size(1)}), taps.view({weight.size(0), -1}),
                        out.view({-1, weight.size(0)}));
    } else if (const at::Tensor transformed = winograd ? winograd->of(weight, x, geometry) : at::Tensor();
               transformed.defined()) {
        winogradConvolution(pictures, transformed, geometry, out);
    } else {
        const std::int64_t above = geometry.padding[0], left = geometry.padding[1];
        const at::Tensor padded =
            above == 0 && left == 0 ? pictures : at::constant_pad_nd(pictures, {0, 0, left, left, above, above});
        const std::int64_t pixels = height * width, window = taps[0].numel() * geometry.groups;
        const std::int64_t chunk = std::clamp<std::int64_t>(
            kUnfoldedBytes / (pixels * window * static_cast<std::int64_t>(x.element_size())), 1, count);
        const at::Tensor rows = geometry.groups == 1 ? at::empty({chunk * pixels, window}, x.options()) : at::Tensor();
        for (std::int64_t first = 0; first < count; first += chunk) {
            const std::int64_t some = std::min(chunk, count - first);
            const at::Tensor in = padded.narrow(0, first, some), result = out.narrow(0, first, some);
            if (geometry.groups == 1)
                writeProduct(in, taps, geometry, rows.narrow(0, 0, some * pixels), result);
            else if (geometry.isDepthwise(weight))
                writeDepthwise(windows(in, taps, geometry, height, width), taps, result);
            else
                writeGroups(windows(in, taps, geometry, height, width), taps, geometry.groups, result);
        }
    }
    if (bias.defined())
        out.add_(bias);
    return out.permute({0, 3, 1, 2});
}

} // namespace lpntk::gradient
