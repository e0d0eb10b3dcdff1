#pragma once

#include <core/gradient/rules_torch.h>

namespace lpntk::gradient {

/// A parameter added to the data or multiplied with it, spread over any of its axes (layer scale, position embedding).
bool isElementwise(const Use& use);

/// The output gradient, times the data for products, summed over the axes that the parameter is spread over.
void writeElementwise(const Use& use, const Destinations& destinations);

} // namespace lpntk::gradient
