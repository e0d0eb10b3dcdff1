#pragma once

#include <core/model/interpreter_torch.h>

#include <string>

namespace lpntk::model {

/// The first call of a run that makes NaN or infinity out of finite numbers, "call 12 (aten::exp, layer3.norm)"; empty
/// when the output is finite. Numbers of -infinity are passed over, as attention masks hold them, unless there is nothing
/// else to name.
std::string firstNotFinite(const Interpreter& interpreter, const ParameterStore& store, const at::Tensor& input);

} // namespace lpntk::model
