// Coverage of a large run, all classes at one share, as the pruning view asks for it:
//   bench_coverage RUN [SHARE [TIMES [THREADS]]]
// The sum of the coverages tells whether two versions compute the same.

#include "times.h"

#include <core/analysis/coverage.h>
#include <core/base/parallel.h>
#include <core/run/run.h>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <random>

using namespace lpntk;

namespace {

std::vector<char> randomKept(std::int64_t rows, double share) {
    std::mt19937_64 random(1);
    std::vector<char> kept;
    for (std::int64_t i = 0; i < rows; ++i)
        kept.push_back(static_cast<double>(random() >> 11) * 0x1p-53 < share);
    return kept;
}

double processorSeconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: bench_coverage RUN [SHARE [TIMES [THREADS]]]\n", stderr);
        return 2;
    }
    const auto run = run::Run::open(argv[1]);
    const double share = argc > 2 ? std::atof(argv[2]) : 0.9;
    const int times = argc > 3 ? std::atoi(argv[3]) : 3;
    const int threads = argc > 4 ? std::atoi(argv[4]) : base::availableThreads();
    const auto kept = randomKept(run->rows(), share);
    std::vector<double> wall, processor;
    nlohmann::ordered_json result{{"rows", run->rows()}, {"share", share}, {"threads", threads}};
    for (int i = 0; i < times; ++i) {
        QElapsedTimer timer;
        timer.start();
        const double before = processorSeconds();
        const auto found = analysis::coverage(*run, kept, threads);
        wall.push_back(tests::since(timer) / 1e3);
        processor.push_back(processorSeconds() - before);
        result["mean"] = found.mean;
        result["fifth_percentile"] = found.fifthPercentile;
        result["sum"] = std::accumulate(found.perRow.begin(), found.perRow.end(), 0.0);
    }
    result["least_seconds"] = *std::min_element(wall.begin(), wall.end());
    result["least_processor_seconds"] = *std::min_element(processor.begin(), processor.end());
    result["seconds"] = wall;
    std::puts(result.dump(2).c_str());
    return 0;
}
