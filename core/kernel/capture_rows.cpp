#include <core/kernel/capture_rows.h>

#include <core/kernel/batch_results.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace lpntk::kernel {

void captureRows(const SignalSource& source, std::span<const std::int64_t> samples,
                 std::span<const std::int64_t> labels, std::span<const CapturePart> parts, std::int64_t row) {
    const OneThread one;
    const std::size_t count = samples.size();
    std::vector<gradient::SignalTarget> targets;
    for (const CapturePart& part : parts) {
        const auto own = part.signals->targets(row, static_cast<std::int64_t>(count));
        targets.insert(targets.end(), own.begin(), own.end());
    }
    std::vector<float> logits(count * static_cast<std::size_t>(source.classes()));
    source.compute(samples, labels, targets, logits, 0);
    std::vector<double> sum(count);
    for (const CapturePart& part : parts) {
        part.signals->keep(row, part.self);
        std::transform(sum.begin(), sum.end(), part.self.begin(), sum.begin(), std::plus());
    }
    checkFinite(source, samples, labels, logits, sum);
}

} // namespace lpntk::kernel
