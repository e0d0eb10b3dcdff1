#include "edits_file.h"

#include <core/base/files.h>
#include <core/base/json_file.h>

namespace lpntk::cli {

curation::Decisions readEdits(const std::filesystem::path& file) {
    const base::Json json = base::readJsonFile(file);
    const bool nested = json.is_object() && !json.contains("edits") && json.contains("decisions");
    return curation::Decisions::fromJson(nested ? json["decisions"] : json, base::quoted(file));
}

} // namespace lpntk::cli
