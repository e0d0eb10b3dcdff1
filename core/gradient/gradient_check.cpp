#include <core/base/error.h>
#include <core/gradient/seeds_torch.h>
#include <core/gradient/signal_computer_torch.h>
#include <core/gradient/signals.h>
#include <core/model/interpreter_torch.h>

#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <utility>

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

/// A mistake in rules changes gradients by their own size. In float32 so may a ReLU that falls on the other side of zero.
struct Limit {
    SignalComputer::Grade grade;
    at::ScalarType type;
    double difference;
};

constexpr Limit kInFloat64{SignalComputer::Grade::float64, at::kDouble, 1e-6};
constexpr Limit kInFloat32{SignalComputer::Grade::float32, at::kFloat, 0.05};
/// Number of parameters up to which float64 is used at once, and up to which there is memory to let it decide.
constexpr std::int64_t kSmall = 30'000'000, kLarge = 200'000'000;

struct Difference {
    double worst = 0; ///< relative to the sample's largest gradient
    std::string parameter;
};

/// Largest absolute value without a copy: a layer may have hundreds of millions of numbers.
double largestOf(const at::Tensor& numbers) {
    const auto [least, most] = at::aminmax(numbers);
    return std::max(std::fabs(least.item<double>()), std::fabs(most.item<double>()));
}

Difference differenceFromPlain(const model::Network& network, const Limit& limit) {
    const data::ImageShape shape = network.input();
    const std::vector<std::int64_t> labels{0, network.classes() - 1};
    const at::Tensor input = at::randn({kSamples, shape.channels, shape.height, shape.width},
                                       at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{2}));
    // The caller keeps the network; the computer only borrows it for the length of this call.
    const std::shared_ptr<const model::Network> borrowed(&network, [](const model::Network*) {});
    const TorchSignalComputer computer(borrowed, limit.grade, run::KernelKind::lpntk);
    const SampleGradients signals =
        computer.gradientsOf({input.const_data_ptr<float>(), static_cast<std::size_t>(input.numel())}, labels);

    const model::Interpreter interpreter(network.graph(), limit.type);
    const model::ParameterStore store =
        (limit.type == at::kDouble ? network.doubles() : network.parameters()).as(limit.type, /*requiresGrad=*/true);
    const Seeds seeds = seedsFor(labels, run::KernelKind::lpntk);
    Difference found;
    for (std::int64_t sample = 0; sample < kSamples; ++sample) {
        auto plain = plainGradients(interpreter, store, input.to(limit.type), seeds, sample);
        double difference = 0, largest = 1e-30;
        std::string parameter;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            const at::Tensor expected = std::exchange(plain[i], {}).reshape({-1});
            largest = std::max(largest, largestOf(expected));
            const double here = largestOf(expected - signals.of(i, sample));
            if (!(here <= difference)) {
                difference = here;
                parameter = network.graph().parameters[i].name;
            }
        }
        if (!(difference / largest <= found.worst))
            found = {difference / largest, parameter};
    }
    return found;
}

} // namespace

double checkGradients(const model::Network& network) {
    const std::int64_t parameters = network.info().parameters;
    const Limit* limit = parameters <= kSmall ? &kInFloat64 : &kInFloat32;
    Difference found = differenceFromPlain(network, *limit);
    if (!(found.worst <= limit->difference) && limit == &kInFloat32 && parameters <= kLarge) {
        limit = &kInFloat64;
        found = differenceFromPlain(network, *limit);
    }
    if (!(found.worst <= limit->difference))
        throw base::ShapeError(network.info().model + ": the gradients of \"" + found.parameter + "\" for two samples computed "
                               "together differ from those of plain autograd by " + std::to_string(found.worst) +
                               " of the largest; samples influence each other, or the network is one that this program "
                               "gets wrong; please report it");
    return found.worst;
}

} // namespace lpntk::gradient
