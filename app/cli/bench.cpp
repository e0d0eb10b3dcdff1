#include "bench.h"

#include <core/base/files.h>
#include <core/base/page_cache.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <vector>

namespace lpntk::cli {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder()
    : m_path(fs::temp_directory_path() / fmt::format("lpntk-bench-{:08x}", std::random_device()())) {
    fs::create_directory(m_path);
}

ScratchFolder::~ScratchFolder() {
    std::error_code code;
    fs::remove_all(m_path, code);
}

void addRepeat(CLI::App& command, int& repeat) {
    command.add_option("--repeat", repeat, "runs; the best counts")->check(CLI::Range(1, 1000))->capture_default_str();
}

double plainFileSeconds(const fs::path& folder, std::int64_t bytes) {
    constexpr std::int64_t kPiece = std::int64_t{4} << 20, kCached = 64 * kPiece;
    const std::vector<std::byte> piece(static_cast<std::size_t>(kPiece), std::byte{1});
    const auto start = std::chrono::steady_clock::now();
    const base::File file = base::File::create(folder / "plain");
    for (std::int64_t offset = 0; offset < bytes; offset += kPiece) {
        file.append(std::span(piece).first(static_cast<std::size_t>(std::min(kPiece, bytes - offset))));
        if (offset > 0 && offset % kCached == 0)
            base::releasePages(file, offset - kCached, kCached);
    }
    file.sync();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fs::remove(folder / "plain");
    return seconds;
}

void addBench(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("bench", "how fast this machine is: the figures of BENCHMARKS.md");
    command->require_subcommand(1);
    addBenchGemm(*command, run);
    addBenchKernel(*command, run);
    addBenchFpc(*command, run);
    addBenchStore(*command, run);
}

} // namespace lpntk::cli
