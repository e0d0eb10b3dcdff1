#include "command.h"
#include "table.h"

#include <core/base/error.h>
#include <core/engine/engine.h>

#include <fmt/format.h>

#include <algorithm>

namespace lpntk::cli {

namespace {

base::Json asJson(const engine::CheckReport& report) {
    base::Json lines = base::Json::array();
    for (const engine::CheckLine& line : report.lines)
        lines.push_back({{"name", line.name},
                         {"precision", line.precision},
                         {"error", line.error},
                         {"limit", line.limit},
                         {"flops", line.flops},
                         {"passed", line.passed()}});
    return {{"device", report.device}, {"description", report.description}, {"lines", std::move(lines)}};
}

int check(const std::string& device, Console& console) {
    const engine::CheckReport report = engine::engine().check(device, console.context());
    console.say(fmt::format("{}: {}", report.device, report.description));
    Table table({"against float64 on the processor", "precision", "cosine error", "promised", "GFLOP/s", ""},
                {false, false, true, true, true, false});
    for (const engine::CheckLine& line : report.lines)
        table.add({line.name, line.precision, fmt::format("{:.1e}", line.error), fmt::format("{:.0e}", line.limit),
                   line.flops > 0 ? fmt::format("{:.0f}", line.flops / 1e9) : "", line.passed() ? "right" : "WRONG"});
    say(console, table);
    console.result(asJson(report));
    const auto wrong = std::count_if(report.lines.begin(), report.lines.end(),
                                     [](const engine::CheckLine& line) { return !line.passed(); });
    if (wrong > 0)
        console.warn(fmt::format("{} of {} results are wrong; do not compute kernels on this device, and please report it",
                                 wrong, report.lines.size()));
    return wrong > 0 ? 1 : 0;
}

} // namespace

void addCheck(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command = program.add_subcommand("check", "self-test of this machine: its results against float64, its speed");
    const auto device = std::make_shared<std::string>("cpu");
    command->add_option("--device", *device, "cpu, or a graphics card: cuda, cuda:1")->capture_default_str();
    run(command, [device](Console& console) { return check(*device, console); });
}

} // namespace lpntk::cli
