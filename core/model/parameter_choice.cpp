#include <core/model/parameter_choice_torch.h>

#include <core/base/error.h>

#include <fnmatch.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace lpntk::model {

namespace {

bool matches(const ParameterSpec& spec, const std::string& pattern) {
    const auto fits = [&](const std::string& name) { return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0; };
    return fits(spec.name) || std::any_of(spec.otherNames.begin(), spec.otherNames.end(), fits);
}

[[noreturn]] void refuse(const Graph& graph, const std::string& pattern, const std::string& where) {
    constexpr std::size_t kShown = 8;
    std::string names;
    for (std::size_t i = 0; i < std::min(kShown, graph.parameters.size()); ++i)
        names += (i ? ", " : "") + graph.parameters[i].name;
    throw base::OptionError("--parameters: no parameter of " + where + " is called \"" + pattern + "\"; there are " + names +
                            (graph.parameters.size() > kShown ? ", ..." : "") + " (* stands for any text)");
}

/// Which parameters some pattern names.
std::vector<bool> chosen(const Graph& graph, const std::string& patterns, const std::string& where) {
    std::vector<bool> result(graph.parameters.size());
    std::istringstream list(patterns);
    for (std::string pattern; std::getline(list, pattern, ',');) {
        bool any = false;
        for (std::size_t i = 0; i < result.size(); ++i) {
            if (matches(graph.parameters[i], pattern))
                any = result[i] = true;
        }
        if (!any)
            refuse(graph, pattern, where);
    }
    return result;
}

} // namespace

std::pair<std::shared_ptr<const Graph>, std::shared_ptr<const ParameterStore>>
withChosenParameters(const Graph& graph, const ParameterStore& store, const std::string& patterns,
                     const std::string& where) {
    const std::vector<bool> keep = chosen(graph, patterns, where);
    auto newGraph = std::make_shared<Graph>(graph);
    auto newStore = std::make_shared<ParameterStore>(store);
    newGraph->parameters.clear();
    newStore->parameters.clear();
    std::vector<std::int64_t> place;
    for (std::size_t i = 0; i < keep.size(); ++i) {
        auto& list = keep[i] ? newStore->parameters : newStore->constants;
        place.push_back(static_cast<std::int64_t>(list.size()));
        list.push_back(store.parameters[i]);
        if (keep[i])
            newGraph->parameters.push_back(graph.parameters[i]);
    }
    for (Value& value : newGraph->values) {
        if (value.source != Value::Source::parameter)
            continue;
        const auto old = static_cast<std::size_t>(value.index);
        value.source = keep[old] ? Value::Source::parameter : Value::Source::constant;
        value.index = place[old];
    }
    return {std::move(newGraph), std::move(newStore)};
}

} // namespace lpntk::model
