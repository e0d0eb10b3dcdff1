#pragma once

#include <core/formats/weights.h>
#include <core/model/parameters_torch.h>
#include <core/model/pt2_graph.h>
#include <core/model/weight_mapping.h>

#include <string>

namespace lpntk::model {

/// The mapped tensors in storage of their own; floating-point ones as float32 (16-bit and float64 ones are converted).
/// Throws FormatError naming `where` and the key for numbers that are not finite, or integers where the network has
/// floating-point numbers.
ParameterStore storeFromWeights(const Graph& graph, const formats::WeightFile& file, const WeightMapping& mapping,
                                const std::string& where);

/// The same for an exported program. Its buffers and constants may hold infinities, as attention masks do.
ParameterStore storeFromPt2(const Pt2Network& network, const std::string& where);

} // namespace lpntk::model
