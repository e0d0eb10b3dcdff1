#include "killed_job.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace lpntk::tests {

std::optional<KilledJob> KilledJob::of(int count, char** arguments) {
    if (count != 7 || std::strcmp(arguments[1], "--job") != 0)
        return std::nullopt;
    return KilledJob{arguments[2], arguments[3], std::atoi(arguments[4]), std::atoi(arguments[5]),
                     *arguments[6] == '1'};
}

bool KilledJob::start() const {
    const std::vector<std::string> words = {
        "job", "--job", run.string(), event, std::to_string(count), std::to_string(panelRows), resume ? "1" : "0"};
    std::vector<char*> arguments;
    for (const std::string& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        // A program of its own: libtorch's threads do not survive a fork.
        ::execv("/proc/self/exe", arguments.data());
        ::_exit(127);
    }
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && (WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
}

std::function<void(const char*)> KilledJob::onEvent() const {
    const auto left = std::make_shared<std::atomic<int>>(count);
    return [left, wanted = event](const char* happened) {
        if (wanted == happened && --*left == 0)
            ::kill(::getpid(), SIGKILL);
    };
}

} // namespace lpntk::tests
