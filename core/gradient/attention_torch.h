#pragma once

#include <core/gradient/rules_torch.h>

namespace lpntk::gradient {

/// Scaled dot-product attention of data, all of whose parameters are in the mask that is added to the scores: a learnt
/// bias of relative positions.
bool isBiasedAttention(const Use& use);

/// Gradients of the mask.
void writeAttention(const Use& use, const Destinations& destinations);

} // namespace lpntk::gradient
