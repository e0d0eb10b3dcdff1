#include <core/base/files.h>
#include <core/base/text.h>
#include <core/curation/export.h>
#include <core/curation/export_media.h>
#include <core/curation/export_tables.h>
#include <core/curation/export_texts.h>
#include <core/curation/media_writers.h>
#include <core/curation/subset_table.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::curation {

namespace fs = std::filesystem;

namespace {

/// Only a folder that is empty or that an export wrote may be replaced, never somebody's documents.
bool isSubsetFolder(const fs::path& folder) {
    std::error_code code;
    return fs::is_directory(folder, code) &&
           (fs::is_empty(folder, code) || (fs::exists(folder / "recipe.json", code) && fs::exists(folder / "keep_indices.npy", code)));
}

void checkPlace(const SubsetSource& source, const ExportOptions& options, const fs::path& out) {
    if (out.empty())
        throw base::OptionError("no folder was named to export to");
    const fs::path target = base::resolvedPath(out);
    std::vector<fs::path> sources{source.run->folder()};
    if (source.data) {
        sources.push_back(source.data->path);
        sources.insert(sources.end(), source.data->files.begin(), source.data->files.end());
    }
    if (!source.run->manifest().weights.empty())
        sources.emplace_back(source.run->manifest().weights);
    for (const fs::path& path : sources) {
        const fs::path real = base::resolvedPath(path);
        std::error_code code;
        if (fs::is_directory(real, code) && base::liesWithin(target, real))
            throw base::OptionError(fmt::format("{} lies inside {}, which the subset is made from; choose a folder elsewhere",
                                                base::quoted(out), base::quoted(path)));
        if (base::liesWithin(real, target))
            throw base::OptionError(fmt::format("{} holds {}, which the subset is made from; choose another folder",
                                                base::quoted(out), base::quoted(path)));
    }
    // A subset may be replaced by itself in another format, but not from within.
    if (const fs::path loaded = base::resolvedPath(source.folder);
        loaded != target && (base::liesWithin(target, loaded) || base::liesWithin(loaded, target)))
        throw base::OptionError(fmt::format("{} and the subset {} lie one inside the other; choose a folder elsewhere",
                                            base::quoted(out), base::quoted(source.folder)));
    std::error_code code;
    if (!fs::exists(fs::symlink_status(target, code)))
        return;
    if (fs::is_directory(target, code) && fs::is_empty(target, code))
        return;
    if (!options.replace)
        throw base::IoError(fmt::format("{} exists already; choose another name, or allow it to be replaced (--replace on the command line)",
                                        base::quoted(out)));
    if (!isSubsetFolder(target))
        throw base::IoError(fmt::format("{} exists and is no exported subset, so it is not replaced; choose another name", base::quoted(out)));
}

struct Plan {
    ExportReport report;
    MediaPlan media;
};

Plan makePlan(const SubsetTable& table, const ExportOptions& options, const fs::path& out) {
    Plan plan;
    plan.media = planMedia(table, options);
    checkPlace(table.source, options, out);
    plan.report.folder = base::resolvedPath(out);
    plan.report.kept = static_cast<std::int64_t>(table.kept.size());
    plan.report.pruned = static_cast<std::int64_t>(table.pruned.size());
    plan.report.files = 8 + (table.relabelled ? 1 : 0) + plan.media.files;
    constexpr std::int64_t kLine = 320;     // of manifest.csv, rounded up
    constexpr std::int64_t kTexts = 64 << 10;
    plan.report.bytes = table.count * (kLine + 2 * 8 + 1 + 4 + 8) + kTexts + plan.media.bytes;
    plan.report.notes = plan.media.notes;
    if (!table.split)
        plan.report.notes.push_back("the data set was not at hand: no paths and hashes in manifest.csv, and the arrays end at the "
                                    "last sample of the run");
    const std::int64_t available = base::freeSpace(plan.report.folder);
    if (available < plan.report.bytes)
        throw base::IoError(fmt::format("{} needs about {}, but only {} are free there; free some space or choose another folder",
                                        base::quoted(out), base::formatBytes(static_cast<double>(plan.report.bytes)),
                                        base::formatBytes(static_cast<double>(available))));
    return plan;
}

void countWritten(const fs::path& folder, ExportReport& report) {
    report.files = report.bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            ++report.files;
            report.bytes += static_cast<std::int64_t>(entry.file_size());
        }
    }
}

void writeText(const fs::path& path, const std::string& text) {
    base::File::create(path).append(text);
}

} // namespace

ExportReport planExport(const SubsetSource& source, const Subset& subset, const ExportOptions& options, const fs::path& out) {
    return makePlan(makeSubsetTable(source, subset), options, out).report;
}

ExportReport exportSubset(const SubsetSource& source, const Subset& subset, const ExportOptions& options, const fs::path& out,
                          const base::JobContext& context) {
    const SubsetTable table = makeSubsetTable(source, subset);
    Plan plan = makePlan(table, options, out);
    context.throwIfCancelled();
    base::AtomicFolder folder(plan.report.folder, options.replace);
    const fs::path& working = folder.working();
    writeArrays(working, table);
    writeManifestCsv(working, table, options.hashes, context);
    const auto write = [&](const fs::path& place, const std::vector<std::int64_t>& samples) {
        makeFolder(place);
        const auto notes = writeMedia(place, table, options.format, samples, plan.media, context);
        plan.report.notes.insert(plan.report.notes.end(), notes.begin(), notes.end());
    };
    if (options.format != "indices") {
        write(working, table.kept);
        if (options.includePruned && !table.pruned.empty())
            write(working / "pruned", table.pruned);
    }
    base::Json recipe = recipeJson(source, subset);
    recipe["export"] = {{"format", options.format}, {"includePruned", options.includePruned}, {"notes", plan.report.notes}};
    writeText(working / "recipe.json", recipe.dump(2, ' ', false, base::Json::error_handler_t::replace) + "\n");
    writeText(working / "README.md", readmeText(table, options, plan.report));
    writeText(working / "load_subset.py", loaderText(table, options));
    countWritten(working, plan.report);
    context.throwIfCancelled();
    folder.commit();
    return plan.report;
}

} // namespace lpntk::curation
