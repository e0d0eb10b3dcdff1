#include <core/kernel/bench.h>

#include <core/base/parallel.h>
#include <core/kernel/aligned.h>
#include <core/kernel/bands.h>
#include <core/kernel/consumers.h>
#include <core/kernel/device.h>
#include <core/kernel/products.h>
#include <core/kernel/state.h>
#include <core/kernel/store.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <thread>
#include <tuple>

namespace lpntk::kernel {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Size {
    std::int64_t side = 0, depth = 0;
};

/// Floating point operations a second of `threads` threads that multiply at once, at the best of several rounds.
/// multiply(side, depth, a, b, c): c = a b^T.
template <typename T, typename Multiply> double rateOf(const Size& size, int threads, const Multiply& multiply) {
    constexpr int kRounds = 5, kProducts = 2;
    std::vector<double> rounds(kRounds);
    std::barrier meeting(threads);
    const auto work = [&](int thread) {
        const OneThread one;
        const auto a = allocateAligned<T>(size.side * size.depth), b = allocateAligned<T>(size.side * size.depth),
                   c = allocateAligned<T>(size.side * size.side);
        for (std::int64_t i = 0; i < size.side * size.depth; ++i) {
            a[i] = static_cast<T>(i % 7 - 3);
            b[i] = static_cast<T>(i % 5 - 2);
        }
        for (double& round : rounds) {
            meeting.arrive_and_wait();
            const Clock::time_point start = Clock::now();
            for (int i = 0; i < kProducts; ++i)
                multiply(size, a.get(), b.get(), c.get());
            meeting.arrive_and_wait();
            if (thread == 0)
                round = secondsSince(start);
        }
    };
    {
        std::vector<std::jthread> others;
        for (int thread = 1; thread < threads; ++thread)
            others.emplace_back(work, thread);
        work(0);
    }
    const double products = static_cast<double>(threads) * kProducts;
    return 2 * products * static_cast<double>(size.side * size.side * size.depth) / *std::ranges::min_element(rounds);
}

/// Sizes of tiles with the depths of small and of large layers.
constexpr Size kSizes[] = {{512, 1024}, {1024, 2048}, {1024, kColumnChunk}};

template <typename T, typename Multiply> engine::ProductRate bestRate(int threads, const Multiply& multiply) {
    engine::ProductRate best;
    for (const Size& size : kSizes) {
        best.oneThread = std::max(best.oneThread, rateOf<T>(size, 1, multiply));
        best.allThreads = std::max(best.allThreads, rateOf<T>(size, threads, multiply));
    }
    return best;
}

} // namespace

std::vector<engine::ProductRate> productRates(int threads, const base::JobContext& context) {
    const int count = threads > 0 ? threads : base::availableThreads();
    std::vector<engine::ProductRate> rates;
    for (const Products* products : knownProducts()) {
        context.throwIfCancelled();
        rates.push_back(bestRate<float>(count, [&](const Size& size, const float* a, const float* b, float* c) {
            products->multiply(size.side, size.side, size.depth, a, size.depth, b, size.depth, c, size.side);
        }));
        rates.back().backend = products->name();
        rates.back().precision = run::nameOf(run::Precision::fp32);
    }
    context.throwIfCancelled();
    rates.push_back(bestRate<double>(count, [](const Size& size, const double* a, const double* b, double* c) {
        multiplyFloat64(size.side, size.side, size.depth, a, size.depth, b, size.depth, c, size.side);
    }));
    rates.back().backend = "mm";
    rates.back().precision = run::nameOf(run::Precision::fp64);
    return rates;
}

engine::StoreTimes storeTimes(const run::KernelPlan& asked, const std::filesystem::path& folder,
                              const base::JobContext& context) {
    run::KernelPlan plan = asked;
    plan.diskBytes = Store::diskBytes(plan);
    const std::vector<std::int64_t> labels(static_cast<std::size_t>(plan.rows));
    const Layout layout(plan, labels);
    const Store store(folder, plan, layout, labels);
    Journal journal(folder);
    JobState state(plan, layout);
    std::fill(state.norms.begin(), state.norms.end(), 1.0f);
    std::fill(state.selfKappa.begin(), state.selfKappa.end(), 1.0f);
    // Tiles of one shape have the same content: deriving it is not what is measured.
    std::map<std::tuple<std::int64_t, std::int64_t, bool>, std::unique_ptr<TileImage>> images;
    const auto imageOf = [&](const Tile& tile) -> std::unique_ptr<TileImage>& {
        return images[{layout.tileRow(tile.row).rows.size(), layout.tileRow(tile.column).rows.size(), tile.diagonal()}];
    };
    for (const Tile& tile : layout.tiles()) {
        std::unique_ptr<TileImage>& image = imageOf(tile);
        if (image)
            continue;
        image = std::make_unique<TileImage>(plan, layout, store);
        const std::span<double> kappa = image->contraction(tile);
        for (std::size_t i = 0; i < kappa.size(); ++i)
            kappa[i] = static_cast<double>(i % 1999) / 2000;
        if (!tile.diagonal())
            image->deriveRows(tile, state, 0, layout.tileRow(tile.row).rows.size());
        image->finish(tile, state);
    }
    const Clock::time_point start = Clock::now();
    store.create();
    {
        Bands bands(plan, layout, store, journal, {}, std::vector<std::uint8_t>(layout.tiles().size(), 1),
                    [](const char*) {});
        base::parallelFor(static_cast<std::int64_t>(layout.tiles().size()), plan.threads, context,
                          [&](std::int64_t number, int) {
                              const Tile& tile = layout.tile(number);
                              journal.append(tile, store.write(tile, bands.orderOf(tile), imageOf(tile)->stored()));
                              bands.stored(tile);
                          });
        bands.finish();
    }
    store.sync();
    engine::StoreTimes times;
    times.seconds = secondsSince(start);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file())
            times.bytes += static_cast<std::int64_t>(entry.file_size());
    }
    return times;
}

} // namespace lpntk::kernel
