#pragma once

#include <core/base/ids.h>
#include <core/run/run.h>

#include <span>

namespace lpntk::analysis {

// Run::kappaRow and Run::cosineRow for columns that the run has, refusing values that are not finite. A kernel file is
// mapped and too large to be looked through when it is opened, so damage inside it is found by whoever reads the row.
// Throw FormatError.

void checkedKappaRow(const run::Run& run, base::RowId row, run::RowRange columns, std::span<float> out);
void checkedCosineRow(const run::Run& run, base::RowId row, run::RowRange columns, std::span<float> out);

} // namespace lpntk::analysis
