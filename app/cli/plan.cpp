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
        const auto plan = engine::engine().plan(request, console.context());
        console.say(describeOrigin(request.network));
        tellPlan(console, plan);
        console.result(run::toJson(plan));
        return 0;
    });
}

} // namespace lpntk::cli
