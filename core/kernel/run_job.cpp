#include <core/kernel/run_job.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/base/text.h>
#include <core/formats/npy.h>
#include <core/kernel/audit.h>
#include <core/kernel/finish.h>
#include <core/kernel/plan_memory.h>
#include <core/kernel/run_folder.h>
#include <core/kernel/verify.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <utility>

namespace lpntk::kernel {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Equal for two jobs exactly when they give the same bits.
std::string identityOf(const run::Manifest& manifest, const Rows& rows) {
    base::Json json = toJson(manifest);
    for (const char* key : {"timings", "precision", "state"})
        json.erase(key);
    base::Sha256 hash;
    hash.add(json.dump());
    hash.add(std::as_bytes(std::span(rows.samples)));
    hash.add(std::as_bytes(std::span(rows.labels)));
    return hash.hex();
}

void checkDisk(const fs::path& folder, const run::KernelPlan& plan) {
    const std::int64_t free = base::freeSpace(folder);
    if (free < plan.diskBytes)
        throw base::BudgetError(fmt::format(
            "{}: the run needs {} of disk space and {} are free; free some, choose another disk, or take --store f16, "
            "--blocks class or fewer samples",
            base::quoted(folder), base::formatBytes(static_cast<double>(plan.diskBytes)),
            base::formatBytes(static_cast<double>(free))));
}

/// One run of a job in its folder.
class FolderJob {
public:
    FolderJob(KernelJob& job, RunFolder& folder)
        : m_job(job), m_folder(folder), m_layout(job.manifest.plan, job.rows.labels),
          m_store(folder.path(), job.manifest.plan, m_layout, job.rows.labels),
          m_journal(folder.path()), m_input{job.manifest.plan, job.rows.samples, job.rows.labels,
                                            job.source,        job.known.get(),  identityOf(job.manifest, job.rows)},
          m_state(newState()) {}

    /// A new folder: everything that can be refused is refused before hours of work.
    void start() {
        m_job.manifest.state = "running";
        m_job.manifest.precision = base::Json::object();
        m_job.manifest.timings = base::Json::object();
        writeManifest(m_folder.path(), m_job.manifest);
        createFiles();
    }

    /// An unfinished folder: what the last checkpoint includes and the disk still holds is kept.
    void resume(const base::JobContext& context) {
        m_repair.assign(m_layout.tiles().size(), 0);
        if (!readState(m_folder.path(), m_state, m_input.identity)) {
            m_state = newState();
            createFiles();
            return;
        }
        m_store.checkSizes();
        Journal::Content found = m_journal.read(m_layout);
        m_inRows = found.inRows;
        const std::vector<std::int64_t> checksums = std::exchange(found.checksums, {});
        std::vector<std::int64_t>& kept = found.checksums;
        kept.assign(checksums.size(), -1);
        for (std::size_t number = 0; number < checksums.size(); ++number) {
            context.throwIfCancelled();
            if (!m_state.tileDone[number])
                continue;
            const Tile& tile = m_layout.tiles()[number];
            const TileOrder order{m_inRows[static_cast<std::size_t>(tile.row)] != 0,
                                  m_inRows[static_cast<std::size_t>(tile.column)] != 0};
            if (checksums[number] >= 0 && m_store.checksum(tile, order) == checksums[number])
                kept[number] = checksums[number];
            else
                m_repair[number] = 1;
            context.progress("checking", static_cast<double>(number + 1), static_cast<double>(checksums.size()), "tiles");
        }
        m_journal.rewrite(m_layout, found);
    }

    /// A finished folder: tiles that are not what the journal says are computed again; everything else stays.
    engine::KernelReport repair(const base::JobContext& context) {
        const Clock::time_point start = Clock::now();
        m_store.restoreSizes();
        const std::vector<std::int64_t> checksums = m_journal.read(m_layout).checksums;
        m_journal.rewrite(m_layout, {checksums, {}}); // else what follows a torn last line would be lost
        m_repair = damagedTiles(m_store, m_layout, checksums, m_job.options.threads, context);
        std::fill(m_state.tileDone.begin(), m_state.tileDone.end(), std::uint8_t{1});
        m_inRows.assign(m_layout.tileRows().size(), 1);
        engine::KernelReport report;
        try {
            TileJob tiles(m_input, m_layout, m_store, m_journal, m_state, m_folder.path(), m_job.hooks);
            tiles.run(m_repair, m_inRows, context);
            report.tilesComputed = tiles.tilesComputed();
        } catch (...) {
            removeState(m_folder.path()); // a finished run has none; what is still damaged is found again
            throw;
        }
        removeState(m_folder.path());
        const Journal::Content found = m_journal.read(m_layout);
        m_journal.rewrite(m_layout, {found.checksums, {}});
        m_store.sync();
        std::int64_t others = 0;
        for (std::size_t number = 0; number < checksums.size(); ++number)
            others += checksums[number] >= 0 && found.checksums[number] != checksums[number];
        if (others > 0)
            report.warnings.push_back(
                fmt::format("{} tiles came out with other last bits than they once had, as they do "
                            "on another machine or device",
                            others));
        report.tiles = m_job.manifest.plan.tiles();
        report.seconds = secondsSince(start);
        report.peakMemory = peakMemory();
        return report;
    }

    engine::KernelReport compute(const base::JobContext& context) {
        const Clock::time_point start = Clock::now();
        engine::KernelReport report;
        {
            TileJob tiles(m_input, m_layout, m_store, m_journal, m_state, m_folder.path(), m_job.hooks);
            m_repair.resize(m_layout.tiles().size());
            tiles.run(m_repair, m_inRows, context);
            report.tilesComputed = tiles.tilesComputed();
            m_timings["signals_seconds"] = tiles.signalSeconds();
            m_timings["tiles_seconds"] = tiles.tileSeconds();
        }
        m_job.hooks.event("finishing");
        finish(report, context);
        report.seconds = secondsSince(start);
        m_timings["total_seconds"] = report.seconds;
        m_timings["tiles_computed"] = report.tilesComputed;
        m_timings["threads"] = m_job.manifest.plan.threads;
        m_timings["peak_memory"] = report.peakMemory = peakMemory();
        m_job.manifest.timings = m_timings;
        m_job.manifest.state = "finished";
        writeManifest(m_folder.path(), m_job.manifest);
        removeState(m_folder.path());
        return report;
    }

private:
    JobState newState() const {
        JobState state(m_job.manifest.plan, m_layout);
        if (m_job.known)
            m_job.known->fill(m_job.manifest.plan, state);
        return state;
    }

    void createFiles() {
        formats::writeNpy(m_folder.path() / "samples.npy", m_job.rows.samples);
        formats::writeNpy(m_folder.path() / "labels.npy", m_job.rows.labels);
        m_store.create();
        m_journal.rewrite(m_layout, {});
    }

    void finish(engine::KernelReport& report, const base::JobContext& context) {
        const run::KernelPlan& plan = m_job.manifest.plan;
        report.folder = m_folder.path();
        report.rows = plan.rows;
        report.tiles = plan.tiles();
        report.audit = auditAgainst(*m_job.reference, plan, m_state, m_job.rows.samples, m_job.rows.labels, context);
        if (m_job.known) // its pairs are not computed again, but they are part of this run
            report.audit.largestCosineError =
                std::max(report.audit.largestCosineError,
                         m_job.known->run().manifest().precision.value("largest_cosine_error", 0.0));
        writeResults(m_folder.path(), plan, m_layout, m_store, m_state, m_job.rows.labels, m_job.known.get());
        writeAudit(report.audit);
        m_journal.rewrite(m_layout, {m_journal.read(m_layout).checksums, {}}); // all bands are in rows
        m_store.sync();
        report.accuracy = accuracyOf(m_state.probabilities, plan.classes, m_job.rows.labels);
        addWarnings(report);
    }

    void writeAudit(const engine::Audit& audit) {
        base::Json samples = base::Json::array();
        for (const std::int32_t row : m_state.auditRows)
            samples.push_back(m_job.rows.samples[static_cast<std::size_t>(row)]);
        m_job.manifest.precision = {{"grade", run::nameOf(m_job.manifest.plan.precision)},
                                    {"pairs", audit.pairs},
                                    {"relative_frobenius", audit.relativeFrobenius},
                                    {"largest_cosine_error", audit.largestCosineError}};
        base::Json json = m_job.manifest.precision;
        json["reference"] = "signals and sums in float64";
        json["limit"] = promisedCosineError(m_job.manifest.plan.precision);
        json["samples"] = std::move(samples);
        base::writeJsonFile(m_folder.path() / "audit.json", json);
    }

    void addWarnings(engine::KernelReport& report) const {
        const int classes = m_job.manifest.plan.classes;
        const run::Precision precision = m_job.manifest.plan.precision;
        const double promised = promisedCosineError(precision);
        if (report.audit.largestCosineError > promised)
            report.warnings.push_back(fmt::format(
                "against float64 the largest cosine error of {} audit pairs is {:.1e}; {} promises {:.0e}. --precision fp64 is exact",
                report.audit.pairs, report.audit.largestCosineError, run::nameOf(precision), promised));
        if (classes > 1 && report.accuracy < 1.5 / classes)
            report.warnings.push_back(fmt::format("{:.1f} %: {}", 100 * report.accuracy,
                                                  m_job.manifest.weightsHash.empty()
                                                      ? "the network is not trained, its weights come from the seed"
                                                      : "preprocessing, class order or weights do not match"));
        const auto zero = std::find(m_state.norms.begin(), m_state.norms.end(), 0.0f);
        if (zero != m_state.norms.end())
            report.warnings.push_back(fmt::format(
                "{} samples have no gradient at all, the first is sample {}; their cosines are stored as 0",
                std::count(zero, m_state.norms.end(), 0.0f),
                m_job.rows.samples[static_cast<std::size_t>(zero - m_state.norms.begin())]));
    }

    KernelJob& m_job;
    RunFolder& m_folder;
    Layout m_layout;
    Store m_store;
    Journal m_journal;
    JobInput m_input;
    JobState m_state;
    std::vector<std::uint8_t> m_repair; ///< by tile
    std::vector<std::uint8_t> m_inRows; ///< by tile row
    base::Json m_timings = base::Json::object();
};

/// What a finished run says of itself.
void describe(engine::KernelReport& report, const RunFolder& folder, const run::Manifest& found, const Rows& rows) {
    report.folder = folder.path();
    report.rows = found.rows();
    report.tiles = found.plan.tiles();
    report.audit.pairs = found.precision.value("pairs", std::int64_t{0});
    report.audit.relativeFrobenius = found.precision.value("relative_frobenius", 0.0);
    report.audit.largestCosineError = found.precision.value("largest_cosine_error", 0.0);
    report.peakMemory = peakMemory();
    const formats::NpyArray probabilities = formats::NpyArray::open(folder.path() / "probabilities.npy");
    const auto numbers = probabilities.as<float>();
    if (numbers.size() != rows.labels.size() * static_cast<std::size_t>(found.plan.classes))
        throw base::ShapeError(fmt::format("{}: {} probabilities were expected, it has {}; compute the run again",
                                           base::quoted(folder.path() / "probabilities.npy"),
                                           rows.labels.size() * static_cast<std::size_t>(found.plan.classes), numbers.size()));
    report.accuracy = accuracyOf(numbers, found.plan.classes, rows.labels);
}

engine::KernelReport alreadyFinished(const RunFolder& folder, const run::Manifest& found, const Rows& rows) {
    // A program killed right after it finished leaves its saved state.
    removeState(folder.path());
    folder.removeLeftovers();
    engine::KernelReport report;
    describe(report, folder, found, rows);
    report.warnings.push_back("the run was finished already; nothing was computed");
    return report;
}

void checkSameRows(const fs::path& folder, const Rows& rows) {
    const auto same = [](const fs::path& path, const std::vector<std::int64_t>& wanted) {
        std::error_code code;
        if (!fs::exists(path, code))
            return true; // killed before it was written
        const formats::NpyArray array = formats::NpyArray::open(path);
        const auto found = array.as<std::int64_t>();
        return std::equal(found.begin(), found.end(), wanted.begin(), wanted.end());
    };
    if (!same(folder / "samples.npy", rows.samples) || !same(folder / "labels.npy", rows.labels))
        throw base::OptionError(fmt::format("{} cannot be resumed: it was started with other samples. Give the same command "
                                            "as before, or choose another folder",
                                            base::quoted(folder)));
}

engine::KernelReport resumeJob(KernelJob& job, RunFolder& folder, const base::JobContext& context) {
    const run::Manifest found = run::readManifest(folder.path());
    checkSameJob(found, job.manifest, folder.path());
    checkSameRows(folder.path(), job.rows);
    const bool finished = folder.content() == RunFolder::Content::finished;
    if (finished && !job.options.repair)
        return alreadyFinished(folder, found, job.rows);
    checkSameBackend(folder.path(), found.plan.backend, job.options.backend);
    folder.removeLeftovers();
    // What decides the bits is the found plan's; threads and panel may change with the budget.
    job.manifest = found;
    fitIntoBudget(job.manifest.plan, *job.source, job.rows, job.options, job.deviceShare);
    FolderJob work(job, folder);
    if (finished) {
        engine::KernelReport report = work.repair(context);
        describe(report, folder, found, job.rows);
        return report;
    }
    work.resume(context);
    return work.compute(context);
}

engine::KernelReport startJob(KernelJob& job, RunFolder& folder, const base::JobContext& context) {
    checkDisk(folder.path(), job.manifest.plan);
    std::optional<FolderJob> work;
    engine::KernelReport report;
    folder.fill(
        [&] {
            work.emplace(job, folder);
            work->start();
        },
        [&] { report = work->compute(context); });
    return report;
}

} // namespace

engine::KernelReport runKernelJob(KernelJob job, const fs::path& out, const base::JobContext& context) {
    RunFolder folder(out);
    const bool anew = folder.content() == RunFolder::Content::nothing;
    if (job.known &&
        (anew || job.options.repair || (job.options.resume && folder.content() == RunFolder::Content::unfinished)))
        verifyStored(job.known->run(), job.options.threads, context);
    if (anew)
        return startJob(job, folder, context);
    if (job.options.resume || job.options.repair)
        return resumeJob(job, folder, context);
    folder.refuse("run");
}

} // namespace lpntk::kernel
