#include <core/analysis/kept_components.h>

#include <core/base/error.h>
#include <core/base/hash.h>
#include <core/base/kept_choice.h>
#include <core/formats/npy.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <vector>

namespace lpntk::analysis {

namespace {

namespace fs = std::filesystem;

/// Named by what the run holds: data, network and plan, and two results that any other kernel would have otherwise.
fs::path fileOf(const run::Run& run) {
    const fs::path folder = base::cacheFolder();
    if (folder.empty())
        return {};
    base::Sha256 hash;
    const run::Manifest& manifest = run.manifest();
    for (const std::string& part :
         {manifest.dataHash, manifest.weightsHash, manifest.programHash, run::toJson(manifest.plan).dump()})
        hash.add(part + "\n");
    hash.add(std::as_bytes(run.samples()));
    hash.add(std::as_bytes(run.norms()));
    hash.add(std::as_bytes(run.rowSum()));
    return folder / "maps" / (hash.hex() + ".npy");
}

/// Leaves the newest files.
void dropOld(const fs::path& folder) {
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".npy")
            files.emplace_back(entry.last_write_time(), entry.path());
    std::sort(files.rbegin(), files.rend());
    for (std::size_t i = kKeptMaps; i < files.size(); ++i)
        fs::remove(files[i].second);
}

} // namespace

// The file: a line per row of the run, then one with the shares.

std::optional<Components> keptComponents(const run::Run& run) {
    const fs::path file = fileOf(run);
    std::error_code missing;
    if (file.empty() || !fs::exists(file, missing))
        return std::nullopt;
    try {
        const auto array = formats::NpyArray::open(file);
        const auto numbers = array.as<float>({run.rows() + 1, -1});
        Components found;
        found.rows = run.rows();
        found.count = found.width = static_cast<int>(array.shape()[1]);
        found.sampled = run.rows();
        const auto width = static_cast<std::size_t>(found.width);
        found.values.assign(numbers.begin(), numbers.end() - found.width);
        for (const float share : numbers.last(width))
            found.share.push_back(static_cast<double>(share));
        return found;
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

void keepComponents(const run::Run& run, const Components& components) {
    const fs::path file = fileOf(run);
    if (file.empty() || components.isEstimate())
        return;
    std::vector<float> numbers;
    for (std::int64_t row = 0; row < components.rows; ++row)
        for (int c = 0; c < components.count; ++c)
            numbers.push_back(components.at(row, c));
    for (const double share : components.share)
        numbers.push_back(static_cast<float>(share));
    try {
        fs::create_directories(file.parent_path());
        formats::writeNpy<float>(file, numbers, {components.rows + 1, components.count});
        dropOld(file.parent_path());
    } catch (const base::Error&) {
    } catch (const fs::filesystem_error&) {
    }
}

} // namespace lpntk::analysis
