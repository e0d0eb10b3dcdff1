#include <core/model/not_finite_torch.h>

#include <limits>

namespace lpntk::model {

namespace {

bool anyOf(const torch::jit::Stack& results, bool (*holds)(const at::Tensor&)) {
    for (const at::IValue& result : results) {
        if (result.isTensor() && result.toTensor().defined() && result.toTensor().is_floating_point() && holds(result.toTensor()))
            return true;
    }
    return false;
}

bool holdsNotFinite(const at::Tensor& tensor) { return !at::isfinite(tensor).all().item<bool>(); }

bool holdsMoreThanMasks(const at::Tensor& tensor) {
    return at::isnan(tensor).logical_or_(tensor == std::numeric_limits<double>::infinity()).any().item<bool>();
}

} // namespace

std::string firstNotFinite(const Interpreter& interpreter, const ParameterStore& store, const at::Tensor& input) {
    const at::NoGradGuard noGradients;
    std::string first, firstMask;
    Interpreter::Pass pass(interpreter, input, store);
    std::size_t number = 0;
    while (!pass.done()) {
        const Interpreter::Step& step = interpreter.steps()[number++];
        const torch::jit::Stack& results = pass.next([](const Interpreter::Step& call, torch::jit::Stack& stack) { call.call(stack); });
        if (first.empty() && anyOf(results, holdsMoreThanMasks))
            first = step.place;
        else if (firstMask.empty() && anyOf(results, holdsNotFinite))
            firstMask = step.place;
    }
    if (!holdsNotFinite(pass.output()))
        return {};
    return first.empty() ? firstMask : first;
}

} // namespace lpntk::model
