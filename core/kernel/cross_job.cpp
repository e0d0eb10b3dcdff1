#include <core/kernel/cross_job.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/base/parallel.h>
#include <core/base/text.h>
#include <core/formats/npy.h>
#include <core/kernel/audit.h>
#include <core/kernel/cross_results.h>
#include <core/kernel/cross_store.h>
#include <core/kernel/cross_tiles.h>
#include <core/kernel/finish.h>
#include <core/kernel/plan_memory.h>
#include <core/kernel/run_folder.h>
#include <core/kernel/state.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

namespace lpntk::kernel {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Equal for two jobs exactly when they give the same bits.
std::string identityOf(const CrossJob& job) {
    base::Json json = toJson(job.manifest);
    for (const char* key : {"timings", "precision", "state"})
        json.erase(key);
    base::Sha256 hash;
    hash.add(json.dump());
    for (const auto* numbers : {&job.rows.samples, &job.rows.labels, &job.columns.samples, &job.columns.labels})
        hash.add(std::as_bytes(std::span(*numbers)));
    return hash.hex();
}

void checkDisk(const fs::path& folder, const CrossPlan& plan) {
    const std::int64_t free = base::freeSpace(folder);
    if (free < plan.diskBytes)
        throw base::BudgetError(fmt::format("{}: the kernel needs {} of disk space and {} are free; free some, choose "
                                            "another disk, or take --store f16 or "
                                            "fewer samples",
                                            base::quoted(folder),
                                            base::formatBytes(static_cast<double>(plan.diskBytes)),
                                            base::formatBytes(static_cast<double>(free))));
}

double accuracyOn(const Rows& rows, std::span<const float> probabilities, const CrossPlan& plan) {
    return accuracyOf(probabilities, plan.classes, rows.labels);
}

/// One run of a job in its folder.
class FolderJob {
public:
    FolderJob(CrossJob& job, RunFolder& folder)
        : m_job(job), m_plan(job.manifest.plan), m_folder(folder), m_store(folder.path(), m_plan),
          m_journal(folder.path(), m_plan), m_input{m_plan,        job.rows,         job.columns,
                                                    job.rowSource, job.columnSource, identityOf(job)},
          m_state(m_plan) {}

    /// A new folder: everything that can be refused is refused before hours of work.
    void start() {
        m_job.manifest.rows.state = "running";
        m_job.manifest.rows.precision = base::Json::object();
        m_job.manifest.rows.timings = base::Json::object();
        writeManifest(m_folder.path(), m_job.manifest);
        createFiles();
    }

    /// An unfinished folder: what the last checkpoint includes and the disk still holds is kept.
    void resume(const base::JobContext& context) {
        if (!readState(m_folder.path(), m_state, m_input.identity)) {
            m_state = CrossState(m_plan);
            createFiles();
            return;
        }
        m_store.checkSize();
        m_journal.rewrite(keptPieces(context));
    }

    engine::CrossReport compute(const base::JobContext& context) {
        const Clock::time_point start = Clock::now();
        base::Json timings = base::Json::object();
        engine::CrossReport report;
        {
            CrossTiles tiles(m_input, m_store, m_journal, m_state, m_folder.path(), m_job.hooks);
            tiles.run(m_repair, context);
            report.piecesComputed = tiles.piecesComputed();
            timings["signals_seconds"] = tiles.signalSeconds();
            timings["tiles_seconds"] = tiles.tileSeconds();
        }
        m_job.hooks.event("finishing");
        finish(report, context);
        report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        timings["total_seconds"] = report.seconds;
        timings["pieces_computed"] = report.piecesComputed;
        timings["threads"] = m_plan.threads;
        timings["peak_memory"] = report.peakMemory = peakMemory();
        m_job.manifest.rows.timings = timings;
        m_job.manifest.rows.state = "finished";
        writeManifest(m_folder.path(), m_job.manifest);
        removeState(m_folder.path());
        return report;
    }

private:
    void createFiles() {
        writeSamples(m_folder.path(), m_job.rows, m_job.columns);
        m_store.create();
        m_journal.rewrite(CrossJournal::Checksums(static_cast<std::size_t>(m_plan.pieces()), -1));
    }

    /// What the journal may keep: pieces of the state whose bytes are on the disk. The others are marked for repair.
    CrossJournal::Checksums keptPieces(const base::JobContext& context) {
        CrossJournal::Checksums kept = m_journal.read();
        m_repair.assign(kept.size(), 0);
        std::atomic<std::int64_t> checked = 0;
        std::mutex lock;
        base::parallelFor(m_plan.bands(), m_plan.threads, context, [&](std::int64_t i, int) {
            const auto band = static_cast<int>(i);
            const int included = m_state.done[static_cast<std::size_t>(i)];
            const std::vector<std::uint32_t> found = m_store.checksums(band, included);
            for (int tile = 0; tile < m_plan.columnTiles(); ++tile) {
                std::int64_t& noted = kept[m_journal.placeOf(band, tile)];
                if (tile < included && noted == found[static_cast<std::size_t>(tile)])
                    continue;
                m_repair[m_journal.placeOf(band, tile)] = tile < included;
                noted = -1;
            }
            checked += included;
            const std::lock_guard guard(lock);
            context.progress("checking", static_cast<double>(checked), static_cast<double>(m_state.doneCount()),
                             "tiles");
        });
        return kept;
    }

    void finish(engine::CrossReport& report, const base::JobContext& context) {
        report.folder = m_folder.path();
        report.rows = m_plan.rows;
        report.columns = m_plan.columns;
        report.pieces = m_plan.pieces();
        report.audit = auditAgainst({m_job.rows, *m_job.rowReference}, {m_job.columns, *m_job.columnReference}, m_plan,
                                    m_state, context);
        m_job.manifest.rows.precision = {{"grade", run::nameOf(m_plan.precision)},
                                         {"pairs", report.audit.pairs},
                                         {"relative_frobenius", report.audit.relativeFrobenius},
                                         {"largest_cosine_error", report.audit.largestCosineError},
                                         {"limit", promisedCosineError(m_plan.precision)}};
        writeResults(m_folder.path(), m_plan, m_state);
        m_journal.rewrite(m_journal.read());
        m_store.sync();
        report.rowAccuracy = accuracyOn(m_job.rows, m_state.rows.probabilities, m_plan);
        report.columnAccuracy = accuracyOn(m_job.columns, m_state.columns.probabilities, m_plan);
        addWarnings(report);
    }

    void addWarnings(engine::CrossReport& report) const {
        const double promised = promisedCosineError(m_plan.precision);
        if (report.audit.largestCosineError > promised)
            report.warnings.push_back(fmt::format("against float64 the largest cosine error of {} audit pairs is "
                                                  "{:.1e}; {} promises {:.0e}. --precision fp64 is exact",
                                                  report.audit.pairs, report.audit.largestCosineError,
                                                  run::nameOf(m_plan.precision), promised));
        const double accuracy = std::min(report.rowAccuracy, report.columnAccuracy);
        if (m_plan.classes > 1 && accuracy < 1.5 / m_plan.classes)
            report.warnings.push_back(fmt::format("{:.1f} %: {}", 100 * accuracy,
                                                  m_job.manifest.rows.weightsHash.empty()
                                                      ? "the network is not trained, its weights come from the seed"
                                                      : "preprocessing, class order or weights do not match"));
        if (m_job.manifest.columnClassNames != m_job.manifest.rows.classNames)
            report.warnings.push_back(
                "rows and columns come from data sets with other class names; the labels of both were "
                "taken as the network's outputs");
        warnOfZeros(report, m_state.rows, m_job.rows, "rows");
        warnOfZeros(report, m_state.columns, m_job.columns, "columns");
    }

    static void warnOfZeros(engine::CrossReport& report, const CrossSideState& side, const Rows& rows,
                            const char* name) {
        const auto zero = std::find(side.norms.begin(), side.norms.end(), 0.0f);
        if (zero != side.norms.end())
            report.warnings.push_back(fmt::format("{} of the {} have no gradient at all, the first is sample {}",
                                                  std::count(zero, side.norms.end(), 0.0f), name,
                                                  rows.samples[static_cast<std::size_t>(zero - side.norms.begin())]));
    }

    CrossJob& m_job;
    const CrossPlan& m_plan;
    RunFolder& m_folder;
    CrossStore m_store;
    CrossJournal m_journal;
    CrossInput m_input;
    CrossState m_state;
    std::vector<std::uint8_t> m_repair; ///< by place in the journal
};

engine::CrossReport alreadyFinished(const RunFolder& folder, const CrossManifest& found, const CrossJob& job) {
    // A program killed right after it finished leaves its saved state.
    removeState(folder.path());
    folder.removeLeftovers();
    engine::CrossReport report;
    report.folder = folder.path();
    report.rows = found.plan.rows;
    report.columns = found.plan.columns;
    report.pieces = found.plan.pieces();
    report.audit.pairs = found.rows.precision.value("pairs", std::int64_t{0});
    report.audit.relativeFrobenius = found.rows.precision.value("relative_frobenius", 0.0);
    report.audit.largestCosineError = found.rows.precision.value("largest_cosine_error", 0.0);
    report.peakMemory = peakMemory();
    const auto accuracy = [&](const char* name, std::int64_t count, const Rows& rows) {
        const formats::NpyArray array = formats::NpyArray::open(folder.path() / name);
        return accuracyOn(rows, array.as<float>({count, found.plan.classes}), found.plan);
    };
    report.rowAccuracy = accuracy("probabilities.npy", found.plan.rows, job.rows);
    report.columnAccuracy = accuracy("column_probabilities.npy", found.plan.columns, job.columns);
    report.warnings.push_back("the kernel was finished already; nothing was computed");
    return report;
}

engine::CrossReport resumeJob(CrossJob& job, RunFolder& folder, const base::JobContext& context) {
    const CrossManifest found = readCrossManifest(folder.path());
    checkSameJob(found, job.manifest, folder.path());
    checkSameSamples(folder.path(), job.rows, job.columns);
    if (folder.content() == RunFolder::Content::finished)
        return alreadyFinished(folder, found, job);
    checkSameBackend(folder.path(), found.plan.backend, job.options.backend);
    folder.removeLeftovers();
    // What decides the bits is the found plan's; threads and panels may change with the budget.
    job.manifest = found;
    fitIntoBudget(job.manifest.plan, *job.rowSource, job.options, job.deviceShare);
    FolderJob work(job, folder);
    work.resume(context);
    return work.compute(context);
}

engine::CrossReport startJob(CrossJob& job, RunFolder& folder, const base::JobContext& context) {
    checkDisk(folder.path(), job.manifest.plan);
    std::optional<FolderJob> work;
    engine::CrossReport report;
    folder.fill(
        [&] {
            work.emplace(job, folder);
            work->start();
        },
        [&] { report = work->compute(context); });
    return report;
}

} // namespace

engine::CrossReport runCrossJob(CrossJob job, const fs::path& out, const base::JobContext& context) {
    RunFolder folder(out, crossStateOf);
    if (folder.content() == RunFolder::Content::nothing)
        return startJob(job, folder, context);
    if (job.options.resume)
        return resumeJob(job, folder, context);
    folder.refuse("kernel");
}

} // namespace lpntk::kernel
