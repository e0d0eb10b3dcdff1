#include <core/model/pt2_graph.h>

#include <core/base/error.h>
#include <core/base/json_file.h>
#include <core/model/pt2_arguments.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

namespace lpntk::model {

namespace {

using base::FormatError;
using base::Json;
using base::requiredKey;
using base::ShapeError;

constexpr int kSchemaMajor = 8;
constexpr const char* kExportAgain =
    "; export it again: torch.export.export(model.eval(), (pictures,), dynamic_shapes=({0: torch.export.Dim(\"batch\")},))";

/// "layer1.0.conv1" of "L__self__,,Net;L__self___layer1,layer1,Sequential;...,layer1.0.conv1,Conv2d".
std::string moduleOf(const Json& node) {
    const auto metadata = node.find("metadata");
    if (metadata == node.end() || !metadata->is_object() || !metadata->contains("nn_module_stack") ||
        !metadata->at("nn_module_stack").is_string())
        return {};
    const auto stack = metadata->at("nn_module_stack").get<std::string>();
    const std::string last = stack.substr(stack.rfind(';') + 1);
    const std::size_t begin = last.find(','), end = last.find(',', begin + 1);
    return begin == std::string::npos || end == std::string::npos || last.starts_with('_')
               ? std::string()
               : last.substr(begin + 1, end - begin - 1);
}

/// Reads one program; made for one use.
class ProgramReader {
public:
    ProgramReader(const formats::Pt2Archive& archive, int classes, const std::string& where)
        : m_archive(archive), m_classes(classes), m_where(where) {}

    Pt2Network read() {
        const Json program = base::parseJson(m_archive.program, m_where + ", program");
        checkVersion(program);
        const Json& module = at(program, "graph_module");
        const Json& graph = at(module, "graph");
        const Json& signature = at(module, "signature");
        readInputs(at(signature, "input_specs"), at(graph, "tensor_values"));
        readNodes(at(graph, "nodes"), m_names, true, 0);
        chooseOutput(at(signature, "output_specs"), at(graph, "tensor_values"), outputNames(module));
        m_network.graph.removeUnread();
        m_network.graph.check(m_where);
        return std::move(m_network);
    }

private:
    using Names = std::map<std::string, ValueId>;

    const Json& at(const Json& json, const char* key) const {
        const auto found = json.is_object() ? json.find(key) : json.end();
        if (!json.is_object() || found == json.end())
            throw FormatError(m_where + ": the key \"" + key + "\" of the program is missing");
        return *found;
    }

    void checkVersion(const Json& program) const {
        const Json& version = at(program, "schema_version");
        const auto major = requiredKey<int>(version, "major", m_where);
        if (major != kSchemaMajor)
            throw FormatError(m_where + ": written in version " + std::to_string(major) +
                              " of the export schema, version " + std::to_string(kSchemaMajor) +
                              " is read (PyTorch 2.6 to 2.15); export the network with one of these");
    }

    // Inputs

    void readInputs(const Json& specs, const Json& tensors) {
        std::map<std::string, const formats::NamedTensor*> weights, constants;
        for (const formats::NamedTensor& tensor : m_archive.weights)
            weights.emplace(tensor.name, &tensor);
        for (const formats::NamedTensor& tensor : m_archive.constants)
            constants.emplace(tensor.name, &tensor);
        const auto tensorNamed = [&](const auto& list, const std::string& name) {
            const auto found = list.find(name);
            if (found == list.end())
                throw FormatError(m_where + ": the tensor \"" + name + "\" that the program names is missing");
            return found->second;
        };
        for (const Json& spec : specs) {
            const auto [kind, value] = pt2Kind(spec, m_where + ", input");
            if (kind == "parameter") {
                const auto name = requiredKey<std::string>(*value, "parameter_name", m_where);
                addParameter(argumentName(*value), name, *tensorNamed(weights, name));
            } else if (kind == "buffer") {
                const auto name = requiredKey<std::string>(*value, "buffer_name", m_where);
                if (requiredKey<bool>(*value, "persistent", m_where))
                    addBuffer(argumentName(*value), name, *tensorNamed(weights, name));
                else
                    addConstant(argumentName(*value), name, *tensorNamed(constants, name));
            } else if (kind == "tensor_constant") {
                const auto name = requiredKey<std::string>(*value, "tensor_constant_name", m_where);
                addConstant(argumentName(*value), name, *tensorNamed(constants, name));
            } else if (kind == "user_input") {
                addPictures(at(*value, "arg"), tensors);
            } else if (kind != "constant_input") {
                throw FormatError(m_where + ": the program takes an input of the kind " + kind +
                                  ", which is not supported");
            }
        }
        if (!m_network.graph.input.isValid())
            throw ShapeError(m_where + ": the program takes no pictures" + kExportAgain);
    }

    std::string argumentName(const Json& spec) const {
        return requiredKey<std::string>(at(spec, "arg"), "name", m_where);
    }

    void name(const std::string& name, ValueId id) {
        if (!m_names.emplace(name, id).second)
            throw FormatError(m_where + ": the program names two inputs \"" + name + "\"");
    }

    /// Parameters that share their numbers are one parameter, or the kernel would count them twice.
    void addParameter(const std::string& argument, const std::string& parameter, const formats::NamedTensor& tensor) {
        checkFloat(tensor);
        Graph& graph = m_network.graph;
        for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
            const formats::NamedTensor& other = *m_network.parameters[i];
            if (other.bytes.empty() || other.bytes.data() != tensor.bytes.data())
                continue;
            if (other.shape != tensor.shape)
                throw FormatError(m_where + ": the parameters \"" + other.name + "\" and \"" + parameter +
                                  "\" share memory in different shapes, which is not supported");
            graph.parameters[i].otherNames.push_back(parameter);
            name(argument, m_parameterIds[i]);
            return;
        }
        graph.parameters.push_back({parameter, tensor.shape, {}, tensor.type, {}});
        m_network.parameters.push_back(&tensor);
        m_parameterIds.push_back(graph.addValue(Value::Source::parameter,
                                                static_cast<std::int64_t>(graph.parameters.size()) - 1, parameter));
        name(argument, m_parameterIds.back());
    }

    void addBuffer(const std::string& argument, const std::string& buffer, const formats::NamedTensor& tensor) {
        Graph& graph = m_network.graph;
        // A counter of training steps, which no weight file need have.
        if (buffer.ends_with("num_batches_tracked")) {
            addConstant(argument, buffer, tensor);
            return;
        }
        graph.buffers.push_back({buffer, tensor.shape, {}, tensor.type, {}});
        m_network.buffers.push_back(&tensor);
        name(argument, graph.addValue(Value::Source::buffer, static_cast<std::int64_t>(graph.buffers.size()) - 1, buffer));
    }

    void addConstant(const std::string& argument, const std::string& constant, const formats::NamedTensor& tensor) {
        m_network.constants.push_back(&tensor);
        name(argument, m_network.graph.addValue(Value::Source::constant,
                                                static_cast<std::int64_t>(m_network.constants.size()) - 1, constant));
    }

    void checkFloat(const formats::NamedTensor& tensor) const {
        if (tensor.type != formats::DType::f32)
            throw ShapeError(m_where + ": the parameter \"" + tensor.name + "\" holds " + formats::nameOf(tensor.type) +
                             ", float32 is needed; export the network after model.float()");
    }

    void addPictures(const Json& argument, const Json& tensors) {
        const auto [kind, value] = pt2Kind(argument, m_where + ", input");
        if (kind != "as_tensor") {
            if (kind == "as_none" || kind == "as_bool" || kind == "as_int" || kind == "as_float" || kind == "as_string")
                return; // baked into the program
            throw ShapeError(m_where + ": the program takes an input of the kind " + kind +
                             "; one tensor of pictures is needed" + kExportAgain);
        }
        const auto input = requiredKey<std::string>(*value, "name", m_where);
        const Json& meta = at(tensors, input.c_str());
        const Json& sizes = at(meta, "sizes");
        if (m_network.graph.input.isValid())
            throw ShapeError(m_where + ": the program takes several tensors; one, the pictures, is needed" + kExportAgain);
        if (sizes.size() != 4)
            throw ShapeError(m_where + ": the program takes a tensor of " + std::to_string(sizes.size()) +
                             " dimensions; pictures (batch, channels, height, width) are needed" + kExportAgain);
        if (formats::pt2Type(requiredKey<std::int64_t>(meta, "dtype", m_where)) != formats::DType::f32)
            throw ShapeError(m_where + ": the program takes pictures that are not float32" + kExportAgain);
        if (sizes[0].contains("as_int"))
            throw ShapeError(m_where + ": the program takes batches of a fixed size only" + kExportAgain);
        std::array<int, 3> shape{};
        for (std::size_t d = 0; d < shape.size(); ++d) {
            const auto size = fixedSize(sizes[d + 1]);
            constexpr std::int64_t kLargest = 1 << 20;
            if (!size || *size < 1 || *size > kLargest)
                throw ShapeError(m_where + ": the size of the pictures is not fixed in the program" + kExportAgain);
            shape[d] = static_cast<int>(*size);
        }
        m_network.input = {shape[0], shape[1], shape[2]};
        m_network.graph.input = m_network.graph.addValue(Value::Source::input, 0, input);
        name(input, m_network.graph.input);
    }

    static std::optional<std::int64_t> fixedSize(const Json& size) {
        const auto found = size.find("as_int");
        return found != size.end() && found->is_number_integer() ? std::optional(found->get<std::int64_t>())
                                                                 : std::nullopt;
    }

    // Calls

    void readNodes(const Json& nodes, Names& names, bool gradient, int depth) {
        for (const Json& json : nodes) {
            const auto target = requiredKey<std::string>(json, "target", m_where);
            const std::string place =
                m_where + ": call " + std::to_string(m_calls++) + " (" + target.substr(0, 200) + ")";
            if (target == "torch.ops.higher_order.wrap_with_set_grad_enabled")
                readBlock(json, names, gradient, depth, place);
            else
                readCall(json, target, names, gradient, place);
        }
    }

    static FindValue finder(const Names& names, const std::string& place) {
        return [&names, place](const std::string& name) {
            const auto found = names.find(name);
            if (found == names.end())
                throw FormatError(place + " refers to \"" + name.substr(0, 200) + "\", which no earlier call returns");
            return found->second;
        };
    }

    /// "torch.ops.aten.conv2d.default" -> aten::conv2d; "_operator.mul" -> sym::mul.
    static void setTarget(Node& node, const std::string& target, const std::string& place) {
        constexpr std::string_view kOps = "torch.ops.";
        if (target.starts_with(kOps)) {
            const std::size_t space = target.find('.', kOps.size()), end = target.rfind('.');
            if (space == std::string::npos || end <= space)
                throw FormatError(place + " has no name of the form torch.ops.space.name.overload");
            node.target = target.substr(kOps.size(), space - kOps.size()) + "::" + target.substr(space + 1, end - space - 1);
            const std::string overload = target.substr(end + 1);
            node.overload = overload == "default" ? std::string() : overload;
            return;
        }
        const std::size_t dot = target.rfind('.');
        if (dot == std::string::npos || (!target.starts_with("_operator.") && !target.starts_with("math.") &&
                                         !target.starts_with("torch.sym_")))
            throw FormatError(place + " is no call of the namespaces aten and prims");
        node.target = "sym::" + target.substr(dot + 1);
    }

    void readCall(const Json& json, const std::string& target, Names& names, bool gradient, const std::string& place) {
        Node node;
        setTarget(node, target, place);
        node.module = moduleOf(json);
        node.gradient = gradient;
        std::set<std::string> given;
        for (const Json& input : at(json, "inputs")) {
            const auto argument = requiredKey<std::string>(input, "name", place);
            if (!argument.empty() && !given.insert(argument).second)
                throw FormatError(place + " is given the argument \"" + argument + "\" twice");
            node.arguments.emplace_back(argument, readPt2Argument(at(input, "arg"), finder(names, place), place));
        }
        for (const Json& output : at(json, "outputs"))
            addResults(node, output, names, place);
        m_network.graph.nodes.push_back(std::move(node));
    }

    void addResults(Node& node, const Json& output, Names& names, const std::string& place) {
        const auto bind = [&](const std::string& name) {
            const ValueId id = m_network.graph.addValue(Value::Source::result, 0, name);
            node.results.push_back(id);
            if (!name.empty() && !names.emplace(name, id).second)
                throw FormatError(place + " returns \"" + name.substr(0, 200) + "\", which is there already");
        };
        const auto [kind, value] = pt2Kind(output, place);
        if (kind == "as_tensor") {
            bind(requiredKey<std::string>(*value, "name", place));
        } else if (kind == "as_tensors") {
            for (const Json& tensor : *value)
                bind(requiredKey<std::string>(tensor, "name", place));
        } else if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool") {
            bind(requiredKey<std::string>(*value, "as_name", place));
        } else if (kind == "as_none") {
            bind({});
        } else {
            throw FormatError(place + " returns something of the kind " + kind + ", which is not supported");
        }
    }

    /// A block under torch.no_grad(): its calls become calls of the graph.
    void readBlock(const Json& json, Names& names, bool gradient, int depth, const std::string& place) {
        constexpr int kDeepest = 16;
        const Json& inputs = at(json, "inputs");
        if (depth >= kDeepest || !inputs.is_array() || inputs.size() < 2)
            throw FormatError(place + " is not a block of calls, or nests too deep");
        const auto enabled = requiredKey<bool>(at(inputs[0], "arg"), "as_bool", place);
        const Json& graph = at(at(at(inputs[1], "arg"), "as_graph"), "graph");
        const Json& formal = at(graph, "inputs");
        if (!formal.is_array() || formal.size() != inputs.size() - 2)
            throw FormatError(place + " is given another number of values than it takes");
        Names inner;
        for (std::size_t i = 0; i < formal.size(); ++i) {
            const Argument argument = readPt2Argument(at(inputs[i + 2], "arg"), finder(names, place), place);
            const auto* id = std::get_if<ValueId>(&argument);
            if (!id)
                throw FormatError(place + " is given something that is no earlier result");
            inner[valueName(formal[i], place)] = *id;
        }
        readNodes(at(graph, "nodes"), inner, enabled && gradient, depth + 1);
        const Json& results = at(graph, "outputs");
        std::vector<std::string> outer;
        for (const Json& output : at(json, "outputs")) {
            const auto [kind, value] = pt2Kind(output, place);
            if (kind == "as_tensors") {
                for (const Json& tensor : *value)
                    outer.push_back(requiredKey<std::string>(tensor, "name", place));
            } else {
                outer.push_back(valueName(output, place));
            }
        }
        if (!results.is_array() || outer.size() != results.size())
            throw FormatError(place + " returns another number of values than its calls");
        for (std::size_t i = 0; i < outer.size(); ++i) {
            if (!names.emplace(outer[i], finder(inner, place)(valueName(results[i], place))).second)
                throw FormatError(place + " returns \"" + outer[i] + "\", which is there already");
        }
    }

    /// The name in {"as_tensor": {"name": "x"}} or {"as_sym_int": {"as_name": "s"}}.
    static std::string valueName(const Json& json, const std::string& place) {
        const auto [kind, value] = pt2Kind(json, place);
        return requiredKey<std::string>(*value, kind == "as_tensor" ? "name" : "as_name", place);
    }

    // Output

    /// Names of a dict's or a data class's entries, as far as the program tells them.
    std::vector<std::string> outputNames(const Json& module) const {
        try {
            for (const Json& call : at(module, "module_call_graph")) {
                if (!call.at("fqn").get<std::string>().empty() || !call.at("signature").is_object())
                    continue;
                const Json spec = Json::parse(call.at("signature").at("out_spec").get<std::string>());
                return Json::parse(spec.at(1).at("context").get<std::string>()).get<std::vector<std::string>>();
            }
        } catch (const nlohmann::json::exception&) {
            return {}; // one tensor, or a structure without names
        }
        return {};
    }

    void chooseOutput(const Json& specs, const Json& tensors, const std::vector<std::string>& names) {
        std::vector<std::string> fitting, all;
        std::vector<std::size_t> places;
        std::size_t place = 0;
        for (const Json& spec : specs) {
            const auto [kind, value] = pt2Kind(spec, m_where + ", output");
            if (kind == "buffer_mutation" || kind == "parameter_mutation")
                throw ShapeError(m_where + ": the program changes its own buffers, so it is in training mode" + kExportAgain);
            if (kind != "user_output")
                continue;
            const Json& argument = at(*value, "arg");
            const std::size_t here = place++;
            if (!argument.contains("as_tensor"))
                continue;
            const auto output = requiredKey<std::string>(argument.at("as_tensor"), "name", m_where);
            const Json& sizes = at(at(tensors, output.c_str()), "sizes");
            all.push_back(sizesText(sizes));
            if (sizes.size() == 2 && fixedSize(sizes[1]) == m_classes) {
                fitting.push_back(output);
                places.push_back(here);
            }
        }
        std::size_t chosen = 0;
        for (std::size_t i = 0; i < fitting.size() && fitting.size() > 1; ++i) {
            if (places[i] < names.size() && names[places[i]] == "logits")
                chosen = i + 1;
        }
        if (fitting.size() > 1 && chosen == 0)
            throw ShapeError(m_where + ": the program returns " + std::to_string(fitting.size()) +
                             " tensors that could be the logits; export a network that returns them alone, or call them "
                             "\"logits\" in the dict it returns");
        if (fitting.empty())
            throw ShapeError(m_where + ": the program returns " + listText(all) + "; logits of the shape (batch, " +
                             std::to_string(m_classes) + ") are needed for the data set's " + std::to_string(m_classes) +
                             " classes");
        m_network.graph.output = finder(m_names, m_where + ", output")(fitting[chosen == 0 ? 0 : chosen - 1]);
    }

    static std::string sizesText(const Json& sizes) {
        std::string text = "(";
        for (const Json& size : sizes) {
            const auto fixed = fixedSize(size);
            text += (text.size() > 1 ? ", " : "") + (fixed ? std::to_string(*fixed) : std::string("batch"));
        }
        return text + ")";
    }

    static std::string listText(const std::vector<std::string>& items) {
        std::string text;
        for (const std::string& item : items)
            text += (text.empty() ? "" : ", ") + item;
        return text.empty() ? "no tensor" : text;
    }

    const formats::Pt2Archive& m_archive;
    int m_classes;
    const std::string& m_where;
    Pt2Network m_network;
    Names m_names;
    std::vector<ValueId> m_parameterIds;
    std::int64_t m_calls = 0;
};

} // namespace

Pt2Network readPt2Graph(const formats::Pt2Archive& archive, int classes, const std::string& where) {
    try {
        return ProgramReader(archive, classes, where).read();
    } catch (const nlohmann::json::exception& problem) {
        throw FormatError(where + ": the program is not of the form that PyTorch writes (" + problem.what() +
                          "); the file is damaged, get it again");
    }
}

} // namespace lpntk::model
