#include <core/data/resize.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace lpntk::data {

namespace {

/// Weights of the input positions that one output position is made of.
struct Window {
    int first = 0;
    std::vector<float> weights;
};

std::vector<Window> windows(int from, int to) {
    const double scale = static_cast<double>(from) / to;
    const double radius = std::max(scale, 1.0);
    std::vector<Window> result(static_cast<std::size_t>(to));
    for (int i = 0; i < to; ++i) {
        const double centre = (i + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(centre - radius + 0.5));
        const int last = std::min(from, static_cast<int>(centre + radius + 0.5));
        std::vector<double> weights;
        double sum = 0;
        for (int x = first; x < last; ++x) {
            weights.push_back(std::max(0.0, 1.0 - std::abs((x - centre + 0.5) / radius)));
            sum += weights.back();
        }
        Window& window = result[static_cast<std::size_t>(i)];
        window.first = first;
        for (const double weight : weights)
            window.weights.push_back(static_cast<float>(weight / sum));
    }
    return result;
}

} // namespace

void resizeBilinear(std::span<const float> in, const ImageShape& from, std::span<float> out, const ImageShape& to) {
    const std::vector<Window> columns = windows(from.width, to.width);
    const std::vector<Window> rows = windows(from.height, to.height);
    const auto inWidth = static_cast<std::size_t>(from.width), outWidth = static_cast<std::size_t>(to.width);
    const auto inHeight = static_cast<std::size_t>(from.height), outHeight = static_cast<std::size_t>(to.height);
    std::vector<float> narrow(inHeight * outWidth);
    for (std::size_t c = 0; c < static_cast<std::size_t>(from.channels); ++c) {
        const float* plane = in.data() + c * inHeight * inWidth;
        for (std::size_t y = 0; y < inHeight; ++y) {
            for (std::size_t x = 0; x < outWidth; ++x) {
                const float* source = plane + y * inWidth + columns[x].first;
                float sum = 0;
                for (std::size_t k = 0; k < columns[x].weights.size(); ++k)
                    sum += columns[x].weights[k] * source[k];
                narrow[y * outWidth + x] = sum;
            }
        }
        for (std::size_t y = 0; y < outHeight; ++y) {
            float* target = out.data() + (c * outHeight + y) * outWidth;
            std::fill_n(target, outWidth, 0.0f);
            for (std::size_t k = 0; k < rows[y].weights.size(); ++k) {
                const float* source = narrow.data() + (static_cast<std::size_t>(rows[y].first) + k) * outWidth;
                for (std::size_t x = 0; x < outWidth; ++x)
                    target[x] += rows[y].weights[k] * source[x];
            }
        }
    }
}

} // namespace lpntk::data
