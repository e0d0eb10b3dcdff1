#pragma once

#include <core/base/files.h>
#include <core/kernel/layout.h>
#include <core/kernel/planner.h>
#include <core/kernel/state.h>
#include <core/run/run.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// What a finished run knows of a job that has its samples and more: kappa of each two of its samples, their norms,
/// neighbours, sums and counts. Only pairs with a new sample are left to compute. Safe from any thread.
class KnownPairs {
public:
    /// Throws OptionError where a sample of the run is not among the rows, or has another label there.
    KnownPairs(std::shared_ptr<const run::Run> run, const Rows& rows);

    const run::Run& run() const { return *m_run; }
    /// Rows of the job that the run knows.
    std::int64_t count() const { return m_run->rows(); }
    bool knows(std::int64_t row) const { return m_known[static_cast<std::size_t>(row)] >= 0; }
    /// Stretches of a tile row's rows that are new.
    std::vector<run::RowRange> newRows(const TileRow& tileRow) const;

    /// kappa of a known row with the known ones of a tile row of its block, in their order.
    void read(std::int64_t row, const TileRow& columns, std::vector<float>& kappa) const;

    /// Puts norms, outputs, neighbours and counts of the run into a new state, and chooses audit rows of which half are
    /// new.
    void fill(const run::KernelPlan& plan, JobState& state) const;
    /// Sum of kappa of a known row with the known rows of a class.
    double classSum(std::int64_t row, int label) const;

private:
    /// Where the values of a block lie in a file; read without mapping it, whose pages would count as the job's memory.
    struct Source {
        base::File file;
        std::int64_t dataOffset = 0;
        run::RowRange rows; ///< of the run
    };
    void openSources();
    void readKnown(std::int64_t own, std::int64_t first, std::span<float> kappa) const;
    const Source& sourceOf(std::int64_t known) const;
    void fillRow(const run::KernelPlan& plan, std::int64_t row, JobState& state) const;
    void fillHistogram(const run::KernelPlan& plan, JobState& state) const;
    void chooseAuditRows(const run::KernelPlan& plan, JobState& state) const;

    std::shared_ptr<const run::Run> m_run;
    std::vector<std::int32_t> m_known; ///< by row of the job: row of the run, -1 for new ones
    std::vector<std::int32_t> m_rowOf; ///< by row of the run: row of the job
    std::vector<Source> m_sources;     ///< by block of the run
};

/// SHA-256 of what a finished run holds, by its journal, rows and norms.
std::string contentHash(const std::filesystem::path& runFolder);

} // namespace lpntk::kernel
