#include <core/model/module_order.h>

#include <core/model/graph.h>

#include <algorithm>
#include <cctype>
#include <map>

namespace lpntk::model {

namespace {

/// Tensors of one module by kind ("weight", "bias").
struct Module {
    std::string name;
    std::map<std::string, const NamedShape*> tensors;

    std::string signature() const {
        std::string text;
        for (const auto& [kind, tensor] : tensors)
            text += kind + shapeText(tensor->shape);
        return text;
    }
};

std::vector<Module> modulesOf(const std::vector<NamedShape>& tensors) {
    std::vector<Module> modules;
    std::map<std::string, std::size_t> byName;
    for (const NamedShape& tensor : tensors) {
        const std::size_t dot = tensor.name.rfind('.');
        const std::string module = dot == std::string::npos ? "" : tensor.name.substr(0, dot);
        const auto [found, added] = byName.emplace(module, modules.size());
        if (added)
            modules.push_back({module, {}});
        modules[found->second].tensors[dot == std::string::npos ? tensor.name : tensor.name.substr(dot + 1)] = &tensor;
    }
    return modules;
}

std::map<std::string, std::vector<const Module*>> bySignature(const std::vector<Module>& modules) {
    std::map<std::string, std::vector<const Module*>> groups;
    for (const Module& module : modules)
        groups[module.signature()].push_back(&module);
    return groups;
}

} // namespace

bool naturallyBefore(const std::string& a, const std::string& b) {
    const auto isDigit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (isDigit(a[i]) && isDigit(b[j])) {
            std::size_t endA = i, endB = j;
            while (endA < a.size() && isDigit(a[endA]))
                ++endA;
            while (endB < b.size() && isDigit(b[endB]))
                ++endB;
            const std::string numberA = a.substr(i, endA - i), numberB = b.substr(j, endB - j);
            if (numberA.size() != numberB.size())
                return numberA.size() < numberB.size();
            if (numberA != numberB)
                return numberA < numberB;
            i = endA;
            j = endB;
        } else if (a[i] != b[j]) {
            return a[i] < b[j];
        } else {
            ++i;
            ++j;
        }
    }
    return a.size() - i < b.size() - j;
}

std::optional<std::vector<std::size_t>> matchByOrder(const std::vector<NamedShape>& wanted,
                                                     const std::vector<NamedShape>& offered) {
    const std::vector<Module> wantedModules = modulesOf(wanted), offeredModules = modulesOf(offered);
    const auto groups = bySignature(wantedModules), candidates = bySignature(offeredModules);
    if (wanted.size() != offered.size() || groups.size() != candidates.size())
        return std::nullopt;
    std::vector<std::size_t> sources(wanted.size());
    for (const auto& [signature, modules] : groups) {
        const auto found = candidates.find(signature);
        if (found == candidates.end() || found->second.size() != modules.size())
            return std::nullopt;
        const auto& others = found->second;
        const bool inOrder = std::is_sorted(others.begin(), others.end(), [](const Module* a, const Module* b) {
            return naturallyBefore(a->name, b->name);
        });
        if (!inOrder)
            return std::nullopt;
        for (std::size_t i = 0; i < modules.size(); ++i) {
            for (const auto& [kind, tensor] : modules[i]->tensors)
                sources[tensor->index] = others[i]->tensors.at(kind)->index;
        }
    }
    return sources;
}

} // namespace lpntk::model
