#pragma once

#include <core/base/json_file.h>
#include <core/model/graph.h>

#include <functional>
#include <string>

namespace lpntk::model {

/// The value that a name of the exported program stands for. Throws FormatError for an unknown one.
using FindValue = std::function<ValueId(const std::string& name)>;

/// An argument of the export schema, {"as_ints": [1, 1]}. Throws FormatError naming `place` for a kind that calls of a
/// classifier cannot have.
Argument readPt2Argument(const base::Json& json, const FindValue& find, const std::string& place);

/// The one key of such an object and its value.
std::pair<std::string, const base::Json*> pt2Kind(const base::Json& json, const std::string& place);

} // namespace lpntk::model
