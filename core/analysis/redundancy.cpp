#include <core/analysis/checked_row.h>
#include <core/analysis/redundancy.h>
#include <core/base/parallel.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::analysis {

using base::RowId;

namespace {

struct Stronger {
    RowId row;
    float kappa = 0;
};

/// Columns whose values a row has.
run::RowRange computedColumns(const run::Run& run, RowId row) {
    return run.hasFull() ? run::RowRange{0, run.rows()} : run.classRange(run.labelOf(row));
}

/// The later sample with the largest kappa above `own`, from the list of strongest neighbours alone. False when the list
/// cannot tell: it is full of stronger but earlier samples, or its end may hide an equal one.
bool fromNeighbourList(const run::Run& run, RowId row, float own, Stronger& found) {
    const auto indices = run.topIndex(row);
    const auto values = run.topValue(row);
    const auto samples = run.samples();
    const std::int64_t sample = samples[static_cast<std::size_t>(row.value())];
    std::size_t i = 0;
    for (; i < indices.size() && indices[i] >= 0 && values[i] > own; ++i) {
        if (found.row.isValid() && values[i] < found.kappa)
            break;
        const bool later = samples[static_cast<std::size_t>(indices[i])] > sample;
        if (later && (!found.row.isValid() || indices[i] < found.row.value()))
            found = {RowId(indices[i]), values[i]};
    }
    return i < indices.size();
}

/// The same by reading the whole row.
Stronger fromWholeRow(const run::Run& run, RowId row, float own, std::vector<float>& buffer) {
    const run::RowRange columns = computedColumns(run, row);
    buffer.resize(static_cast<std::size_t>(columns.size()));
    checkedKappaRow(run, row, columns, buffer);
    const auto samples = run.samples();
    const std::int64_t sample = samples[static_cast<std::size_t>(row.value())];
    Stronger best{RowId(), own};
    for (std::int64_t j = 0; j < columns.size(); ++j) {
        const float value = buffer[static_cast<std::size_t>(j)];
        if (value > best.kappa && samples[static_cast<std::size_t>(columns.begin + j)] > sample)
            best = {RowId(columns.begin + j), value};
    }
    return best;
}

/// Exact float32 where the neighbour list has the pair (a half-precision store rounds), else as stored.
float kappaOf(const run::Run& run, RowId row, RowId other) {
    const auto indices = run.topIndex(row);
    const auto found = std::find(indices.begin(), indices.end(), static_cast<std::int32_t>(other.value()));
    return found != indices.end() ? run.topValue(row)[static_cast<std::size_t>(found - indices.begin())]
                                  : run.kappa(row, other);
}

} // namespace

const char* nameOf(Mode mode) {
    return mode == Mode::paper ? "paper" : "reference-code";
}

Mode modeFromName(const std::string& name) {
    for (const Mode mode : {Mode::paper, Mode::referenceCode}) {
        if (name == nameOf(mode))
            return mode;
    }
    throw base::OptionError(fmt::format("there is no mode \"{}\"; the modes are paper and reference-code", name));
}

std::int64_t Redundancy::count() const {
    return std::count_if(because.begin(), because.end(), [](RowId row) { return row.isValid(); });
}

Redundancy findRedundant(const run::Run& run, Mode mode, const base::JobContext& context) {
    const auto rows = static_cast<std::size_t>(run.rows());
    Redundancy result;
    result.mode = mode;
    result.withinClassOnly = !run.hasFull();
    result.because.resize(rows);
    result.ratio.assign(rows, 0);
    const auto strongest = run.selfMax();
    const auto work = [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> buffer;
        for (std::int64_t i = begin; i < end; ++i) {
            const RowId row(i);
            const auto at = static_cast<std::size_t>(i);
            if (strongest[at] < 0)
                continue; // not even among all samples, so not among the later ones either
            context.throwIfCancelled();
            const float own = run.kappa(row, row);
            Stronger found;
            if (mode == Mode::paper)
                found = {RowId(strongest[at]), kappaOf(run, row, RowId(strongest[at]))};
            else if (!fromNeighbourList(run, row, own, found))
                found = fromWholeRow(run, row, own, buffer);
            result.because[at] = found.row;
            result.ratio[at] = found.row.isValid() && own > 0 ? found.kappa / own : 0.0f;
        }
    };
    constexpr std::int64_t kChunk = 256;
    base::parallelFor((run.rows() + kChunk - 1) / kChunk, base::availableThreads(), context,
                      [&](std::int64_t chunk, int) { work(chunk * kChunk, std::min(run.rows(), (chunk + 1) * kChunk)); });
    return result;
}

} // namespace lpntk::analysis
