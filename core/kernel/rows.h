#pragma once

#include <core/data/dataset.h>
#include <core/run/options.h>

#include <cstdint>
#include <vector>

namespace lpntk::kernel {

/// The rows of a job, sorted by (label, original index).
struct Rows {
    std::vector<std::int64_t> samples, labels;
    std::int64_t known = 0; ///< of these, the ones whose pairs with each other another run has
};
/// Throws OptionError (nothing selected), ShapeError (a label outside 0..classes-1, naming the sample).
Rows rowsOf(const data::Split& split, const run::KernelOptions& options, int classes);

} // namespace lpntk::kernel
