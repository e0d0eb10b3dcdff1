#include "command.h"
#include "kernel_options.h"

namespace lpntk::cli {

void addPlan(CLI::App& program, const std::function<void(CLI::App*, Work)>& run) {
    auto* command =
        program.add_subcommand("plan", "what a kernel would cost: work, memory, disk and time, without computing it");
    const auto options = std::make_shared<KernelJobOptions>();
    options->addTo(*command);
    run(command, [options](Console& console) {
        const auto request = options->request(console);
        const auto [network, plan, smaller] = engine::engine().plan(request, console.context());
        tellNetwork(console, network, request.network);
        tellPlan(console, plan);
        base::Json json = run::toJson(plan);
        json["smaller"] = base::Json::array();
        for (const run::KernelPlan& less : smaller) {
            tellSmaller(console, less);
            json["smaller"].push_back(run::toJson(less)["prediction"]);
        }
        addNetwork(json["network"], network, request.network);
        console.result(json);
        return 0;
    });
}

} // namespace lpntk::cli
