#pragma once

#include <core/formats/weights.h>
#include <core/model/parameters_torch.h>
#include <core/model/weight_mapping.h>

#include <string>

namespace lpntk::model {

/// The mapped tensors as float32 (16-bit and float64 ones are converted), in storage of their own. Throws FormatError
/// naming `where` and the key for numbers that are not finite or tensors of integers.
ParameterStore storeFromWeights(const Graph& graph, const formats::WeightFile& file, const WeightMapping& mapping,
                                const std::string& where);

} // namespace lpntk::model
