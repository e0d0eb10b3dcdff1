#include <core/gradient/layers_torch.h>

#include <core/gradient/position_signals_torch.h>

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace lpntk::gradient {

namespace {

using model::ValueId;

std::string moduleOf(const std::string& parameter) {
    const std::size_t dot = parameter.rfind('.');
    return dot == std::string::npos ? parameter : parameter.substr(0, dot);
}

std::string operationOf(const Use& use) {
    const std::string& target = use.step->target;
    return target.substr(target.rfind(':') + 1);
}

/// Leaves that a derived value depends on, asked of autograd itself.
std::vector<std::int64_t> leavesOf(const at::Tensor& derived, const std::vector<at::Tensor>& leaves) {
    std::vector<std::int64_t> found;
    if (!derived.requires_grad())
        return found;
    const auto gradients = torch::autograd::grad({derived}, leaves, {at::ones_like(derived)}, /*retain_graph=*/true,
                                                 /*create_graph=*/false, /*allow_unused=*/true);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        if (gradients[i].defined())
            found.push_back(static_cast<std::int64_t>(i));
    }
    return found;
}

/// Builds the layout use by use.
class Layouter {
public:
    Layouter(const model::Interpreter& interpreter, const model::Graph& graph, const Capture& capture,
             const std::vector<at::Tensor>& leaves)
        : m_interpreter(interpreter), m_graph(graph), m_capture(capture), m_takers(graph.parameters.size()) {
        for (const auto& [id, tensor] : capture.derived)
            m_layout.derivedFrom[id] = leavesOf(tensor, leaves);
        for (const Use& use : capture.uses) {
            for (const ValueId id : use.parameterValues()) {
                for (const std::int64_t leaf : leavesBehind(id))
                    ++m_takers[static_cast<std::size_t>(leaf)];
            }
        }
    }

    LayerLayout build() {
        for (std::size_t i = 0; i < m_capture.uses.size(); ++i)
            addUse(i);
        return std::move(m_layout);
    }

private:
    std::vector<std::int64_t> leavesBehind(ValueId id) const {
        const std::int64_t leaf = m_interpreter.parameterIndex(id);
        return leaf >= 0 ? std::vector<std::int64_t>{leaf} : m_layout.derivedFrom.at(id);
    }

    /// Every output channel sees its share of the weight once at each position.
    static std::int64_t macsOf(const Use& use) {
        std::int64_t macs = 0;
        for (const Operand& operand : use.operands) {
            const bool weight = operand.parameter && operand.value.dim() > 1 && operand.value.size(0) > 0;
            if (weight && !use.outputGradients.empty() && use.outputGradients[0].defined())
                macs += use.outputGradients[0].numel() / use.outputGradients[0].size(0) *
                        (operand.value.numel() / operand.value.size(0));
        }
        return macs;
    }

    /// A leaf that this use takes directly and nothing else does.
    bool isOwn(ValueId id) const {
        const std::int64_t leaf = m_interpreter.parameterIndex(id);
        return leaf >= 0 && m_takers[static_cast<std::size_t>(leaf)] == 1;
    }

    std::int64_t width(std::int64_t leaf) const { return m_graph.parameters[static_cast<std::size_t>(leaf)].count(); }
    const std::string& name(std::int64_t leaf) const { return m_graph.parameters[static_cast<std::size_t>(leaf)].name; }

    void addUse(std::size_t index) {
        const Use& use = m_capture.uses[index];
        const Rule rule = ruleFor(use);
        m_layout.rules.push_back(rule);
        m_layout.forwardMacs += macsOf(use);
        std::vector<ValueId> remaining = use.parameterValues();
        if (rule == Rule::linearImplicit && isOwn(weightOf(use)->id))
            addImplicit(index, use, std::nullopt, remaining);
        else if (auto positions = positionsOf(use, rule); positions && isOwn(weightOf(use)->id))
            addImplicit(index, use, std::move(positions), remaining);
        addOwn(use, rule, remaining);
        for (const ValueId id : remaining) {
            for (const std::int64_t leaf : leavesBehind(id))
                addShared(leaf, use, rule);
        }
    }

    void addImplicit(std::size_t index, const Use& use, std::optional<Positions> positions,
                     std::vector<ValueId>& remaining) {
        const Operand* bias = biasOf(use);
        const bool withBias = bias && bias->parameter && isOwn(bias->id);
        const at::Tensor& weight = weightOf(use)->value;
        std::erase(remaining, weightOf(use)->id);
        if (withBias)
            std::erase(remaining, bias->id);
        const std::int64_t leaf = m_interpreter.parameterIndex(weightOf(use)->id);
        m_layout.implicit[index] = {m_layout.layers.size(), leaf,
                                    withBias ? m_interpreter.parameterIndex(bias->id) : -1};
        SignalLayer layer{moduleOf(name(leaf)), operationOf(use), true,
                          weight.numel() + (withBias ? weight.size(0) : 0)};
        if (positions) {
            positions->bias = withBias;
            layer.leftWidth = positions->inputs * positions->inputDepth;
            layer.rightWidth = positions->outputs * positions->outputDepth;
            layer.positions = std::make_shared<const Positions>(std::move(*positions));
        } else {
            layer.leftWidth = weight.size(1) + (withBias ? 1 : 0);
            layer.rightWidth = weight.size(0);
        }
        m_layout.layers.push_back(std::move(layer));
    }

    void addOwn(const Use& use, Rule rule, std::vector<ValueId>& remaining) {
        SignalLayer layer;
        layer.operation = operationOf(use);
        layer.general = rule == Rule::general;
        for (const ValueId id : remaining) {
            if (!isOwn(id))
                continue;
            const std::int64_t leaf = m_interpreter.parameterIndex(id);
            if (layer.name.empty())
                layer.name = moduleOf(name(leaf));
            m_layout.leaves[leaf] = {m_layout.layers.size(), layer.parameters, width(leaf)};
            layer.parameters += width(leaf);
        }
        std::erase_if(remaining, [&](ValueId id) { return isOwn(id); });
        if (layer.parameters == 0)
            return;
        layer.leftWidth = layer.parameters;
        m_layout.layers.push_back(layer);
    }

    void addShared(std::int64_t leaf, const Use& use, Rule rule) {
        const bool general = rule == Rule::general;
        if (const auto known = m_layout.leaves.find(leaf); known != m_layout.leaves.end()) {
            SignalLayer& layer = m_layout.layers[known->second.layer];
            layer.general = layer.general || general;
            return;
        }
        m_layout.leaves[leaf] = {m_layout.layers.size(), 0, width(leaf)};
        m_layout.layers.push_back({name(leaf), operationOf(use), false, width(leaf), width(leaf), 0, general});
    }

    const model::Interpreter& m_interpreter;
    const model::Graph& m_graph;
    const Capture& m_capture;
    std::vector<int> m_takers; ///< (use, value) pairs that lead to each leaf
    LayerLayout m_layout;
};

} // namespace

LayerLayout layOut(const model::Interpreter& interpreter, const model::Graph& graph, const Capture& capture,
                   const std::vector<at::Tensor>& leaves) {
    return Layouter(interpreter, graph, capture, leaves).build();
}

} // namespace lpntk::gradient
