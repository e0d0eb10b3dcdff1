#include <core/gradient/position_signals_torch.h>

#include <core/base/cache_line.h>
#include <core/gradient/convolution_torch.h>

#include <algorithm>

namespace lpntk::gradient {

namespace {

/// A product sums about as many numbers in float32 as elsewhere.
constexpr std::int64_t kDeepest = 8192;

std::array<std::int64_t, 2> asArray(const std::vector<std::int64_t>& pair) {
    return {pair[0], pair[1]};
}

std::optional<Positions> positionsOfConvolution(const Use& use) {
    const at::Tensor &weight = weightOf(use)->value, &x = inputOf(use)->value, &g = use.outputGradients[0];
    const ConvolutionGeometry geometry = ConvolutionGeometry::of(*use.step, use.arguments);
    const bool onePicture = x.numel() == x.size(0) * x.size(-3) * x.size(-2) * x.size(-1);
    // The table below has an entry for each pixel and tap; where there are many it would not be worth it anyway.
    constexpr std::int64_t kMostPositions = 1024;
    if (geometry.groups != 1 || !onePicture || x.size(-2) * x.size(-1) > kMostPositions)
        return std::nullopt;
    return Positions::ofConvolution({{x.size(-2), x.size(-1)},
                                     {g.size(-2), g.size(-1)},
                                     {weight.size(2), weight.size(3)},
                                     asArray(geometry.stride),
                                     asArray(geometry.padding),
                                     asArray(geometry.dilation)});
}

Positions positionsOfLinear(const Use& use) {
    const at::Tensor& x = inputOf(use)->value;
    return Positions::ofRows(x.numel() / (x.size(0) * weightOf(use)->value.size(1)));
}

} // namespace

std::optional<Positions> positionsOf(const Use& use, Rule rule) {
    if (rule != Rule::convolution && rule != Rule::linear)
        return std::nullopt;
    const at::Tensor& weight = weightOf(use)->value;
    if (std::max(weight.size(0), weight.size(1)) > kDeepest)
        return std::nullopt;
    std::optional<Positions> positions =
        rule == Rule::convolution ? positionsOfConvolution(use) : positionsOfLinear(use);
    if (!positions)
        return std::nullopt;
    positions->inputDepth = base::toCacheLine(weight.size(1));
    positions->outputDepth = base::toCacheLine(weight.size(0));
    // What a sum costs in multiply-adds. A card reads and writes its memory for each of them: 80 bytes of 4 TB/s, while
    // a multiply-add takes a three hundred trillionth of a second.
    constexpr std::int64_t kCostOfSum = 4, kCostOfSumOnCard = 5000;
    const std::int64_t cost = inputOf(use)->value.is_cpu() ? kCostOfSum : kCostOfSumOnCard;
    if (positions->macsPerPair() + cost * positions->sumsPerPair() > weight.numel())
        positions.reset();
    return positions;
}

at::Tensor inputAtPositions(const Use& use, const Positions& positions) {
    const at::Tensor &x = inputOf(use)->value, &weight = weightOf(use)->value;
    if (weight.dim() == 2)
        return x.reshape({x.size(0), positions.inputs, weight.size(1)});
    const at::Tensor pixels = x.reshape({x.size(0), weight.size(1), -1}).transpose(1, 2);
    if (pixels.size(1) == positions.inputs)
        return pixels;
    return pixels.index_select(1, at::tensor(positions.pixels, at::TensorOptions(at::kLong).device(x.device())));
}

at::Tensor outputGradientAtPositions(const Use& use, const Positions& positions) {
    const at::Tensor &g = use.outputGradients[0], &weight = weightOf(use)->value;
    if (weight.dim() == 2)
        return g.reshape({g.size(0), positions.outputs, weight.size(0)});
    return g.reshape({g.size(0), weight.size(0), positions.outputs}).transpose(1, 2);
}

at::Tensor weightGradients(const Positions& positions, const at::Tensor& inputs, const at::Tensor& outputs) {
    std::vector<at::Tensor> taps;
    for (std::int64_t tap = 0; tap < positions.taps; ++tap) {
        std::vector<std::int64_t> met, meeting;
        for (std::int64_t p = 0; p < positions.outputs; ++p) {
            if (positions.at(tap, p) >= 0) {
                met.push_back(positions.at(tap, p));
                meeting.push_back(p);
            }
        }
        taps.push_back(at::bmm(outputs.index_select(1, at::tensor(meeting)).transpose(1, 2),
                               inputs.index_select(1, at::tensor(met))));
    }
    // (N, outputDepth, inputDepth, taps), as the weight lies.
    return at::stack(taps, 3).flatten(1);
}

} // namespace lpntk::gradient
