#include "command.h"
#include "interrupt.h"
#include "progress_line.h"

#include <cstdio>

namespace lpntk::cli {

namespace {

struct Line {
    Interrupt interrupt;
    ProgressLine progress;
    explicit Line(bool showProgress) : progress(showProgress) {}
};

void printLine(std::FILE* stream, const std::string& text) {
    std::fputs(text.c_str(), stream);
    std::fputc('\n', stream);
    std::fflush(stream);
}

} // namespace

Console::Console(bool json, bool quiet) : m_json(json), m_quiet(quiet) {
    const auto line = std::make_shared<Line>(!quiet);
    m_context.stop = line->interrupt.token();
    m_context.report = [progress = &line->progress](const base::Progress& now) { progress->report(now); };
    m_line = line;
}

Console::~Console() = default;

void Console::say(const std::string& line) const {
    if (m_json || m_quiet)
        return;
    static_cast<Line*>(m_line.get())->progress.clear();
    printLine(stdout, line);
}

void Console::warn(const std::string& line) const {
    static_cast<Line*>(m_line.get())->progress.clear();
    printLine(stderr, "lpntk: warning: " + line);
}

void Console::result(const base::Json& json) const {
    if (!m_json)
        return;
    static_cast<Line*>(m_line.get())->progress.clear();
    // Paths may hold bytes that are not UTF-8; they must not make the result unprintable.
    printLine(stdout, json.dump(2, ' ', false, base::Json::error_handler_t::replace));
}

} // namespace lpntk::cli
