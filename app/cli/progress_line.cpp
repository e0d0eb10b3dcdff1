#include "progress_line.h"

#include <core/base/text.h>

#include <fmt/format.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace lpntk::cli {

namespace {

constexpr auto kTerminalInterval = std::chrono::milliseconds(100);
constexpr auto kLogInterval = std::chrono::seconds(30);

std::string number(double value) {
    return value == std::floor(value) ? base::formatCount(static_cast<std::int64_t>(value))
                                      : fmt::format("{:.1f}", value);
}

std::string rateText(double rate) {
    return rate >= 10 ? base::formatCount(std::llround(rate)) : fmt::format("{:.2g}", rate);
}

int terminalColumns() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

} // namespace

std::string progressText(const base::Progress& progress, double startDone, double elapsed) {
    std::string text = progress.phase + ": " + number(progress.done);
    if (progress.total > 0)
        text += " of " + number(progress.total);
    if (!progress.unit.empty())
        text += " " + progress.unit;
    const double rate = elapsed > 0.2 ? (progress.done - startDone) / elapsed : 0;
    if (rate > 0) {
        text += ", " + rateText(rate) + " per second";
        if (progress.total > progress.done)
            text += ", " + base::formatDuration((progress.total - progress.done) / rate) + " left";
    }
    return text;
}

ProgressLine::ProgressLine(bool enabled)
    : m_enabled(enabled), m_terminal(isatty(STDERR_FILENO) == 1), m_lastShown(Clock::now()) {}

ProgressLine::~ProgressLine() {
    clear();
}

void ProgressLine::report(const base::Progress& progress) {
    const std::lock_guard lock(m_mutex);
    if (!m_enabled)
        return;
    const auto now = Clock::now();
    const bool newPhase = progress.phase != m_phase;
    if (newPhase) {
        m_phase = progress.phase;
        m_phaseStart = now;
        m_phaseStartDone = progress.done;
    }
    if (m_terminal ? !newPhase && now - m_lastShown < kTerminalInterval : now - m_lastShown < kLogInterval)
        return;
    m_lastShown = now;
    show(progressText(progress, m_phaseStartDone, std::chrono::duration<double>(now - m_phaseStart).count()));
}

void ProgressLine::clear() {
    const std::lock_guard lock(m_mutex);
    erase();
}

void ProgressLine::show(const std::string& text) {
    if (m_terminal) {
        const auto width = static_cast<std::size_t>(terminalColumns() - 1);
        std::fprintf(stderr, "\r\033[K%s", text.substr(0, width).c_str());
        m_shown = true;
    } else {
        std::fprintf(stderr, "%s\n", text.c_str());
    }
    std::fflush(stderr);
}

void ProgressLine::erase() {
    if (m_shown)
        std::fputs("\r\033[K", stderr);
    m_shown = false;
}

} // namespace lpntk::cli
