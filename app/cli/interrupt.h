#pragma once

#include <stop_token>
#include <thread>

namespace lpntk::cli {

/// Turns the first Ctrl C (or SIGTERM) of its lifetime into a stop request; the second ends the program at once with
/// exit code 130. Make it before any other thread starts: the signals are blocked for all of them and waited for on a
/// thread of its own, so nothing runs inside a signal handler.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
    std::thread m_waiter;
};

} // namespace lpntk::cli
