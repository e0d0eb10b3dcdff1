#pragma once

#include <core/base/job_context.h>

#include <chrono>
#include <mutex>
#include <string>

namespace lpntk::cli {

/// The line on standard error that says what a job is doing: rewritten in place on a terminal; elsewhere one plain line
/// every half minute, so that short jobs are silent and logs of long ones still tell where they are. Any thread.
class ProgressLine {
public:
    explicit ProgressLine(bool enabled);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void report(const base::Progress& progress);
    /// Takes the line off the terminal, so that other text can be printed.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    void show(const std::string& text);
    void erase();

    std::mutex m_mutex;
    bool m_enabled = false;
    bool m_terminal = false;
    bool m_shown = false;
    std::string m_phase;
    double m_phaseStartDone = 0;
    Clock::time_point m_phaseStart;
    Clock::time_point m_lastShown;
};

/// "signals: 12,000 of 60,000 samples, 1,830 per second, 26 s left". `elapsed` seconds were spent on done - startDone
/// units; the rate is left out while it cannot be told.
std::string progressText(const base::Progress& progress, double startDone, double elapsed);

} // namespace lpntk::cli
