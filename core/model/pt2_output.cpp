#include <core/model/pt2_output.h>

#include <core/base/error.h>
#include <core/model/pt2_arguments.h>

#include <vector>

namespace lpntk::model {

namespace {

using base::Json;
using base::requiredKey;
using base::ShapeError;

/// Names of a dict's or a data class's entries, as far as the program tells them.
std::vector<std::string> outputNames(const Json& module, const std::string& where) {
    try {
        for (const Json& call : pt2At(module, "module_call_graph", where)) {
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

std::string sizesText(const Json& sizes) {
    std::string text = "(";
    for (const Json& size : sizes) {
        const auto fixed = pt2FixedSize(size);
        text += (text.size() > 1 ? ", " : "") + (fixed ? std::to_string(*fixed) : std::string("batch"));
    }
    return text + ")";
}

std::string listText(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items)
        text += (text.empty() ? "" : ", ") + item;
    return text.empty() ? "no tensor" : text;
}

} // namespace

std::string pt2OutputName(const Json& module, int classes, const std::string& where) {
    const Json& specs = pt2At(pt2At(module, "signature", where), "output_specs", where);
    const Json& tensors = pt2At(pt2At(module, "graph", where), "tensor_values", where);
    const std::vector<std::string> names = outputNames(module, where);
    std::vector<std::string> fitting, all;
    std::vector<std::size_t> places;
    std::size_t place = 0;
    for (const Json& spec : specs) {
        const auto [kind, value] = pt2Kind(spec, where + ", output");
        if (kind == "buffer_mutation" || kind == "parameter_mutation")
            throw ShapeError(where + ": the program changes its own buffers, so it is in training mode" + kPt2ExportAgain);
        if (kind != "user_output")
            continue;
        const Json& argument = pt2At(*value, "arg", where);
        const std::size_t here = place++;
        if (!argument.contains("as_tensor"))
            continue;
        const auto output = requiredKey<std::string>(argument.at("as_tensor"), "name", where);
        const Json& sizes = pt2At(pt2At(tensors, output.c_str(), where), "sizes", where);
        all.push_back(sizesText(sizes));
        if (sizes.size() == 2 && pt2FixedSize(sizes[1]) == classes) {
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
        throw ShapeError(where + ": the program returns " + std::to_string(fitting.size()) +
                         " tensors that could be the logits; export a network that returns them alone, or call them "
                         "\"logits\" in the dict it returns");
    if (fitting.empty())
        throw ShapeError(where + ": the program returns " + listText(all) + "; logits of the shape (batch, " +
                         std::to_string(classes) + ") are needed for the data set's " + std::to_string(classes) +
                         " classes");
    return fitting[chosen == 0 ? 0 : chosen - 1];
}

} // namespace lpntk::model
