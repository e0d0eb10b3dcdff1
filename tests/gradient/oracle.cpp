#include "oracle.h"

#include <core/gradient/position_signals_torch.h>
#include <core/gradient/signals.h>
#include <core/model/graph.h>
#include <core/model/parameters_torch.h>

#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace lpntk::tests {

namespace {

at::Tensor convolution(const Weights& w, const std::string& name, const at::Tensor& x, std::int64_t stride,
                       std::int64_t padding) {
    const auto bias = w.find(name + ".bias");
    return at::conv2d(x, w.at(name + ".weight"), bias == w.end() ? at::Tensor() : bias->second, stride, padding);
}

at::Tensor dense(const Weights& w, const std::string& name, const at::Tensor& x) {
    return at::matmul(x, w.at(name + ".weight").t()) + w.at(name + ".bias");
}

at::Tensor normalised(const Weights& w, const std::string& name, const at::Tensor& x) {
    if (!w.contains(name + ".running_mean"))
        return x;
    const auto channel = [&](const char* what) { return w.at(name + what).reshape({1, -1, 1, 1}); };
    return (x - channel(".running_mean")) / at::sqrt(channel(".running_var") + 1e-5) * channel(".weight") +
           channel(".bias");
}

at::Tensor block(const Weights& w, const std::string& name, const at::Tensor& x, std::int64_t stride) {
    at::Tensor y = at::relu(normalised(w, name + ".bn1", convolution(w, name + ".conv1", x, stride, 1)));
    y = normalised(w, name + ".bn2", convolution(w, name + ".conv2", y, 1, 1));
    at::Tensor shortcut = x;
    if (w.contains(name + ".shortcut.0.weight"))
        shortcut = normalised(w, name + ".shortcut.1", convolution(w, name + ".shortcut.0", x, stride, 0));
    return at::relu(y + shortcut);
}

} // namespace

at::Tensor lenet5Forward(const Weights& w, const at::Tensor& x) {
    at::Tensor y = at::max_pool2d(at::relu(convolution(w, "conv1", x, 1, 2)), 2);
    y = at::max_pool2d(at::relu(convolution(w, "conv2", y, 1, 0)), 2);
    y = at::relu(dense(w, "fc1", y.reshape({y.size(0), -1})));
    return dense(w, "fc3", at::relu(dense(w, "fc2", y)));
}

at::Tensor lenetForward(const Weights& w, const at::Tensor& x) {
    at::Tensor y = at::relu(convolution(w, "conv1", x, 1, 0));
    y = at::max_pool2d(at::relu(convolution(w, "conv2", y, 1, 0)), 2);
    return dense(w, "fc2", at::relu(dense(w, "fc1", y.reshape({y.size(0), -1}))));
}

at::Tensor mlpForward(const Weights& w, const at::Tensor& x) {
    return dense(w, "fc2", at::relu(dense(w, "fc1", x.reshape({x.size(0), -1}))));
}

at::Tensor resnet18Forward(const Weights& w, const at::Tensor& x) {
    at::Tensor y = at::relu(normalised(w, "bn1", convolution(w, "conv1", x, 1, 1)));
    for (int stage = 1; stage <= 4; ++stage) {
        for (int i = 0; i < 2; ++i)
            y = block(w, "layer" + std::to_string(stage) + "." + std::to_string(i), y, stage > 1 && i == 0 ? 2 : 1);
    }
    return dense(w, "linear", y.mean({2, 3}));
}

Weights weightsOf(const model::Network& network) {
    Weights weights;
    const model::ParameterStore store = network.parameters().clone(at::kDouble, true);
    for (std::size_t i = 0; i < store.parameters.size(); ++i)
        weights[network.graph().parameters[i].name] = store.parameters[i];
    for (std::size_t i = 0; i < store.buffers.size(); ++i)
        weights[network.graph().buffers[i].name] = store.buffers[i];
    return weights;
}

std::vector<std::string> parameterNames(const model::Network& network) {
    std::vector<std::string> names;
    for (const auto& spec : network.graph().parameters)
        names.push_back(spec.name);
    return names;
}

at::Tensor lpntkSeeds(const at::Tensor& logits, const std::vector<std::int64_t>& labels) {
    at::Tensor seeds = -at::ones_like(logits);
    for (std::size_t i = 0; i < labels.size(); ++i)
        seeds.index_put_({static_cast<std::int64_t>(i), labels[i]}, 1.0);
    return seeds / std::sqrt(static_cast<double>(logits.size(1)));
}

at::Tensor oracleSignals(const Forward& forward, const model::Network& network, const at::Tensor& inputs,
                         const at::Tensor& seeds) {
    const Weights weights = weightsOf(network);
    std::vector<at::Tensor> leaves;
    for (const std::string& name : parameterNames(network))
        leaves.push_back(weights.at(name));
    std::vector<at::Tensor> rows;
    for (std::int64_t i = 0; i < inputs.size(0); ++i) {
        const std::int64_t other = (i + 1) % inputs.size(0);
        const at::Tensor logits = forward(weights, at::stack({inputs[i], inputs[other]}).to(at::kDouble));
        const at::Tensor value = (logits[0] * seeds[i].to(at::kDouble)).sum();
        std::vector<at::Tensor> parts;
        for (const at::Tensor& gradient : torch::autograd::grad({value}, leaves))
            parts.push_back(gradient.reshape({-1}));
        rows.push_back(at::cat(parts));
    }
    return at::stack(rows);
}

at::Tensor kernelOf(const model::Network& network, const at::Tensor& inputs, const std::vector<std::int64_t>& labels,
                    bool float64) {
    using gradient::SignalComputer;
    const std::shared_ptr<const model::Network> borrowed(&network, [](const model::Network*) {});
    const auto computer = SignalComputer::create(
        borrowed, float64 ? SignalComputer::Grade::float64 : SignalComputer::Grade::float32, run::KernelKind::lpntk);
    const at::TensorOptions type(float64 ? at::kDouble : at::kFloat);
    const std::int64_t samples = inputs.size(0);
    std::vector<at::Tensor> left, right;
    std::vector<gradient::SignalTarget> targets;
    for (const auto& layer : computer->layers()) {
        // Rows further apart than they are long, as in the kernel's panels.
        left.push_back(at::full({samples, layer.leftWidth + 3}, std::nan(""), type));
        right.push_back(at::full({samples, layer.rightWidth + 5}, std::nan(""), type));
        targets.push_back({left.back().data_ptr(), layer.leftWidth + 3, right.back().data_ptr(), layer.rightWidth + 5});
    }
    const at::Tensor pixels = inputs.contiguous();
    computer->compute({pixels.data_ptr<float>(), static_cast<std::size_t>(pixels.numel())}, labels, targets, {});
    at::Tensor kernel = at::zeros({samples, samples}, at::kDouble);
    for (std::size_t i = 0; i < left.size(); ++i) {
        const auto& layer = computer->layers()[i];
        const auto gram = [](const at::Tensor& rows, std::int64_t width) {
            const at::Tensor x = rows.narrow(1, 0, width).to(at::kDouble);
            return at::mm(x, x.t());
        };
        if (layer.positions) {
            const gradient::Positions& at = *layer.positions;
            const auto rows = [&](const at::Tensor& of, std::int64_t positions, std::int64_t depth) {
                return of.narrow(1, 0, positions * depth).to(at::kDouble).reshape({samples, positions, depth});
            };
            const at::Tensor outputs = rows(right[i], at.outputs, at.outputDepth);
            const at::Tensor weights = gradient::weightGradients(at, rows(left[i], at.inputs, at.inputDepth), outputs);
            kernel += at::mm(weights, weights.t());
            if (at.bias)
                kernel += at::mm(outputs.sum(1), outputs.sum(1).t());
            continue;
        }
        const at::Tensor part = gram(left[i], layer.leftWidth);
        kernel += layer.implicit ? part * gram(right[i], layer.rightWidth) : part;
    }
    return kernel;
}

double relativeError(const at::Tensor& found, const at::Tensor& expected) {
    return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

double cosineError(const at::Tensor& found, const at::Tensor& expected) {
    const auto cosines = [](const at::Tensor& kernel) {
        const at::Tensor norms = kernel.diagonal().sqrt();
        return kernel / (norms.unsqueeze(0) * norms.unsqueeze(1));
    };
    return (cosines(found) - cosines(expected)).abs().max().item<double>();
}

} // namespace lpntk::tests
