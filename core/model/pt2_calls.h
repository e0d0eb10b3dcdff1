#pragma once

#include <core/base/json_file.h>
#include <core/model/graph.h>

#include <map>
#include <string>

namespace lpntk::model {

/// What an exported program calls its values.
using Pt2Names = std::map<std::string, ValueId>;

/// The value of that name. Throws FormatError naming `place` for one that no earlier call returns.
ValueId pt2ValueNamed(const Pt2Names& names, const std::string& name, const std::string& place);

/// Adds the calls of a program to the graph, those of blocks under torch.no_grad() among them, and their results to
/// `names`. Throws FormatError (calls of other namespaces, dangling and repeated names); `where` names the file.
void readPt2Calls(const base::Json& nodes, Graph& graph, Pt2Names& names, const std::string& where);

} // namespace lpntk::model
