#pragma once

#include <core/base/job_context.h>
#include <core/base/json_file.h>

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lpntk::cli {

/// What a subcommand is given: cancellation by Ctrl C, a progress line on a terminal, and where its result goes.
class Console {
public:
    Console(bool json, bool quiet);
    ~Console();

    const base::JobContext& context() const { return m_context; }
    bool json() const { return m_json; }
    /// A line for people; nothing with --json or --quiet.
    void say(const std::string& line) const;
    /// A warning on standard error, shown in every mode.
    void warn(const std::string& line) const;
    /// The machine-readable result: printed only with --json, once, as the only thing on standard output.
    void result(const base::Json& json) const;

private:
    base::JobContext m_context;
    bool m_json = false;
    bool m_quiet = false;
    std::shared_ptr<void> m_line;
};

/// Adds one subcommand to the program: defines its options and sets its callback through `run`. The work function
/// returns the exit code (0 done, 1 failed); thrown base::Error becomes exit 1 with the sentence, base::Cancelled 130.
using Work = std::function<int(Console&)>;
using AddCommand = void (*)(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);

// One file per subcommand: app/cli/<name>.cpp.
void addInfo(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addTrain(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addEval(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addPlan(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addKernel(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addCross(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addNeighbours(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addRelations(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addRedundant(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addClusters(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addRepair(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addHeads(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addLayers(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addSelect(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addPrune(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addExport(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addReplay(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addCheck(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addBench(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);
void addScore(CLI::App& program, const std::function<void(CLI::App*, Work)>& run);

} // namespace lpntk::cli
