#include <core/analysis/checked_row.h>
#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/vector_widths.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

// GCC 12 vectorises loops of unknown length from -O3 on only.
#pragma GCC optimize("O3")

namespace lpntk::analysis {

namespace {

/// On the bits, so that the compiler makes vector instructions of it.
LPNTK_WIDTHS bool allFinite(std::span<const float> values) {
    constexpr std::uint32_t kExponent = 0x7f800000;
    std::uint32_t found = 0;
    for (const float value : values)
        found |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent);
    return found == 0;
}

void check(const run::Run& run, base::RowId row, run::RowRange columns, std::span<const float> values) {
    if (allFinite(values))
        return;
    const auto bad = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
    const base::RowId other(columns.begin + (bad - values.begin()));
    const std::string file = run.hasFull() ? "kernel.npy" : fmt::format("kernel_class_{}.npy", run.labelOf(row));
    throw base::FormatError(
        fmt::format("{}: the value of samples {} and {} (row {}, column {}) is {}, no finite number: "
                    "the file is damaged; compute the run again",
                    base::quoted(run.folder() / file), run.sampleFromRow(row).value(), run.sampleFromRow(other).value(),
                    row.value(), other.value(), *bad));
}

} // namespace

void checkedKappaRow(const run::Run& run, base::RowId row, run::RowRange columns, std::span<float> out) {
    run.kappaRow(row, columns, out);
    check(run, row, columns, out);
}

void checkedCosineRow(const run::Run& run, base::RowId row, run::RowRange columns, std::span<float> out) {
    run.cosineRow(row, columns, out);
    check(run, row, columns, out);
}

} // namespace lpntk::analysis
