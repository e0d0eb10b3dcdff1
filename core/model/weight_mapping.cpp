#include <core/model/weight_mapping.h>

#include <core/base/error.h>
#include <core/model/built_in.h>
#include <core/model/module_order.h>
#include <core/model/network.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace lpntk::model {

namespace {

constexpr const char* kByName = "by name";
constexpr const char* kByOtherNames = "by other names for the same";
constexpr const char* kByOrder = "by order";

using Names = std::vector<std::string>;
using Sources = std::vector<std::size_t>;
/// What a tensor is called when names are compared.
using Spelling = std::function<std::string(const std::string&)>;

struct Problems {
    Names missing, unexpected, wrongShape;
    std::size_t count() const { return missing.size() + unexpected.size() + wrongShape.size(); }
    std::size_t names() const { return missing.size() + unexpected.size(); }
};

std::vector<NamedShape> wantedTensors(const Graph& graph) {
    std::vector<NamedShape> wanted;
    for (const auto* list : {&graph.parameters, &graph.buffers}) {
        for (const ParameterSpec& spec : *list)
            wanted.push_back({spec.name, spec.shape, wanted.size()});
    }
    return wanted;
}

/// Of tensors that the network ties together one is enough; all that the file has must be equal.
std::vector<NamedShape> offeredTensors(const Graph& graph, const formats::WeightFile& file, const std::string& where) {
    std::map<std::string, std::string> tied;
    for (const ParameterSpec& spec : graph.parameters) {
        for (const std::string& other : spec.otherNames)
            tied.emplace(other, spec.name);
    }
    std::map<std::string, std::size_t> first;
    std::vector<NamedShape> offered;
    for (std::size_t i = 0; i < file.tensors.size(); ++i) {
        const formats::NamedTensor& tensor = file.tensors[i];
        if (tensor.name.ends_with("num_batches_tracked"))
            continue;
        const auto main = tied.find(tensor.name);
        const std::string& name = main == tied.end() ? tensor.name : main->second;
        const auto [known, isNew] = first.emplace(name, i);
        if (isNew) {
            offered.push_back({name, tensor.shape, i});
        } else if (!std::ranges::equal(file.tensors[known->second].bytes, tensor.bytes)) {
            throw base::ShapeError(where + ": \"" + file.tensors[known->second].name + "\" and \"" + tensor.name +
                                   "\" are one parameter of the network, and differ in the file");
        }
    }
    return offered;
}

/// The first component that all names share ("net." of "net.conv1.weight"), empty when there is none.
std::string commonPrefix(const std::vector<NamedShape>& tensors) {
    if (tensors.empty())
        return {};
    const std::string prefix = tensors[0].name.substr(0, tensors[0].name.find('.') + 1);
    const bool shared = std::all_of(tensors.begin(), tensors.end(),
                                    [&](const NamedShape& tensor) { return tensor.name.starts_with(prefix); });
    // A network of one module has a common prefix too, and it is not a wrapper: something must be left behind it.
    const bool nested = std::all_of(tensors.begin(), tensors.end(), [&](const NamedShape& tensor) {
        return tensor.name.find('.', prefix.size()) != std::string::npos;
    });
    return shared && nested ? prefix : std::string();
}

/// One spelling for the names that different programs give the same module.
std::string commonSpelling(const std::string& name) {
    static const std::map<std::string, std::string, std::less<>> kSame{{"downsample", "shortcut"},
                                                                       {"fc", "linear"},
                                                                       {"classifier", "linear"},
                                                                       {"head", "linear"},
                                                                       {"gamma", "weight"},
                                                                       {"beta", "bias"},
                                                                       {"moving_mean", "running_mean"},
                                                                       {"moving_variance", "running_var"},
                                                                       {"norm1", "bn1"},
                                                                       {"norm2", "bn2"}};
    std::string result;
    std::size_t begin = 0;
    while (begin <= name.size()) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        const std::string part = name.substr(begin, end - begin);
        const auto same = kSame.find(part);
        result += (begin ? "." : "") + (same == kSame.end() ? part : same->second);
        begin = end + 1;
    }
    return result;
}

/// Matches by name under a spelling. A name that two tensors of one side share is nobody's.
Problems matchNames(const std::vector<NamedShape>& wanted, const std::vector<NamedShape>& offered,
                    const Spelling& wantedSpelling, const Spelling& offeredSpelling, Sources& sources) {
    std::map<std::string, const NamedShape*> byName;
    std::set<std::string> used;
    Problems problems;
    for (const NamedShape& tensor : offered) {
        if (!byName.emplace(offeredSpelling(tensor.name), &tensor).second)
            problems.unexpected.push_back(tensor.name);
    }
    sources.assign(wanted.size(), 0);
    for (const NamedShape& tensor : wanted) {
        const std::string spelling = wantedSpelling(tensor.name);
        const auto found = byName.find(spelling);
        if (found == byName.end() || !used.insert(spelling).second) {
            problems.missing.push_back(tensor.name + " " + shapeText(tensor.shape));
            continue;
        }
        if (found->second->shape != tensor.shape)
            problems.wrongShape.push_back(found->second->name + " is " + shapeText(found->second->shape) + ", needed " +
                                          shapeText(tensor.shape));
        sources[tensor.index] = found->second->index;
    }
    for (const auto& [spelling, tensor] : byName) {
        if (!used.contains(spelling))
            problems.unexpected.push_back(tensor->name + " " + shapeText(tensor->shape));
    }
    return problems;
}

std::string listed(const char* title, const Names& names) {
    constexpr std::size_t kShown = 12;
    if (names.empty())
        return {};
    std::string text = std::string(title) + " " + std::to_string(names.size()) + ": ";
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        text += (i ? ", " : "") + names[i];
    return text + (names.size() > kShown ? " and " + std::to_string(names.size() - kShown) + " more; " : "; ");
}

[[noreturn]] void refuse(const Problems& problems, const std::string& where) {
    std::string text = where + ": " + listed("missing", problems.missing) + listed("unexpected", problems.unexpected) +
                       listed("of the wrong shape", problems.wrongShape);
    text.resize(text.size() - 2);
    throw base::ShapeError(text);
}

} // namespace

WeightMapping mapWeights(const Graph& graph, const formats::WeightFile& file, const std::string& where) {
    const std::vector<NamedShape> wanted = wantedTensors(graph);
    const std::vector<NamedShape> offered = offeredTensors(graph, file, where);
    const std::string prefix = commonPrefix(offered);
    const Spelling same = [](const std::string& name) { return name; };
    const Spelling stripped = [&](const std::string& name) { return commonSpelling(name.substr(prefix.size())); };

    WeightMapping mapping;
    mapping.way = kByName;
    const Problems exact = matchNames(wanted, offered, same, same, mapping.sources);
    if (exact.count() > 0) {
        mapping.way = kByOtherNames;
        const Problems other = matchNames(wanted, offered, commonSpelling, stripped, mapping.sources);
        if (other.count() > 0) {
            mapping.way = kByOrder;
            const std::optional<Sources> ordered = matchByOrder(wanted, offered);
            if (!ordered)
                refuse(other.names() < exact.names() ? other : exact, where);
            mapping.sources = *ordered;
        }
    }
    for (const NamedShape& tensor : wanted)
        mapping.lines.push_back(file.tensors[mapping.sources[tensor.index]].name + " -> " + tensor.name + " " +
                                shapeText(tensor.shape));
    return mapping;
}

std::string guessBuiltIn(const formats::WeightFile& file, data::ImageShape input, int classes) {
    // Equal names say more than equal shapes.
    constexpr std::array<const char*, 3> kWays{kByName, kByOtherNames, kByOrder};
    std::size_t best = kWays.size();
    std::string guess;
    for (const std::string& name : builtInModels()) {
        try {
            const std::string way = mapWeights(builtInGraph(name, input, classes), file, name).way;
            const auto rank = static_cast<std::size_t>(std::find(kWays.begin(), kWays.end(), way) - kWays.begin());
            if (rank < best) {
                best = rank;
                guess = name;
            }
        } catch (const base::ShapeError&) {
            continue; // not this one
        }
    }
    return guess;
}

} // namespace lpntk::model
