#include <core/kernel/verify.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/parallel.h>
#include <core/kernel/layout.h>
#include <core/kernel/store.h>

#include <fmt/format.h>

#include <mutex>
#include <vector>

namespace lpntk::kernel {

void verifyStored(const run::Run& run, int threads, const base::JobContext& context) {
    const run::KernelPlan& plan = run.manifest().plan;
    const Layout layout(plan, run.labels());
    const Store store(run.folder(), plan, layout, run.labels());
    const std::vector<std::int64_t> checksums = Journal(run.folder()).read(layout).checksums;
    const auto count = static_cast<std::int64_t>(checksums.size());
    std::mutex progress;
    std::int64_t done = 0;
    base::parallelFor(count, threads > 0 ? threads : base::availableThreads(), context, [&](std::int64_t number, int) {
        const Tile& tile = layout.tile(number);
        // In a finished run all bands are in rows.
        if (store.checksum(tile, {true, true}) != checksums[static_cast<std::size_t>(number)])
            throw base::FormatError(fmt::format(
                "{} is damaged: the pairs of rows {} to {} with rows {} to {} are not what "
                "was computed; compute the run again",
                base::quoted(run.folder()), layout.tileRow(tile.row).rows.begin, layout.tileRow(tile.row).rows.end - 1,
                layout.tileRow(tile.column).rows.begin, layout.tileRow(tile.column).rows.end - 1));
        const std::lock_guard lock(progress);
        context.progress("checking the run", static_cast<double>(++done), static_cast<double>(count), "tiles");
    });
}

} // namespace lpntk::kernel
