#include <core/kernel/known_pairs.h>

#include <core/base/error.h>
#include <core/base/hash.h>
#include <core/formats/half.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lpntk::kernel {

using base::RowId;

namespace {

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

} // namespace

KnownPairs::KnownPairs(std::shared_ptr<const run::Run> run, const Rows& rows)
    : m_run(std::move(run)), m_known(rows.samples.size(), -1), m_rowOf(at(m_run->rows())) {
    std::size_t next = 0;
    const auto samples = m_run->samples(), labels = m_run->labels();
    for (std::size_t row = 0; row < rows.samples.size() && next < samples.size(); ++row) {
        if (rows.samples[row] != samples[next] || rows.labels[row] != labels[next])
            continue;
        m_known[row] = static_cast<std::int32_t>(next);
        m_rowOf[next++] = static_cast<std::int32_t>(row);
    }
    if (next < samples.size())
        throw base::OptionError(fmt::format("{} cannot be extended: its sample {} with label {} is not in the data set",
                                            base::quoted(m_run->folder()), samples[next], labels[next]));
    openSources();
}

void KnownPairs::openSources() {
    const run::KernelPlan& plan = m_run->manifest().plan;
    for (const run::RowRange& block : plan.blocks) {
        const bool full = plan.blockKind == run::Blocks::full;
        const std::filesystem::path path =
            m_run->folder() /
            (full ? std::string("kernel.npy") : fmt::format("kernel_class_{}.npy", m_run->labels()[at(block.begin)]));
        base::File file = base::File::openRead(path);
        const std::int64_t bytes = block.size() * block.size() * (plan.store == run::StoreType::f32 ? 4 : 2);
        const std::int64_t offset = file.size() - bytes; // Run::open checked the shape
        m_sources.push_back({std::move(file), offset, block});
    }
}

const KnownPairs::Source& KnownPairs::sourceOf(std::int64_t known) const {
    return *std::find_if(m_sources.begin(), m_sources.end(),
                         [&](const Source& source) { return source.rows.contains(known); });
}

std::vector<run::RowRange> KnownPairs::newRows(const TileRow& tileRow) const {
    std::vector<run::RowRange> stretches;
    for (std::int64_t row = tileRow.rows.begin; row < tileRow.rows.end; ++row) {
        if (knows(row))
            continue;
        if (stretches.empty() || stretches.back().end != row)
            stretches.push_back({row, row});
        stretches.back().end = row + 1;
    }
    return stretches;
}

void KnownPairs::read(std::int64_t row, const TileRow& columns, std::vector<float>& kappa) const {
    // Both are sorted in the same way, so the known rows of a tile row lie side by side in the run.
    const auto begin = m_known.begin() + columns.rows.begin, end = m_known.begin() + columns.rows.end;
    const auto first = std::find_if(begin, end, [](std::int32_t known) { return known >= 0; });
    const auto count = std::count_if(first, end, [](std::int32_t known) { return known >= 0; });
    kappa.resize(at(count));
    if (count > 0)
        readKnown(m_known[at(row)], *first, kappa);
}

/// kappa of a row of the run with neighbouring ones from `first` on.
void KnownPairs::readKnown(std::int64_t own, std::int64_t first, std::span<float> kappa) const {
    const Source& source = sourceOf(own);
    const std::int64_t place = (own - source.rows.begin) * source.rows.size() + (first - source.rows.begin);
    if (m_run->manifest().plan.store == run::StoreType::f32) {
        source.file.readAt(source.dataOffset + 4 * place, std::as_writable_bytes(kappa));
        return;
    }
    thread_local std::vector<formats::Half> halves;
    halves.resize(kappa.size());
    source.file.readAt(source.dataOffset + 2 * place, std::as_writable_bytes(std::span(halves)));
    formats::floatsFromHalves(halves, kappa);
    const auto norms = m_run->norms();
    for (std::size_t i = 0; i < kappa.size(); ++i)
        kappa[i] = run::kappaOf(kappa[i], norms[at(own)], norms[at(first) + i]);
}

void KnownPairs::fill(const run::KernelPlan& plan, JobState& state) const {
    for (std::int64_t row = 0; row < plan.rows; ++row) {
        if (knows(row))
            fillRow(plan, row, state);
    }
    fillHistogram(plan, state);
    chooseAuditRows(plan, state);
}

void KnownPairs::fillRow(const run::KernelPlan& plan, std::int64_t row, JobState& state) const {
    const RowId known(m_known[at(row)]);
    const auto list = [&](std::span<const std::int32_t> index, std::span<const float> value, float sign,
                          std::vector<NeighbourKey>& keys) {
        for (std::size_t i = 0; i < at(plan.top) && i < index.size() && index[i] >= 0; ++i)
            keys[at(row * plan.top) + i] = neighbourKey(sign * value[i], m_rowOf[at(index[i])]);
    };
    list(m_run->topIndex(known), m_run->topValue(known), 1, state.top);
    list(m_run->bottomIndex(known), m_run->bottomValue(known), -1, state.bottom);
    const auto probabilities = m_run->probabilities().subspan(at(known.value() * plan.classes), at(plan.classes));
    std::copy(probabilities.begin(), probabilities.end(), state.probabilities.begin() + row * plan.classes);
    state.norms[at(row)] = m_run->norms()[at(known.value())];
    float& self = state.selfKappa[at(row)];
    readKnown(known.value(), known.value(), std::span(&self, 1));
    // From a norm it is right but for its last digit, which must not decide anew what the run had found.
    const float largest =
        m_run->topIndex(known)[0] >= 0 ? m_run->topValue(known)[0] : -std::numeric_limits<float>::infinity();
    self = m_run->selfMax()[at(known.value())] >= 0
               ? std::min(self, std::nextafter(largest, -std::numeric_limits<float>::infinity()))
               : std::max(self, largest);
}

void KnownPairs::fillHistogram(const run::KernelPlan& plan, JobState& state) const {
    constexpr std::int64_t bins = run::kHistogramBins;
    if (plan.classes > run::kMostHistogramClasses) {
        std::copy(m_run->histogram().begin(), m_run->histogram().end(), state.histogram.begin());
        return;
    }
    const auto counts = m_run->classHistogram();
    for (std::int64_t a = 0; a < plan.classes; ++a) {
        for (std::int64_t b = a; b < plan.classes; ++b) {
            const std::int64_t first = (a * plan.classes + b) * bins;
            std::copy_n(counts.begin() + first, bins, state.histogram.begin() + first);
        }
    }
}

void KnownPairs::chooseAuditRows(const run::KernelPlan& plan, JobState& state) const {
    std::vector<std::int32_t> fresh;
    for (std::int64_t row = 0; row < plan.rows; ++row) {
        if (!knows(row))
            fresh.push_back(static_cast<std::int32_t>(row));
    }
    std::vector<std::int32_t> chosen;
    const std::size_t wanted = std::min((state.auditRows.size() + 1) / 2, fresh.size());
    for (std::size_t i = 0; i < wanted; ++i)
        chosen.push_back(fresh[i * fresh.size() / wanted]);
    for (const std::int32_t row : state.auditRows) {
        if (chosen.size() < state.auditRows.size() && std::find(chosen.begin(), chosen.end(), row) == chosen.end())
            chosen.push_back(row);
    }
    std::sort(chosen.begin(), chosen.end());
    state.auditRows = std::move(chosen);
    state.auditKappa.assign(state.auditRows.size() * state.auditRows.size(), std::numeric_limits<float>::quiet_NaN());
}

double KnownPairs::classSum(std::int64_t row, int label) const {
    return m_run->classSum()[at(m_known[at(row)] * m_run->classes() + label)];
}

std::string contentHash(const std::filesystem::path& runFolder) {
    base::Sha256 hash;
    for (const char* name : {"journal", "samples.npy", "labels.npy", "norms.npy"})
        hash.add(base::sha256OfFile(runFolder / name));
    return hash.hex();
}

} // namespace lpntk::kernel
