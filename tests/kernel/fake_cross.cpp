#include "fake_cross.h"

#include <core/base/version.h>

#include <algorithm>
#include <utility>

namespace lpntk::tests {

namespace {

/// Samples first, first + step, ... with the labels of fake samples, sorted.
kernel::Rows fakeRows(std::int64_t count, std::int64_t first, std::int64_t step) {
    kernel::Rows rows;
    for (std::int64_t i = 0; i < count; ++i)
        rows.samples.push_back(first + step * i);
    std::ranges::sort(rows.samples, {},
                      [](auto sample) { return std::pair(fakeLabel(sample, kCrossClasses), sample); });
    for (const std::int64_t sample : rows.samples)
        rows.labels.push_back(fakeLabel(sample, kCrossClasses));
    return rows;
}

} // namespace

kernel::Rows rowsOf(const FakeCross& fake) {
    return fakeRows(fake.rows, 1, 2);
}
kernel::Rows columnsOf(const FakeCross& fake) {
    return fakeRows(fake.columns, fake.firstColumn, 3);
}

kernel::CrossJob makeCrossJob(const FakeCross& fake, const CrossSources& sources) {
    kernel::CrossJob job;
    job.rows = rowsOf(fake);
    job.columns = columnsOf(fake);
    job.rowSource = &sources.rows;
    job.columnSource = &sources.columns;
    job.rowReference = &sources.rowReference;
    job.columnReference = &sources.columnReference;
    job.options = fake.options;
    job.hooks = fake.hooks;
    kernel::CrossPlan plan = kernel::makeCrossPlan(sources.rows, fake.rows, fake.columns, 75, fake.options, {});
    plan.tile = fake.tile;
    plan.columnTile = fake.columnTile;
    plan.columnChunk = 32;
    plan.panelColumns = std::min(fake.panelColumns, fake.columns);
    plan.bandsAtOnce = fake.bandsAtOnce;
    if (fake.releasesPages)
        plan.memoryBudget = 1;
    run::Manifest& rows = job.manifest.rows;
    rows.programVersion = base::programVersion();
    rows.dataSource = rows.dataName = "fake";
    rows.split = fake.options.split;
    rows.model = "fake";
    rows.preprocessing = rows.network = base::Json::object();
    for (int c = 0; c < kCrossClasses; ++c)
        rows.classNames.push_back("class " + std::to_string(c));
    rows.plan = plan;
    job.manifest.plan = plan;
    job.manifest.columnSource = job.manifest.columnName = "fake";
    job.manifest.columnSplit = fake.columnSplit;
    job.manifest.columnHash = fake.columnHash;
    job.manifest.columnClassNames = rows.classNames;
    return job;
}

engine::CrossReport runFakeCross(const FakeCross& fake, const std::filesystem::path& out,
                                 const base::JobContext& context) {
    const CrossSources sources(fake);
    return kernel::runCrossJob(makeCrossJob(fake, sources), out, context);
}

} // namespace lpntk::tests
