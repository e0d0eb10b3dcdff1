#pragma once

#include "command.h"

#include <core/base/json_file.h>

#include <cstdint>
#include <filesystem>

namespace lpntk::cli {

// One file per benchmark: app/cli/bench_<name>.cpp.
void addBenchGemm(CLI::App& bench, const std::function<void(CLI::App*, Work)>& run);
void addBenchKernel(CLI::App& bench, const std::function<void(CLI::App*, Work)>& run);
void addBenchFpc(CLI::App& bench, const std::function<void(CLI::App*, Work)>& run);
void addBenchStore(CLI::App& bench, const std::function<void(CLI::App*, Work)>& run);

/// --repeat.
void addRepeat(CLI::App& command, int& repeat);

/// A folder of its own under the system's place for such, gone when the benchmark ends.
class ScratchFolder {
public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

/// What the disk can do: seconds in which one file of this size is written from beginning to end, with little of it in
/// the system's cache at a time, until it is on the disk.
double plainFileSeconds(const std::filesystem::path& folder, std::int64_t bytes);

} // namespace lpntk::cli
