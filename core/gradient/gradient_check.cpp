#include <core/base/error.h>
#include <core/gradient/seeds_torch.h>
#include <core/gradient/signal_computer_torch.h>
#include <core/gradient/signals.h>
#include <core/model/interpreter_torch.h>

#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

namespace lpntk::gradient {

namespace {

constexpr std::int64_t kSamples = 2;

/// Gradients of one sample from plain autograd over a batch of two in which the other sample's seed is masked (a batch
/// of one is no reference: libtorch's batch norm is wrong there).
std::vector<at::Tensor> plainGradients(const model::Interpreter& interpreter, const model::ParameterStore& store,
                                       const at::Tensor& input, const Seeds& seeds, std::int64_t sample) {
    const at::AutoGradMode mode(true);
    const at::Tensor logits = interpreter.run(input, store);
    const at::Tensor all = seeds(logits.detach());
    at::Tensor masked = at::zeros_like(all);
    masked[sample].copy_(all[sample]);
    auto gradients = torch::autograd::grad({logits}, store.parameters, {masked}, /*retain_graph=*/false,
                                           /*create_graph=*/false, /*allow_unused=*/true);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        if (!gradients[i].defined())
            gradients[i] = at::zeros_like(store.parameters[i]);
    }
    return gradients;
}

/// What one grade takes for right. In float32 a ReLU may fall on the other side of zero, which is no mistake of rules;
/// a mistake changes gradients by their own size.
struct Limit {
    SignalComputer::Grade grade;
    at::ScalarType type;
    double difference;
};

Limit limitFor(std::int64_t parameters) {
    constexpr std::int64_t kLargestInFloat64 = 30'000'000;
    return parameters <= kLargestInFloat64 ? Limit{SignalComputer::Grade::float64, at::kDouble, 1e-6}
                                           : Limit{SignalComputer::Grade::float32, at::kFloat, 0.05};
}

} // namespace

double checkGradients(const model::Network& network) {
    const data::ImageShape shape = network.input();
    const Limit limit = limitFor(network.info().parameters);
    const std::vector<std::int64_t> labels{0, network.classes() - 1};
    const at::Tensor input = at::randn({kSamples, shape.channels, shape.height, shape.width},
                                       at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{2}));
    // The caller keeps the network; the computer only borrows it for the length of this call.
    const std::shared_ptr<const model::Network> borrowed(&network, [](const model::Network*) {});
    const TorchSignalComputer computer(borrowed, limit.grade, run::KernelKind::lpntk);
    const auto signals =
        computer.parameterGradients({input.const_data_ptr<float>(), static_cast<std::size_t>(input.numel())}, labels);

    const model::Interpreter interpreter(network.graph(), limit.type);
    const model::ParameterStore store = network.parameters().clone(limit.type, /*requiresGrad=*/true);
    const Seeds seeds = seedsFor(labels, run::KernelKind::lpntk);
    double worst = 0;
    std::string worstParameter;
    for (std::int64_t sample = 0; sample < kSamples; ++sample) {
        const auto plain = plainGradients(interpreter, store, input.to(limit.type), seeds, sample);
        double difference = 0, largest = 1e-30;
        std::string parameter;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            const at::Tensor expected = plain[i].reshape({-1});
            const double here = (signals[i][sample] - expected).abs().max().item<double>();
            if (!(here <= difference)) {
                difference = here;
                parameter = network.graph().parameters[i].name;
            }
            largest = std::max(largest, expected.abs().max().item<double>());
        }
        if (!(difference / largest <= worst)) {
            worst = difference / largest;
            worstParameter = parameter;
        }
    }
    if (!(worst <= limit.difference))
        throw base::ShapeError(network.info().model + ": the gradients of \"" + worstParameter + "\" for two samples computed "
                               "together differ from those of plain autograd by " + std::to_string(worst) +
                               " of the largest; samples influence each other, or the network is one that this program "
                               "gets wrong; please report it");
    return worst;
}

} // namespace lpntk::gradient
