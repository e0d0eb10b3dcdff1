#include <core/model/network.h>

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/formats/pt2.h>
#include <core/formats/weights.h>
#include <core/model/built_in.h>
#include <core/model/interpreter_torch.h>
#include <core/model/not_finite_torch.h>
#include <core/model/parameter_choice_torch.h>
#include <core/model/parameters_torch.h>
#include <core/model/pt2_graph.h>
#include <core/model/vmap_torch.h>
#include <core/model/weight_mapping.h>
#include <core/model/weight_tensors_torch.h>
#include <core/model/without_writes_torch.h>

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace lpntk::model {

namespace {

constexpr double kLargestLogitError = 1e-3;

std::string inputText(data::ImageShape input) {
    return std::to_string(input.channels) + " x " + std::to_string(input.height) + " x " + std::to_string(input.width);
}

/// Gives the exception what the file itself suggests.
[[noreturn]] void refuseWeights(const base::ShapeError& error, const formats::WeightFile& file, data::ImageShape input,
                                int classes) {
    const std::string guess = guessBuiltIn(file, input, classes);
    throw base::ShapeError(error.what() + (guess.empty()
                                               ? std::string(". Check the network's name, the number of classes "
                                                             "and the size of the pictures.")
                                               : ". The keys fit the built-in network " + guess + "."));
}

/// "aten::conv2d" -> "conv2d".
std::string operationName(const std::string& target) {
    const std::size_t colons = target.rfind(':');
    return colons == std::string::npos ? target : target.substr(colons + 1);
}

/// One entry per module, in the order of the parameters, with the operation that uses its first parameter.
std::vector<engine::LayerInfo> describeLayers(const Graph& graph) {
    std::vector<engine::LayerInfo> layers;
    for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
        const ParameterSpec& spec = graph.parameters[i];
        const std::string module = spec.name.substr(0, spec.name.rfind('.'));
        if (layers.empty() || layers.back().name != module) {
            std::string operation;
            for (const Node& node : graph.nodes) {
                for (const auto& [name, argument] : node.arguments) {
                    const auto* id = std::get_if<ValueId>(&argument);
                    if (operation.empty() && id && graph.value(*id).source == Value::Source::parameter &&
                        graph.value(*id).index == static_cast<std::int64_t>(i))
                        operation = operationName(node.target);
                }
            }
            layers.push_back({module, operation, {}, 0});
        }
        layers.back().parameters.push_back(spec.name + " " + shapeText(spec.shape));
        layers.back().count += spec.count();
    }
    return layers;
}

at::Tensor syntheticPictures(data::ImageShape input) {
    return at::randn({2, input.channels, input.height, input.width},
                     at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{1}));
}

/// Two synthetic pictures through the graph, plainly and under a vmap level: largest difference relative to the
/// largest logit. Finds a wrongly read graph, samples that influence each other, and weights that overflow.
double logitError(const Interpreter& interpreter, const ParameterStore& store, data::ImageShape input,
                  const std::string& model, int classes) {
    const at::NoGradGuard noGradients;
    const at::Tensor pictures = syntheticPictures(input);
    const at::Tensor plain = interpreter.run(pictures, store);
    if (plain.sizes() != at::IntArrayRef({2, classes}))
        throw base::ShapeError(model + ": the output has the shape " + shapeText(plain.sizes().vec()) +
                               " for two pictures, " + shapeText({2, classes}) + " is expected");
    if (!at::isfinite(plain).all().item<bool>())
        throw base::ShapeError(model + ": the logits of a synthetic picture are not finite from " +
                               firstNotFinite(interpreter, store, pictures) + " on; the weights overflow");
    at::Tensor batched;
    {
        const VmapLevel level(2);
        batched = unwrapped(interpreter.run(level.wrap(pictures.unsqueeze(1)), store)).reshape({2, classes});
    }
    const double scale = std::max(plain.abs().max().item<double>(), 1e-30);
    return (batched - plain).abs().max().item<double>() / scale;
}

/// Refuses graphs whose samples would influence each other or draw random numbers.
void refuseTrainingMode(const Interpreter& interpreter, const std::string& name) {
    for (const auto& step : interpreter.steps()) {
        if (!step.trainingSlot || !step.dataDependent) // weights may be standardised by a call of batch norm
            continue;
        const auto& slot = step.slots[*step.trainingSlot];
        if (slot.fixed.isBool() && slot.fixed.toBool())
            throw base::ShapeError(name + ": " + step.place +
                                   " is in training mode: samples of a batch would influence each other and "
                                   "per-sample gradients do not exist; export the network after model.eval()");
    }
}

/// The built-in network; under an unknown name the message says which one the weights fit.
Graph graphFor(const std::string& name, const std::optional<formats::WeightFile>& file, data::ImageShape input,
               int classes) {
    try {
        return builtInGraph(name, input, classes);
    } catch (const base::OptionError& error) {
        const std::string guess = file ? guessBuiltIn(*file, input, classes) : std::string();
        if (guess.empty())
            throw;
        throw base::OptionError(error.what() + ("; the weights fit " + guess));
    }
}

/// The exported program that a spec names, as the network or in place of its weights; empty for built-in networks.
std::filesystem::path programOf(const engine::NetworkSpec& spec) {
    const std::vector<std::string> builtIn = builtInModels();
    const bool isProgram = !spec.weights.empty() && formats::looksLikePt2(spec.weights);
    const bool named = !spec.model.empty() && std::find(builtIn.begin(), builtIn.end(), spec.model) == builtIn.end();
    std::error_code code;
    if (named && (spec.model.ends_with(".pt2") || std::filesystem::is_regular_file(spec.model, code)))
        return spec.model;
    if (isProgram && !spec.model.empty())
        throw base::OptionError(base::quoted(spec.weights) + " is a network of its own and no weights for " + spec.model +
                                "; leave the network's name out");
    return isProgram ? spec.weights : std::filesystem::path();
}

void checkPictures(data::ImageShape program, data::ImageShape data, const std::string& where) {
    if (program.channels == data.channels && program.height == data.height && program.width == data.width)
        return;
    throw base::ShapeError(where + " takes pictures of " + inputText(program) + ", these are " + inputText(data) +
                           "; choose channels, resize and crop to fit, or export the network for such pictures");
}

/// Puts the numbers of a weight file in place of the parameters and buffers of `store`; `where` names file and network.
void takeWeights(ParameterStore& store, const Graph& graph, const std::filesystem::path& weights, const std::string& where,
                 engine::NetworkInfo& info) {
    const formats::WeightFile file = formats::readWeights(weights);
    const WeightMapping mapping = mapWeights(graph, file, where);
    ParameterStore read = storeFromWeights(graph, file, mapping, base::quoted(weights));
    store.parameters = std::move(read.parameters);
    store.buffers = std::move(read.buffers);
    info.mapping = mapping.lines;
    info.unwrapped = file.unwrapped;
}

} // namespace

Network::Network() = default;
Network::~Network() = default;

std::shared_ptr<const Network> Network::load(const engine::NetworkSpec& spec, data::ImageShape input, int classes,
                                             const base::JobContext& context) {
    context.throwIfCancelled();
    prepareTorch();
    if (const std::filesystem::path program = programOf(spec); !program.empty())
        return loadProgram(program, spec.weights, input, classes, context);
    std::shared_ptr<Network> network(new Network);
    engine::NetworkInfo& info = network->m_info;
    std::optional<formats::WeightFile> file;
    if (!spec.weights.empty())
        file = formats::readWeights(spec.weights);

    info.model = spec.model;
    if (info.model.empty() && file) {
        info.model = guessBuiltIn(*file, input, classes);
        info.guessed = true;
    }
    if (info.model.empty() && file)
        throw base::OptionError(base::quoted(spec.weights) + ": the keys fit no built-in network for " +
                                inputText(input) + " pictures and " + std::to_string(classes) +
                                " classes; name the network");
    auto graph = std::make_shared<const Graph>(graphFor(info.model, file, input, classes));
    auto store = std::make_shared<ParameterStore>();
    if (file) {
        const std::string where = base::quoted(spec.weights) + " does not fit the network " + info.model + " for " +
                                  inputText(input) + " pictures and " + std::to_string(classes) + " classes";
        try {
            const WeightMapping mapping = mapWeights(*graph, *file, where);
            *store = storeFromWeights(*graph, *file, mapping, base::quoted(spec.weights));
            info.mapping = mapping.lines;
        } catch (const base::ShapeError& error) {
            refuseWeights(error, *file, input, classes);
        }
        info.unwrapped = file->unwrapped;
    } else {
        *store = ParameterStore::fromSeed(*graph, spec.seed);
    }
    context.throwIfCancelled();

    info.fromSeed = !file;
    info.input = input;
    info.classes = classes;
    network->finish(std::move(graph), std::move(store));
    return network;
}

std::shared_ptr<const Network> Network::loadProgram(const std::filesystem::path& program,
                                                    const std::filesystem::path& weights, data::ImageShape input,
                                                    int classes, const base::JobContext& context) {
    const std::string where = base::quoted(program);
    std::shared_ptr<Network> network(new Network);
    engine::NetworkInfo& info = network->m_info;
    auto store = std::make_shared<ParameterStore>();
    std::shared_ptr<const Graph> graph;
    {
        const formats::Pt2Archive archive = formats::readPt2(program);
        const Pt2Network read = readPt2Graph(archive, classes, where);
        checkPictures(read.input, input, where);
        context.throwIfCancelled();
        *store = storeFromPt2(read, where);
        graph = std::make_shared<const Graph>(withoutWrites(read.graph, *store, syntheticPictures(input), where));
    }
    std::error_code code;
    if (!weights.empty() && !std::filesystem::equivalent(program, weights, code))
        takeWeights(*store, *graph, weights, base::quoted(weights) + " does not fit the network of " + where, info);
    context.throwIfCancelled();
    info.program = std::filesystem::absolute(program).lexically_normal();
    info.model = info.program.filename().string();
    info.input = input;
    info.classes = classes;
    network->finish(std::move(graph), std::move(store));
    return network;
}

std::shared_ptr<const Network> Network::fromGraph(const std::string& name, std::shared_ptr<const Graph> graph,
                                                  std::shared_ptr<const ParameterStore> store, data::ImageShape input,
                                                  int classes) {
    prepareTorch();
    graph->check(name);
    const auto fits = [&](const std::vector<ParameterSpec>& specs, const std::vector<at::Tensor>& tensors) {
        return std::equal(
            specs.begin(), specs.end(), tensors.begin(), tensors.end(),
            [](const ParameterSpec& spec, const at::Tensor& tensor) { return tensor.sizes() == spec.shape; });
    };
    if (!fits(graph->parameters, store->parameters) || !fits(graph->buffers, store->buffers))
        throw base::ShapeError(name + ": the tensors do not have the shapes that the graph names");
    std::shared_ptr<Network> network(new Network);
    network->m_info.model = name;
    network->m_info.input = input;
    network->m_info.classes = classes;
    network->finish(std::move(graph), std::move(store));
    return network;
}

std::shared_ptr<const Network> Network::withParameters(const std::string& patterns) const {
    auto [graph, store] = withChosenParameters(*m_graph, *m_parameters, patterns, m_info.model);
    std::shared_ptr<Network> network(new Network);
    network->m_info = m_info;
    network->finish(std::move(graph), std::move(store));
    return network;
}

std::shared_ptr<const Network> Network::withWeights(const std::filesystem::path& weights) const {
    std::shared_ptr<Network> network(new Network);
    network->m_info = m_info;
    network->m_info.fromSeed = false;
    network->m_graph = m_graph;
    network->m_interpreter = m_interpreter;
    auto store = std::make_shared<ParameterStore>(*m_parameters); // the constants stay
    takeWeights(*store, *m_graph, weights, base::quoted(weights) + " does not fit the network " + m_info.model, network->m_info);
    network->m_parameters = std::move(store);
    network->checkLogits();
    return network;
}

/// Takes the parts, describes them and runs the load check.
void Network::finish(std::shared_ptr<const Graph> graph, std::shared_ptr<const ParameterStore> store) {
    m_graph = std::move(graph);
    m_parameters = std::move(store);
    m_interpreter = std::make_shared<const Interpreter>(*m_graph);
    refuseTrainingMode(*m_interpreter, m_info.model);
    m_info.parameters = m_graph->parameterCount();
    m_info.layers = describeLayers(*m_graph);
    checkLogits();
}

void Network::checkLogits() {
    m_info.logitError = logitError(*m_interpreter, *m_parameters, m_info.input, m_info.model, m_info.classes);
    if (!(m_info.logitError <= kLargestLogitError))
        throw base::ShapeError(m_info.model + ": logits of two pictures computed together and apart differ by " +
                               std::to_string(m_info.logitError) +
                               " of the largest; samples influence each other, so per-sample gradients do not exist");
}

const ParameterStore& Network::doubles() const {
    std::call_once(m_doublesOnce, [this] {
        auto store = std::make_shared<ParameterStore>(m_parameters->as(at::kDouble, /*requiresGrad=*/false));
        for (at::Tensor& parameter : store->parameters) {
            if (parameter.dim() == 4)
                parameter = parameter.contiguous(at::MemoryFormat::ChannelsLast);
        }
        m_doubles = std::move(store);
    });
    return *m_doubles;
}

std::string Network::firstNotFinite(std::span<const float> picture) const {
    const data::ImageShape shape = m_info.input;
    return model::firstNotFinite(*m_interpreter, *m_parameters,
                                 at::from_blob(const_cast<float*>(picture.data()),
                                               {1, shape.channels, shape.height, shape.width}, at::kFloat));
}

void Network::logits(std::span<const float> inputs, std::int64_t batch, std::span<float> out) const {
    const data::ImageShape shape = m_info.input;
    const std::int64_t pixels = std::int64_t{shape.channels} * shape.height * shape.width;
    if (static_cast<std::int64_t>(inputs.size()) != batch * pixels ||
        static_cast<std::int64_t>(out.size()) != batch * m_info.classes)
        throw base::ShapeError("logits: " + std::to_string(batch) + " pictures of " + inputText(shape) + " need " +
                               std::to_string(batch * pixels) + " numbers and room for " +
                               std::to_string(batch * m_info.classes) + " logits");
    if (batch == 0)
        return;
    const at::NoGradGuard noGradients;
    const at::Tensor pictures = at::from_blob(const_cast<float*>(inputs.data()),
                                              {batch, shape.channels, shape.height, shape.width}, at::kFloat);
    const at::Tensor result = m_interpreter->run(pictures, *m_parameters).contiguous();
    std::memcpy(out.data(), result.const_data_ptr<float>(), out.size_bytes());
}

} // namespace lpntk::model
