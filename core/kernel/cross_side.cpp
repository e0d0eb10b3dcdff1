#include <core/kernel/cross_side.h>

#include <core/base/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lpntk::kernel {

namespace {

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

} // namespace

void CrossSide::computeSignals(const run::RowRange& range, SignalRows& room, std::int64_t local) const {
    const OneThread one;
    const std::size_t count = at(range.size()), classes = at(source.classes());
    const auto samples = std::span(rows.samples).subspan(at(range.begin), count);
    const auto labels = std::span(rows.labels).subspan(at(range.begin), count);
    std::vector<float> logits(count * classes);
    source.compute(samples, labels, room.targets(local, range.size()), logits, 0);
    std::vector<double> self(count);
    room.keep(local, self);
    for (std::size_t i = 0; i < count; ++i) {
        const auto own = std::span(logits).subspan(i * classes, classes);
        if (!std::all_of(own.begin(), own.end(), [](float value) { return std::isfinite(value); }))
            refuse(range.begin + static_cast<std::int64_t>(i), "network outputs are");
        if (!std::isfinite(static_cast<float>(self[i])))
            refuse(range.begin + static_cast<std::int64_t>(i), "gradient is");
    }
    keepNorms(range, self);
    keepLogits(range, logits);
}

void CrossSide::keepNorms(const run::RowRange& range, std::span<const double> self) const {
    for (std::size_t i = 0; i < self.size(); ++i) {
        const auto rounded = static_cast<float>(self[i]); // as kernel.npy of a run holds it
        state.norms[at(range.begin) + i] = static_cast<float>(std::sqrt(static_cast<double>(rounded)));
    }
}

/// Softmax in float64.
void CrossSide::keepLogits(const run::RowRange& range, std::span<const float> logits) const {
    const std::size_t classes = at(source.classes());
    for (std::size_t i = 0; i < at(range.size()); ++i) {
        const auto own = logits.subspan(i * classes, classes);
        const double largest = *std::max_element(own.begin(), own.end());
        double sum = 0;
        for (const float value : own)
            sum += std::exp(value - largest);
        for (std::size_t c = 0; c < classes; ++c)
            state.probabilities[(at(range.begin) + i) * classes + c] =
                static_cast<float>(std::exp(own[c] - largest) / sum);
    }
}

void CrossSide::refuse(std::int64_t row, const char* what) const {
    const std::int64_t sample = rows.samples[at(row)];
    const std::string place = source.firstNotFinite(sample, rows.labels[at(row)]);
    throw base::ShapeError(
        fmt::format("sample {} ({}): its {} not finite{}. Check that weights, preprocessing and picture are right",
                    sample, source.location(sample), what, place.empty() ? place : ", from " + place + " on"));
}

} // namespace lpntk::kernel
