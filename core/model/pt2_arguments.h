#pragma once

#include <core/base/json_file.h>
#include <core/model/graph.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace lpntk::model {

/// The value that a name of the exported program stands for. Throws FormatError for an unknown one.
using FindValue = std::function<ValueId(const std::string& name)>;

/// An argument of the export schema, {"as_ints": [1, 1]}. Throws FormatError naming `place` for a kind that calls of a
/// classifier cannot have.
Argument readPt2Argument(const base::Json& json, const FindValue& find, const std::string& place);

/// The value of a key. Throws FormatError naming the key where it is missing or `json` is no object.
const base::Json& pt2At(const base::Json& json, const char* key, const std::string& where);

/// A size as the schema writes it, {"as_int": 3}; nothing for one that depends on the batch.
std::optional<std::int64_t> pt2FixedSize(const base::Json& size);

/// The end of messages about programs that another call of torch.export would mend.
inline constexpr const char* kPt2ExportAgain =
    "; export it again: torch.export.export(model.eval(), (pictures,), dynamic_shapes=({0: torch.export.Dim(\"batch\")},))";

/// The one key of such an object and its value.
std::pair<std::string, const base::Json*> pt2Kind(const base::Json& json, const std::string& place);

} // namespace lpntk::model
