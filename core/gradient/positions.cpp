#include <core/gradient/positions.h>

#include <core/base/inner_product.h>

#include <algorithm>

namespace lpntk::gradient {

namespace {

std::size_t size(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// (count, count) inner products of rows.
template <typename T> std::vector<double> gramOf(const T* rows, std::int64_t count, std::int64_t depth) {
    std::vector<double> gram(size(count * count));
    for (std::int64_t i = 0; i < count; ++i) {
        for (std::int64_t j = 0; j <= i; ++j)
            gram[size(i * count + j)] = gram[size(j * count + i)] = base::innerProduct(rows + i * depth, rows + j * depth, depth);
    }
    return gram;
}

template <typename T> double squared(const Positions& positions, const T* inputs, const T* outputs) {
    const std::vector<double> inputGram = gramOf(inputs, positions.inputs, positions.inputDepth),
                              outputGram = gramOf(outputs, positions.outputs, positions.outputDepth);
    double sum = 0;
    for (std::int64_t p = 0; p < positions.outputs; ++p) {
        for (std::int64_t q = 0; q < positions.outputs; ++q) {
            double met = positions.bias ? 1 : 0;
            for (std::int64_t tap = 0; tap < positions.taps; ++tap) {
                const std::int32_t a = positions.at(tap, p), b = positions.at(tap, q);
                if (a >= 0 && b >= 0)
                    met += inputGram[size(a * positions.inputs + b)];
            }
            sum += outputGram[size(p * positions.outputs + q)] * met;
        }
    }
    return sum;
}

} // namespace

Positions Positions::ofConvolution(const Convolution& geometry) {
    Positions positions;
    positions.outputs = geometry.output[0] * geometry.output[1];
    positions.taps = geometry.kernel[0] * geometry.kernel[1];
    std::vector<std::int64_t> pixelMet;
    for (std::int64_t tap = 0; tap < positions.taps; ++tap) {
        const std::array<std::int64_t, 2> place{tap / geometry.kernel[1], tap % geometry.kernel[1]};
        for (std::int64_t p = 0; p < positions.outputs; ++p) {
            const std::array<std::int64_t, 2> output{p / geometry.output[1], p % geometry.output[1]};
            const auto along = [&](std::size_t axis) {
                return output[axis] * geometry.stride[axis] - geometry.padding[axis] +
                       place[axis] * geometry.dilation[axis];
            };
            const std::int64_t row = along(0), column = along(1);
            const bool inside = row >= 0 && row < geometry.input[0] && column >= 0 && column < geometry.input[1];
            pixelMet.push_back(inside ? row * geometry.input[1] + column : -1);
        }
    }
    std::vector<std::int64_t>& pixels = positions.pixels = pixelMet;
    std::sort(pixels.begin(), pixels.end());
    pixels.erase(std::unique(pixels.begin(), pixels.end()), pixels.end());
    if (!pixels.empty() && pixels.front() < 0)
        pixels.erase(pixels.begin());
    positions.inputs = static_cast<std::int64_t>(pixels.size());
    for (const std::int64_t pixel : pixelMet) {
        const auto place = std::lower_bound(pixels.begin(), pixels.end(), pixel);
        positions.met.push_back(pixel < 0 ? -1 : static_cast<std::int32_t>(place - pixels.begin()));
    }
    return positions;
}

Positions Positions::ofRows(std::int64_t rows) {
    return ofConvolution({{rows, 1}, {rows, 1}, {1, 1}, {1, 1}, {0, 0}, {1, 1}});
}

std::int64_t Positions::sumsPerPair() const {
    std::int64_t sums = 0;
    for (std::int64_t tap = 0; tap < taps; ++tap) {
        const auto begin = met.begin() + tap * outputs;
        const std::int64_t inside =
            std::count_if(begin, begin + outputs, [](std::int32_t input) { return input >= 0; });
        sums += inside * inside;
    }
    return sums;
}

std::int64_t Positions::macsPerPair() const {
    return inputs * inputs * inputDepth + outputs * outputs * (outputDepth + 1) + sumsPerPair();
}

double squaredGradient(const Positions& positions, const float* inputs, const float* outputs) {
    return squared(positions, inputs, outputs);
}

double squaredGradient(const Positions& positions, const double* inputs, const double* outputs) {
    return squared(positions, inputs, outputs);
}

} // namespace lpntk::gradient
