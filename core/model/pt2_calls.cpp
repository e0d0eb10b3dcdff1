#include <core/model/pt2_calls.h>

#include <core/base/error.h>
#include <core/model/pt2_arguments.h>

#include <set>
#include <vector>

namespace lpntk::model {

namespace {

using base::FormatError;
using base::Json;
using base::requiredKey;

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

/// Reads the calls of one program; made for one use.
class CallReader {
public:
    CallReader(Graph& graph, const std::string& where) : m_graph(graph), m_where(where) {}

    void readNodes(const Json& nodes, Pt2Names& names, bool gradient, int depth) {
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

private:
    const Json& at(const Json& json, const char* key) const { return pt2At(json, key, m_where); }

    static FindValue finder(const Pt2Names& names, const std::string& place) {
        return [&names, place](const std::string& name) { return pt2ValueNamed(names, name, place); };
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

    void readCall(const Json& json, const std::string& target, Pt2Names& names, bool gradient, const std::string& place) {
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
        m_graph.nodes.push_back(std::move(node));
    }

    void addResults(Node& node, const Json& output, Pt2Names& names, const std::string& place) {
        const auto bind = [&](const std::string& name) {
            const ValueId id = m_graph.addValue(Value::Source::result, 0, name);
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
    void readBlock(const Json& json, Pt2Names& names, bool gradient, int depth, const std::string& place) {
        constexpr int kDeepest = 16;
        const Json& inputs = at(json, "inputs");
        if (depth >= kDeepest || !inputs.is_array() || inputs.size() < 2)
            throw FormatError(place + " is not a block of calls, or nests too deep");
        const auto enabled = requiredKey<bool>(at(inputs[0], "arg"), "as_bool", place);
        const Json& graph = at(at(at(inputs[1], "arg"), "as_graph"), "graph");
        const Json& formal = at(graph, "inputs");
        if (!formal.is_array() || formal.size() != inputs.size() - 2)
            throw FormatError(place + " is given another number of values than it takes");
        Pt2Names inner;
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
            if (!names.emplace(outer[i], pt2ValueNamed(inner, valueName(results[i], place), place)).second)
                throw FormatError(place + " returns \"" + outer[i] + "\", which is there already");
        }
    }

    /// The name in {"as_tensor": {"name": "x"}} or {"as_sym_int": {"as_name": "s"}}.
    static std::string valueName(const Json& json, const std::string& place) {
        const auto [kind, value] = pt2Kind(json, place);
        return requiredKey<std::string>(*value, kind == "as_tensor" ? "name" : "as_name", place);
    }

    Graph& m_graph;
    const std::string& m_where;
    std::int64_t m_calls = 0;
};

} // namespace

ValueId pt2ValueNamed(const Pt2Names& names, const std::string& name, const std::string& place) {
    const auto found = names.find(name);
    if (found == names.end())
        throw FormatError(place + " refers to \"" + name.substr(0, 200) + "\", which no earlier call returns");
    return found->second;
}

void readPt2Calls(const Json& nodes, Graph& graph, Pt2Names& names, const std::string& where) {
    CallReader(graph, where).readNodes(nodes, names, true, 0);
}

} // namespace lpntk::model
