#include <core/model/graph.h>

#include <core/base/error.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace lpntk::model {

namespace {

constexpr std::array<std::string_view, 3> kNamespaces{"aten::", "prims::", "sym::"};
/// Calls of these namespaces that reach beyond the program's own memory.
constexpr std::array<std::string_view, 2> kFileCalls{"aten::from_file", "aten::save"};

/// Checks that an exporter wrote for shapes it had seen; they say nothing about what is computed.
bool isAssertion(const Node& node) {
    constexpr std::array<std::string_view, 6> kAssertions{
        "aten::_assert_tensor_metadata", "aten::_assert_scalar",
        "aten::_assert_async",           "aten::_functional_assert_async",
        "aten::sym_constrain_range",     "aten::sym_constrain_range_for_size"};
    return std::find(kAssertions.begin(), kAssertions.end(), node.target) != kAssertions.end();
}

template <typename AnyNode, typename Visitor> void eachValue(AnyNode& node, const Visitor& visit) {
    for (auto& [name, argument] : node.arguments) {
        if (auto* id = std::get_if<ValueId>(&argument)) {
            visit(*id);
        } else if (auto* list = std::get_if<std::vector<ValueId>>(&argument)) {
            for (auto& element : *list) {
                if (element.isValid())
                    visit(element);
            }
        } else if (auto* sizes = std::get_if<std::vector<Size>>(&argument)) {
            for (auto& size : *sizes) {
                if (auto* element = std::get_if<ValueId>(&size))
                    visit(*element);
            }
        }
    }
}

} // namespace

std::int64_t ParameterSpec::count() const {
    std::int64_t product = 1;
    for (const std::int64_t size : shape)
        product *= size;
    return product;
}

ValueId Graph::addValue(Value::Source source, std::int64_t index, std::string name) {
    values.push_back({source, index, std::move(name)});
    return ValueId(static_cast<std::int64_t>(values.size()) - 1);
}

std::int64_t Graph::parameterCount() const {
    std::int64_t sum = 0;
    for (const ParameterSpec& parameter : parameters)
        sum += parameter.count();
    return sum;
}

void Graph::check(const std::string& where) const {
    const auto known = [&](ValueId id) {
        return id.isValid() && id.value() < static_cast<std::int64_t>(values.size());
    };
    if (!known(input) || !known(output))
        throw base::FormatError(where + ": the graph has no input or no output");
    std::vector<bool> ready(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        ready[i] = values[i].source != Value::Source::result;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        const std::string place = where + ": call " + std::to_string(i) + " (" + node.target + ")";
        if (std::none_of(kNamespaces.begin(), kNamespaces.end(),
                         [&](std::string_view prefix) { return node.target.starts_with(prefix); }))
            throw base::FormatError(place + " is outside the allowed namespaces aten and prims");
        if (std::find(kFileCalls.begin(), kFileCalls.end(), node.target) != kFileCalls.end())
            throw base::FormatError(place + " reads or writes files, which a network must not");
        visitValues(node, [&](ValueId id) {
            if (!known(id) || !ready[static_cast<std::size_t>(id.value())])
                throw base::FormatError(place + " refers to a value that no earlier call returns");
        });
        for (const ValueId result : node.results) {
            if (!known(result) || value(result).source != Value::Source::result)
                throw base::FormatError(place + " returns into something that is not a result");
            ready[static_cast<std::size_t>(result.value())] = true;
        }
    }
    if (!ready[static_cast<std::size_t>(output.value())])
        throw base::FormatError(where + ": no call returns the output");
}

void Graph::removeUnread() {
    std::erase_if(nodes, isAssertion);
    std::vector<bool> read(values.size());
    read[static_cast<std::size_t>(output.value())] = true;
    std::vector<Node> kept;
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        const bool needed = mayWrite(*node) || std::any_of(node->results.begin(), node->results.end(), [&](ValueId id) {
                                return read[static_cast<std::size_t>(id.value())];
                            });
        if (!needed)
            continue;
        visitValues(*node, [&](ValueId id) { read[static_cast<std::size_t>(id.value())] = true; });
        kept.push_back(std::move(*node));
    }
    nodes.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
}

void visitValues(const Node& node, const std::function<void(ValueId)>& visit) {
    eachValue(node, visit);
}

void replaceValues(Node& node, const std::function<ValueId(ValueId)>& replace) {
    eachValue(node, [&](ValueId& id) { id = replace(id); });
}

namespace {

std::string_view plainName(const Node& node) {
    return std::string_view(node.target).substr(node.target.rfind(':') + 1);
}

bool isKink(const Node& node) {
    constexpr std::array<std::string_view, 51> kKinks{
        "abs",         "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d", "amax",
        "amin",        "argmax",              "argmin",              "ceil",                "celu",
        "clamp",       "clamp_max",           "clamp_min",           "elu",                 "eq",
        "floor",       "fractional_max_pool2d", "ge",                "gt",                  "hardshrink",
        "hardsigmoid", "hardswish",           "hardtanh",            "kthvalue",            "le",
        "leaky_relu",  "lt",                  "max",                 "max_pool1d",          "max_pool2d",
        "max_pool2d_with_indices", "max_pool3d", "maximum",          "median",              "min",
        "minimum",     "ne",                  "prelu",               "relu",                "relu6",
        "round",       "rrelu",               "selu",                "sgn",                 "sign",
        "softshrink",  "sort",                "threshold",           "topk",                "trunc",
        "where"};
    static_assert(std::ranges::is_sorted(kKinks));
    return node.target.starts_with("aten::") && std::binary_search(kKinks.begin(), kKinks.end(), plainName(node));
}

/// A norm held above a tiny number before something is divided by it: no rounding carries a norm across that.
bool holdsNorm(const Node& node, const std::vector<bool>& isNorm) {
    constexpr double kTiny = 1e-5;
    bool norm = false, tiny = false;
    for (const auto& [name, argument] : node.arguments) {
        if (const auto* id = std::get_if<ValueId>(&argument))
            norm = isNorm[static_cast<std::size_t>(id->value())];
        else if (const auto* number = std::get_if<double>(&argument))
            tiny = *number <= kTiny;
    }
    return plainName(node) == "clamp_min" && norm && tiny;
}

} // namespace

bool hasKinks(const Graph& graph) {
    std::vector<bool> onPictures(graph.values.size()), isNorm(graph.values.size());
    onPictures[static_cast<std::size_t>(graph.input.value())] = true;
    for (const Node& node : graph.nodes) {
        bool reads = false;
        visitValues(node, [&](ValueId id) { reads = reads || onPictures[static_cast<std::size_t>(id.value())]; });
        const std::string_view name = plainName(node);
        // The size of the batch is no number of the pictures.
        if (!reads || node.target.starts_with("sym::") || name.starts_with("sym_"))
            continue;
        if (isKink(node) && !holdsNorm(node, isNorm))
            return true;
        for (const ValueId result : node.results) {
            onPictures[static_cast<std::size_t>(result.value())] = true;
            isNorm[static_cast<std::size_t>(result.value())] = name == "linalg_vector_norm" || name == "norm";
        }
    }
    return false;
}

bool mayWrite(const Node& node) {
    return node.target.ends_with('_') || node.overload == "out" || node.overload.ends_with("_out");
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + ")";
}

} // namespace lpntk::model
