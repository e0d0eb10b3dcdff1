#pragma once

#include <core/data/dataset.h>
#include <core/formats/weights.h>
#include <core/model/graph.h>

#include <cstddef>
#include <string>
#include <vector>

namespace lpntk::model {

/// Which tensor of a weight file each tensor of a network gets.
struct WeightMapping {
    std::vector<std::size_t> sources; ///< index into WeightFile::tensors for each parameter, then for each buffer
    std::vector<std::string> lines;   ///< "features.0.weight -> conv1.weight (6, 1, 5, 5)"
    std::string way;                  ///< "by name", "by other names for the same", "by order"
};

/// Maps by exact names first; then by names that other programs give the same tensors (a common prefix, downsample for
/// shortcut, fc for linear ...); then, where kinds and shapes leave only one possibility, by order. Counters of batch
/// norm (num_batches_tracked) are ignored. Throws ShapeError listing missing, unexpected and mis-shaped keys; `where`
/// names file and network.
WeightMapping mapWeights(const Graph& graph, const formats::WeightFile& file, const std::string& where);

/// The built-in network whose tensors the file's keys and shapes fit best, empty when none does.
std::string guessBuiltIn(const formats::WeightFile& file, data::ImageShape input, int classes);

} // namespace lpntk::model
