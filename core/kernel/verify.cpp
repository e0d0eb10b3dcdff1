#include <core/kernel/verify.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/parallel.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

namespace lpntk::kernel {

std::vector<std::uint8_t> damagedTiles(const Store& store, const Layout& layout,
                                       const std::vector<std::int64_t>& checksums, int threads,
                                       const base::JobContext& context) {
    std::vector<std::uint8_t> damaged(checksums.size());
    const auto count = static_cast<std::int64_t>(checksums.size());
    std::mutex progress;
    std::int64_t done = 0;
    base::parallelFor(count, threads > 0 ? threads : base::availableThreads(), context, [&](std::int64_t number, int) {
        const auto at = static_cast<std::size_t>(number);
        try {
            // In a finished run all bands are in rows.
            damaged[at] = store.checksum(layout.tile(number), {true, true}) != checksums[at];
        } catch (const base::Error&) { // the file ends before, or is not there
            damaged[at] = 1;
        }
        const std::lock_guard lock(progress);
        context.progress("checking the run", static_cast<double>(++done), static_cast<double>(count), "tiles");
    });
    return damaged;
}

engine::StoredTiles checkStored(const std::filesystem::path& folder, int threads, const base::JobContext& context) {
    const run::Manifest manifest = run::readManifest(folder);
    if (manifest.state != "finished")
        throw base::FormatError(fmt::format("{} holds a run that is not finished", base::quoted(folder)));
    const formats::NpyArray array = formats::NpyArray::open(folder / "labels.npy");
    const auto labels = array.as<std::int64_t>();
    if (std::ssize(labels) != manifest.plan.rows)
        throw base::FormatError(fmt::format("{} has {} labels, the run {} samples; compute the run again",
                                            base::quoted(folder / "labels.npy"), labels.size(), manifest.plan.rows));
    const Layout layout(manifest.plan, labels);
    const Store store(folder, manifest.plan, layout, labels);
    const auto damaged = damagedTiles(store, layout, Journal(folder).read(layout).checksums, threads, context);
    return {std::ssize(damaged), std::count(damaged.begin(), damaged.end(), 1)};
}

void verifyStored(const run::Run& run, int threads, const base::JobContext& context) {
    const run::KernelPlan& plan = run.manifest().plan;
    const Layout layout(plan, run.labels());
    const Store store(run.folder(), plan, layout, run.labels());
    const auto damaged = damagedTiles(store, layout, Journal(run.folder()).read(layout).checksums, threads, context);
    const auto first = std::find(damaged.begin(), damaged.end(), 1);
    if (first == damaged.end())
        return;
    const Tile& tile = layout.tile(first - damaged.begin());
    const run::RowRange rows = layout.tileRow(tile.row).rows, columns = layout.tileRow(tile.column).rows;
    throw base::FormatError(fmt::format(
        "{} is damaged: {} of {} tiles are not what was computed, first the pairs of rows {} to {} with rows {} to {}; "
        "lpntk repair computes them again",
        base::quoted(run.folder()), std::count(damaged.begin(), damaged.end(), 1), damaged.size(), rows.begin,
        rows.end - 1, columns.begin, columns.end - 1));
}

} // namespace lpntk::kernel
