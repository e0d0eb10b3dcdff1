#pragma once

#include <core/data/dataset.h>
#include <core/model/graph.h>

#include <string>

namespace lpntk::model {

/// The built-in network `name` for pictures of this shape. Throws OptionError (unknown name: lists them), ShapeError
/// (pictures too small, fewer than two classes).
Graph builtInGraph(const std::string& name, data::ImageShape input, int classes);

} // namespace lpntk::model
