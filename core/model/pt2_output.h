#pragma once

#include <core/base/json_file.h>

#include <string>

namespace lpntk::model {

/// The name of the tensor (batch, classes) that a program returns; of several the one called "logits". `module` is the
/// program's "graph_module". Throws ShapeError when none or several fit, or when the program changes its own buffers.
std::string pt2OutputName(const base::Json& module, int classes, const std::string& where);

} // namespace lpntk::model
