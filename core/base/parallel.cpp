#include <core/base/parallel.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <sched.h>
#include <thread>
#include <vector>

namespace lpntk::base {

void parallelFor(std::int64_t count, int threads, const JobContext& context,
                 const std::function<void(std::int64_t, int)>& work) {
    std::atomic<std::int64_t> next = 0;
    std::atomic<bool> stopped = false;
    std::mutex mutex;
    std::exception_ptr failure;
    const auto loop = [&](int worker) {
        try {
            while (!stopped) {
                context.waitWhilePaused();
                if (context.cancelled())
                    return;
                const std::int64_t index = next++;
                if (index >= count)
                    return;
                work(index, worker);
            }
        } catch (...) {
            stopped = true;
            const std::lock_guard lock(mutex);
            if (!failure)
                failure = std::current_exception();
        }
    };
    const int helpers = static_cast<int>(std::clamp<std::int64_t>(threads, 1, std::max<std::int64_t>(count, 1))) - 1;
    {
        std::vector<std::jthread> pool;
        for (int worker = 1; worker <= helpers; ++worker)
            pool.emplace_back(loop, worker);
        loop(0);
    }
    if (failure)
        std::rethrow_exception(failure);
    context.throwIfCancelled();
}

int availableThreads() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return std::max(1, CPU_COUNT(&set));
    return std::max(1u, std::thread::hardware_concurrency());
}

} // namespace lpntk::base
