#include <core/model/graph.h>

#include <core/base/error.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace lpntk::model {

namespace {

constexpr std::array<std::string_view, 3> kNamespaces{"aten::", "prims::", "sym::"};

/// Calls `visit` with every value that `argument` refers to.
template <typename Visitor> void visitValues(const Argument& argument, const Visitor& visit) {
    if (const auto* id = std::get_if<ValueId>(&argument)) {
        visit(*id);
    } else if (const auto* list = std::get_if<std::vector<ValueId>>(&argument)) {
        for (const ValueId element : *list) {
            if (element.isValid())
                visit(element);
        }
    } else if (const auto* sizes = std::get_if<std::vector<Size>>(&argument)) {
        for (const Size& size : *sizes) {
            if (const auto* element = std::get_if<ValueId>(&size))
                visit(*element);
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
        for (const auto& [name, argument] : node.arguments) {
            visitValues(argument, [&](ValueId id) {
                if (!known(id) || !ready[static_cast<std::size_t>(id.value())])
                    throw base::FormatError(place + ": argument \"" + name +
                                            "\" refers to a value that no earlier call returns");
            });
        }
        for (const ValueId result : node.results) {
            if (!known(result) || value(result).source != Value::Source::result)
                throw base::FormatError(place + " returns into something that is not a result");
            ready[static_cast<std::size_t>(result.value())] = true;
        }
    }
    if (!ready[static_cast<std::size_t>(output.value())])
        throw base::FormatError(where + ": no call returns the output");
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + ")";
}

} // namespace lpntk::model
