#include "bench.h"
#include "run_options.h"
#include "table.h"

#include <core/analysis/clustering.h>
#include <core/base/error.h>
#include <core/base/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>

namespace lpntk::cli {

namespace {

struct FpcOptions {
    RunOptions run;
    int label = -1;
    std::int64_t heads = 0;
    int repeat = 3;
};

int largestClass(const run::Run& run) {
    int largest = 0;
    for (int label = 1; label < run.classes(); ++label) {
        if (run.classRange(label).size() > run.classRange(largest).size())
            largest = label;
    }
    return largest;
}

int benchFpc(const FpcOptions& options, Console& console) {
    const auto run = options.run.open();
    const int label = options.label >= 0 ? options.label : largestClass(*run);
    if (label >= run->classes() || run->classRange(label).size() == 0)
        throw base::OptionError(fmt::format("the run has no samples of class {}", label));
    const run::RowRange range = run->classRange(label);
    std::vector<base::RowId> rows;
    for (std::int64_t row = range.begin; row < range.end; ++row)
        rows.emplace_back(row);
    const std::int64_t heads = options.heads > 0 ? std::min(options.heads, range.size()) : range.size();
    double seconds = std::numeric_limits<double>::max();
    for (int i = 0; i < options.repeat; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const analysis::FarthestPointOrder order = analysis::farthestPointOrder(*run, rows, heads, console.context());
        seconds = std::min(seconds, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    Table table({"farthest-point clustering", "samples", "heads", "seconds"}, {false, true, true, true});
    table.add({run->manifest().classNames[static_cast<std::size_t>(label)], base::formatCount(range.size()),
               base::formatCount(heads), fmt::format("{:.3f}", seconds)});
    say(console, table);
    console.result({{"label", label},
                    {"first_row", range.begin},
                    {"samples", range.size()},
                    {"heads", heads},
                    {"seconds", seconds}});
    return 0;
}

} // namespace

void addBenchFpc(CLI::App& bench, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = bench.add_subcommand("fpc", "farthest-point clustering of one class of a run");
    const auto options = std::make_shared<FpcOptions>();
    options->run.addTo(*command);
    command->add_option("--class", options->label, "label (default: the largest class)")->check(CLI::NonNegativeNumber);
    command->add_option("--heads", options->heads, "heads to choose (default: all)")->check(CLI::PositiveNumber);
    addRepeat(*command, options->repeat);
    run(command, [options](Console& console) { return benchFpc(*options, console); });
}

} // namespace lpntk::cli
