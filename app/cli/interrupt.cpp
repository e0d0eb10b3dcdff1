#include "interrupt.h"

#include <csignal>
#include <pthread.h>
#include <unistd.h>

namespace lpntk::cli {

namespace {

constexpr int kCancelledExitCode = 130;

// SIGUSR1 ends the waiting thread when the object goes.
sigset_t awaitedSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR1);
    return signals;
}

void waitForSignals(std::stop_source stop) {
    const sigset_t signals = awaitedSignals();
    for (;;) {
        int received = 0;
        if (sigwait(&signals, &received) != 0 || received == SIGUSR1)
            return;
        if (stop.stop_requested())
            _exit(kCancelledExitCode);
        stop.request_stop();
    }
}

} // namespace

Interrupt::Interrupt() {
    const sigset_t signals = awaitedSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_waiter = std::thread(waitForSignals, m_stop);
}

Interrupt::~Interrupt() {
    pthread_kill(m_waiter.native_handle(), SIGUSR1);
    m_waiter.join();
}

} // namespace lpntk::cli
