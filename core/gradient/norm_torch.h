#pragma once

#include <core/gradient/rules_torch.h>

namespace lpntk::gradient {

/// Batch norm with stored statistics, or layer norm: scale and shift follow from the normalized input.
bool isPlainNorm(const Use& use);

/// Gradients of scale and shift.
void writeNorm(const Use& use, const Destinations& destinations);

} // namespace lpntk::gradient
