#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace lpntk::tests {

/// A job in a process of its own, killed at the count-th event of this name without any chance to tidy up.
struct KilledJob {
    std::filesystem::path run;
    std::string event;
    int count = 1;
    int panelRows = 0;
    bool resume = false;

    /// In the child, which main() asks first: the job that it was started for.
    static std::optional<KilledJob> of(int count, char** arguments);
    /// Starts this test program anew with the job. Whether it was killed, or finished before.
    bool start() const;
    /// In the child: what its hooks call. It counts, so it is made once.
    std::function<void(const char*)> onEvent() const;
};

} // namespace lpntk::tests
