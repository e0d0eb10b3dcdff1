#pragma once

#include <core/model/graph.h>
#include <core/model/parameters_torch.h>

#include <memory>
#include <string>
#include <utility>

namespace lpntk::model {

/// The same network in which only the parameters that `patterns` name are learnt: "layer4.*,fc.weight", patterns of the
/// shell apart by commas, matched against whole names. The others become constants, so that nothing is captured for
/// them. Throws OptionError when a pattern names no parameter; `where` names the network.
std::pair<std::shared_ptr<const Graph>, std::shared_ptr<const ParameterStore>>
withChosenParameters(const Graph& graph, const ParameterStore& store, const std::string& patterns,
                     const std::string& where);

} // namespace lpntk::model
