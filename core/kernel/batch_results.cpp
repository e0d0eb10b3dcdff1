#include <core/kernel/batch_results.h>

#include <core/base/error.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace lpntk::kernel {

namespace {

[[noreturn]] void refuse(const SignalSource& source, std::int64_t sample, std::int64_t label, const char* what) {
    const std::string place = source.firstNotFinite(sample, label);
    throw base::ShapeError(
        fmt::format("sample {} ({}): its {} not finite{}. Check that weights, preprocessing and picture are right",
                    sample, source.location(sample), what, place.empty() ? place : ", from " + place + " on"));
}

} // namespace

void checkFinite(const SignalSource& source, std::span<const std::int64_t> samples,
                 std::span<const std::int64_t> labels, std::span<const float> outputs,
                 std::span<const double> selfKappa) {
    const auto classes = static_cast<std::size_t>(source.classes());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto own = outputs.subspan(i * classes, classes);
        if (!std::all_of(own.begin(), own.end(), [](float value) { return std::isfinite(value); }))
            refuse(source, samples[i], labels[i], "network outputs are");
        if (!std::isfinite(static_cast<float>(selfKappa[i])))
            refuse(source, samples[i], labels[i], "gradient is");
    }
}

void softmax(std::span<const float> logits, std::span<float> probabilities) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float value : logits)
        sum += std::exp(value - largest);
    for (std::size_t c = 0; c < logits.size(); ++c)
        probabilities[c] = static_cast<float>(std::exp(logits[c] - largest) / sum);
}

void writeNeighbours(const std::filesystem::path& folder, const std::string& name, std::int64_t top,
                     std::span<const NeighbourKey> keys, float sign) {
    std::vector<std::int32_t> index(keys.size(), -1);
    std::vector<float> value(keys.size(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i] == 0)
            continue;
        index[i] = rowOf(keys[i]);
        value[i] = sign * valueOf(keys[i]) + 0.0f;
    }
    const auto count = static_cast<std::int64_t>(keys.size()) / top;
    formats::writeNpy<std::int32_t>(folder / (name + "_index.npy"), index, {count, top});
    formats::writeNpy<float>(folder / (name + "_value.npy"), value, {count, top});
}

} // namespace lpntk::kernel
