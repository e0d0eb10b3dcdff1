#include <core/gradient/position_signals_torch.h>

#include <core/gradient/convolution_torch.h>

namespace lpntk::gradient {

namespace {

/// Rows of a matrix of positions start on a cache line, and a product sums about as many numbers in float32 as
/// elsewhere.
bool fitsDepth(std::int64_t depth) {
    return depth % 16 == 0 && depth <= 8192;
}

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
    Positions positions = Positions::ofConvolution({{x.size(-2), x.size(-1)},
                                                    {g.size(-2), g.size(-1)},
                                                    {weight.size(2), weight.size(3)},
                                                    asArray(geometry.stride),
                                                    asArray(geometry.padding),
                                                    asArray(geometry.dilation)});
    positions.inputDepth = weight.size(1);
    positions.outputDepth = weight.size(0);
    return positions;
}

std::optional<Positions> positionsOfLinear(const Use& use) {
    const at::Tensor& weight = weightOf(use)->value;
    Positions positions =
        Positions::ofRows(inputOf(use)->value.numel() / (inputOf(use)->value.size(0) * weight.size(1)));
    positions.inputDepth = weight.size(1);
    positions.outputDepth = weight.size(0);
    return positions;
}

} // namespace

std::optional<Positions> positionsOf(const Use& use, Rule rule) {
    if (rule != Rule::convolution && rule != Rule::linear)
        return std::nullopt;
    const at::Tensor& weight = weightOf(use)->value;
    if (!fitsDepth(weight.size(0)) || !fitsDepth(weight.size(1)))
        return std::nullopt;
    std::optional<Positions> positions =
        rule == Rule::convolution ? positionsOfConvolution(use) : positionsOfLinear(use);
    // What a sum costs in multiply-adds. A card reads and writes its memory for each of them: 80 bytes of 4 TB/s, while
    // a multiply-add takes a three hundred trillionth of a second.
    constexpr std::int64_t kCostOfSum = 4, kCostOfSumOnCard = 5000;
    const std::int64_t cost = inputOf(use)->value.is_cpu() ? kCostOfSum : kCostOfSumOnCard;
    if (positions && positions->macsPerPair() + cost * positions->sumsPerPair() > weight.numel())
        positions.reset();
    return positions;
}

at::Tensor inputAtPositions(const Use& use, const Positions& positions) {
    const at::Tensor& x = inputOf(use)->value;
    if (x.size(-1) == positions.inputDepth && use.step->target == "aten::linear")
        return x.reshape({x.size(0), positions.inputs, positions.inputDepth});
    const at::Tensor pixels = x.reshape({x.size(0), positions.inputDepth, -1}).transpose(1, 2);
    if (pixels.size(1) == positions.inputs)
        return pixels;
    return pixels.index_select(1, at::tensor(positions.pixels, at::TensorOptions(at::kLong).device(x.device())));
}

at::Tensor outputGradientAtPositions(const Use& use, const Positions& positions) {
    const at::Tensor& g = use.outputGradients[0];
    if (use.step->target == "aten::linear")
        return g.reshape({g.size(0), positions.outputs, positions.outputDepth});
    return g.reshape({g.size(0), positions.outputDepth, positions.outputs}).transpose(1, 2);
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
