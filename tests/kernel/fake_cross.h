#pragma once

#include "fake_source.h"

#include <core/kernel/cross_job.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace lpntk::tests {

constexpr int kCrossClasses = 5;

/// 200 rows in bands of 32 against 150 columns in tiles of 16: 7 bands, 10 column tiles, 70 pieces, saved after every
/// step.
struct FakeCross {
    std::int64_t rows = 200, columns = 150;
    int tile = 32, columnTile = 16;
    std::int64_t panelColumns = 48; ///< 4 panels
    int bandsAtOnce = 1;
    bool releasesPages = false;
    std::int64_t firstColumn = 1; ///< sample of the first column; the next is 3 further
    std::string columnSplit = "test";
    std::string columnHash = "columns";
    run::KernelOptions options;
    kernel::JobHooks hooks;

    FakeCross() {
        options.threads = 2;
        options.top = 7;
        options.backend = "mm"; // other processes compute parts of it, and a probe is a measurement
        hooks.checkpointSeconds = 0;
    }
};

/// The rows and the columns of such a job.
kernel::Rows rowsOf(const FakeCross& fake);
kernel::Rows columnsOf(const FakeCross& fake);

/// Signals of both sides, of the job's grade and in float64.
struct CrossSources {
    FakeSource rows{kCrossClasses, false}, columns{kCrossClasses, false}, rowReference{kCrossClasses, true},
        columnReference{kCrossClasses, true};

    explicit CrossSources(const FakeCross& fake)
        : rows(kCrossClasses, fake.options.precision == run::Precision::fp64),
          columns(kCrossClasses, fake.options.precision == run::Precision::fp64) {}
};

/// The job with its plan, ready for runCrossJob; `sources` must outlive it.
kernel::CrossJob makeCrossJob(const FakeCross& fake, const CrossSources& sources);
engine::CrossReport runFakeCross(const FakeCross& fake, const std::filesystem::path& out,
                                 const base::JobContext& context = {});

} // namespace lpntk::tests
