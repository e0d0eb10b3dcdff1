#include <core/kernel/finish.h>

#include <core/formats/npy.h>
#include <core/kernel/batch_results.h>
#include <core/run/run.h>

#include <algorithm>
#include <bit>
#include <string>

namespace lpntk::kernel {

namespace {

namespace fs = std::filesystem;

std::size_t at(std::int64_t value) { return static_cast<std::size_t>(value); }

/// method.md section 3: strictly larger than the row's own kappa; the first of the top list is the largest other, ties
/// by smaller row.
void writeSelfMax(const fs::path& folder, const run::KernelPlan& plan, const JobState& state) {
    std::vector<std::int32_t> selfMax(at(plan.rows), -1);
    for (std::size_t row = 0; row < selfMax.size(); ++row) {
        const NeighbourKey first = state.top[row * at(plan.top)];
        if (first && valueOf(first) > state.selfKappa[row])
            selfMax[row] = rowOf(first);
    }
    formats::writeNpy(folder / "self_max.npy", selfMax);
}

void writeSums(const fs::path& folder, const run::KernelPlan& plan, const Layout& layout, const JobState& state,
               std::span<const std::int64_t> labels, const KnownPairs* known) {
    const std::int64_t k = plan.classes;
    std::vector<double> rowSum(at(plan.rows)), classSum(at(plan.rows * k)), classPair(at(k * k));
    for (const TileRow& tileRow : layout.tileRows()) {
        const auto segments = layout.blockSegments(tileRow.block);
        for (std::int64_t row = tileRow.rows.begin; row < tileRow.rows.end; ++row) {
            for (std::size_t s = 0; s < segments.size(); ++s)
                classSum[at(row * k + segments[s].label)] +=
                    state.partialSums[at(layout.partialIndex(tileRow, row, static_cast<std::int64_t>(s)))];
            for (std::int64_t c = 0; c < k; ++c) {
                if (known && known->knows(row))
                    classSum[at(row * k + c)] += known->classSum(row, static_cast<int>(c));
                rowSum[at(row)] += classSum[at(row * k + c)];
                classPair[at(labels[at(row)] * k + c)] += classSum[at(row * k + c)];
            }
        }
    }
    // The two halves are sums of the same numbers in different orders.
    for (std::int64_t a = 0; a < k; ++a) {
        for (std::int64_t b = a + 1; b < k; ++b)
            classPair[at(b * k + a)] = classPair[at(a * k + b)];
    }
    formats::writeNpy(folder / "row_sum.npy", rowSum);
    formats::writeNpy<double>(folder / "class_sum.npy", classSum, {plan.rows, k});
    formats::writeNpy<double>(folder / "class_pair.npy", classPair, {k, k});
}

void writeHistograms(const fs::path& folder, const run::KernelPlan& plan, const JobState& state) {
    constexpr std::int64_t bins = run::kHistogramBins;
    const std::int64_t k = plan.classes <= run::kMostHistogramClasses ? plan.classes : 1;
    std::vector<std::int64_t> total(at(bins)), byClass = state.histogram;
    for (std::size_t i = 0; i < byClass.size(); ++i)
        total[i % at(bins)] += byClass[i];
    formats::writeNpy(folder / "histogram.npy", total);
    if (plan.classes > run::kMostHistogramClasses)
        return;
    for (std::int64_t a = 0; a < k; ++a) {
        for (std::int64_t b = a + 1; b < k; ++b)
            std::copy_n(byClass.begin() + (a * k + b) * bins, bins, byClass.begin() + (b * k + a) * bins);
    }
    formats::writeNpy<std::int64_t>(folder / "class_histogram.npy", byClass, {k, k, bins});
}

/// Levels coarser than a tile, from each tile's sum, least and largest cosine.
void writeCoarseLevels(const run::KernelPlan& plan, const Layout& layout, const Store& store, const JobState& state) {
    if (plan.blockKind != run::Blocks::full)
        return;
    const int tileLevel = std::countr_zero(static_cast<unsigned>(plan.tile));
    const auto side = static_cast<std::int64_t>(layout.tileRows().size());
    for (const int level : run::pyramidLevels(plan.rows)) {
        if (level <= tileLevel)
            continue;
        const int shift = level - tileLevel;
        const std::int64_t cells = ((plan.rows - 1) >> level) + 1, plane = cells * cells;
        std::vector<double> sum(at(plane)), count(at(plane));
        std::vector<float> values(at(3 * plane), -2.0f);
        std::fill_n(values.begin() + plane, plane, 2.0f);
        for (std::int64_t i = 0; i < side; ++i) {
            for (std::int64_t j = 0; j < side; ++j) {
                const auto& tile = state.tileCosines[at(
                    layout.tileNumber(static_cast<int>(std::min(i, j)), static_cast<int>(std::max(i, j))))];
                const std::size_t cell = at((i >> shift) * cells + (j >> shift));
                sum[cell] += tile.sum;
                count[cell] += static_cast<double>(layout.tileRow(static_cast<int>(i)).rows.size() *
                                                   layout.tileRow(static_cast<int>(j)).rows.size());
                values[at(plane) + cell] = std::min(values[at(plane) + cell], tile.least);
                values[at(2 * plane) + cell] = std::max(values[at(2 * plane) + cell], tile.most);
            }
        }
        for (std::size_t cell = 0; cell < at(plane); ++cell)
            values[cell] = static_cast<float>(sum[cell] / count[cell]);
        std::vector<formats::Half> halves(values.size());
        formats::halvesFromFloats(values, halves);
        store.writeLevel(level, halves);
    }
}

} // namespace

void writeResults(const fs::path& folder, const run::KernelPlan& plan, const Layout& layout, const Store& store,
                  const JobState& state, std::span<const std::int64_t> labels, const KnownPairs* known) {
    formats::writeNpy(folder / "norms.npy", state.norms);
    formats::writeNpy<float>(folder / "probabilities.npy", state.probabilities, {plan.rows, plan.classes});
    writeNeighbours(folder, "top", plan.top, state.top, 1);
    writeNeighbours(folder, "bottom", plan.top, state.bottom, -1);
    writeSelfMax(folder, plan, state);
    writeSums(folder, plan, layout, state, labels, known);
    writeHistograms(folder, plan, state);
    writeCoarseLevels(plan, layout, store, state);
}

double accuracyOf(std::span<const float> probabilities, int classes, std::span<const std::int64_t> labels) {
    std::int64_t right = 0;
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const auto own = probabilities.subspan(row * at(classes), at(classes));
        right += std::max_element(own.begin(), own.end()) - own.begin() == labels[row];
    }
    return labels.empty() ? 0 : static_cast<double>(right) / static_cast<double>(labels.size());
}

} // namespace lpntk::kernel
