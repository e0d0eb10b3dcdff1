#pragma once

#include <core/model/interpreter_torch.h>

#include <string>
#include <vector>

namespace lpntk::model {

/// `argument` as a slot of the schema's `type`; constants are converted here, once. Throws FormatError naming `place`.
Interpreter::Slot makeSlot(const Argument& argument, const c10::TypePtr& type, at::ScalarType floating,
                           at::Device device, const std::string& place);

/// libtorch's name for a number type; float32 is `floating`.
at::ScalarType scalarType(formats::DType type, at::ScalarType floating);

/// The argument itself, from the values computed so far.
at::IValue fillSlot(const Interpreter::Slot& slot, const std::vector<at::IValue>& environment);

} // namespace lpntk::model
