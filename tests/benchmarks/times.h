#pragma once

#include <nlohmann/json.hpp>

#include <QElapsedTimer>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <time.h>

namespace lpntk::tests {

/// Milliseconds since the timer was started.
inline double since(const QElapsedTimer& timer) {
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

/// What this thread computed so far, in milliseconds; on a busy computer the time by the clock says more about the
/// others.
inline double computed() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// Count, median, 95 % and worst of times in milliseconds; null without any.
inline nlohmann::ordered_json summary(std::vector<double> times) {
    if (times.empty())
        return nullptr;
    std::sort(times.begin(), times.end());
    const auto at = [&](double share) {
        return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
    };
    return {{"count", times.size()}, {"p50", at(0.5)}, {"p95", at(0.95)}, {"max", times.back()}};
}

} // namespace lpntk::tests
