#pragma once

#include <core/base/ids.h>
#include <core/base/job_context.h>
#include <core/run/run.h>

#include <vector>

namespace lpntk::analysis {

/// `paper`: as defined in the paper. `referenceCode`: what the authors' programs do. method.md section 4.
enum class Mode { paper, referenceCode };
const char* nameOf(Mode mode); ///< "paper", "reference-code"
Mode modeFromName(const std::string& name);

/// Which samples are redundant: some other x' has kappa(x, x') > kappa(x, x), strictly (method.md section 3).
struct Redundancy {
    Mode mode = Mode::paper;
    bool withinClassOnly = false;        ///< the run has class blocks only, so only own-class samples were looked at
    /// Per row the sample with the largest kappa among those that make it redundant (ties: smallest row), invalid when
    /// the row is not redundant.
    std::vector<base::RowId> because;
    std::vector<float> ratio;            ///< kappa(x, because) / kappa(x, x), 0 when not redundant

    bool isRedundant(base::RowId row) const { return because[static_cast<std::size_t>(row.value())].isValid(); }
    std::int64_t count() const;
};

/// `paper` from the stored self-maximum test; `referenceCode` (only x' later in the data order, j >= i) by streaming.
Redundancy findRedundant(const run::Run& run, Mode mode, const base::JobContext& context = {});

} // namespace lpntk::analysis
