#pragma once

#include <core/base/job_context.h>
#include <core/data/dataset.h>
#include <core/engine/engine.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace lpntk::model {

class Graph;
class Interpreter;
struct ParameterStore;

/// A network ready to run: the Graph (ATen calls by schema name) and its parameters, whatever it was read from.
/// Immutable after loading; run() may be called from several threads at once.
class Network {
public:
    /// Builds a built-in network or reads an exported program (`.pt2`, named as the model or in place of the weights);
    /// maps the weights; checks vmap logits against plain logits. Throws base::OptionError (unknown name: lists them; for architectures guesses from the weights' keys),
    /// base::ShapeError (missing, unexpected, mis-shaped keys, each listed), IoError, FormatError.
    static std::shared_ptr<const Network> load(const engine::NetworkSpec& spec, data::ImageShape input, int classes,
                                               const base::JobContext& context = {});
    /// A network from its parts, with the same checks; what a reader of network files ends in. The store's tensors are
    /// float32 and in the graph's order.
    static std::shared_ptr<const Network> fromGraph(const std::string& name, std::shared_ptr<const Graph> graph,
                                                    std::shared_ptr<const ParameterStore> store,
                                                    data::ImageShape input, int classes);
    /// This network with only some of its parameters learnt, "layer4.*,fc.weight" (parameter_choice_torch.h). Throws
    /// OptionError when a pattern names none.
    std::shared_ptr<const Network> withParameters(const std::string& patterns) const;
    /// The same network with the numbers of another weight file, for the checkpoints of a training: graph and resolved calls
    /// are shared, the load check is made anew. Throws as load does. Not of a network from withParameters().
    std::shared_ptr<const Network> withWeights(const std::filesystem::path& weights) const;
    ~Network();

    const engine::NetworkInfo& info() const { return m_info; }
    data::ImageShape input() const { return m_info.input; }
    int classes() const { return m_info.classes; }

    /// Plain forward pass in evaluation mode. inputs (batch, C, H, W) -> logits (batch, K).
    void logits(std::span<const float> inputs, std::int64_t batch, std::span<float> out) const;
    /// Where the logits of a picture (C, H, W) stop being finite, "call 12 (aten::exp, layer3.norm)"; empty where they do not.
    std::string firstNotFinite(std::span<const float> picture) const;

    const Graph& graph() const { return *m_graph; }
    const ParameterStore& parameters() const { return *m_parameters; }
    /// The same in float64, on the processor, made when first asked for; four-dimensional parameters lie channels last
    /// (channelsLastConvolution in core/gradient).
    const ParameterStore& doubles() const;
    /// The graph resolved for float32.
    const Interpreter& interpreter() const { return *m_interpreter; }

private:
    Network();
    static std::shared_ptr<const Network> loadProgram(const std::filesystem::path& program,
                                                      const std::filesystem::path& weights, data::ImageShape input,
                                                      int classes, const base::JobContext& context);
    void finish(std::shared_ptr<const Graph> graph, std::shared_ptr<const ParameterStore> store);
    void checkLogits();

    engine::NetworkInfo m_info;
    std::shared_ptr<const Graph> m_graph;
    std::shared_ptr<const ParameterStore> m_parameters;
    std::shared_ptr<const Interpreter> m_interpreter;
    mutable std::once_flag m_doublesOnce;
    mutable std::shared_ptr<const ParameterStore> m_doubles;
};

/// Built-in names that this version has, in the order of design.md section 4.
std::vector<std::string> builtInModels();

} // namespace lpntk::model
