#include <core/kernel/cross_side.h>

#include <core/kernel/batch_results.h>

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
    checkFinite(source, samples, labels, logits, self);
    keepNorms(range, self);
    for (std::size_t i = 0; i < count; ++i)
        softmax(std::span(logits).subspan(i * classes, classes),
                std::span(state.probabilities).subspan((at(range.begin) + i) * classes, classes));
}

void CrossSide::keepNorms(const run::RowRange& range, std::span<const double> self) const {
    for (std::size_t i = 0; i < self.size(); ++i) {
        const auto rounded = static_cast<float>(self[i]); // as kernel.npy of a run holds it
        state.norms[at(range.begin) + i] = static_cast<float>(std::sqrt(static_cast<double>(rounded)));
    }
}

} // namespace lpntk::kernel
