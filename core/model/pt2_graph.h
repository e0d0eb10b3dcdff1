#pragma once

#include <core/data/dataset.h>
#include <core/formats/pt2.h>
#include <core/model/graph.h>

#include <string>
#include <vector>

namespace lpntk::model {

/// What an exported program says: the graph, which tensor of the archive each of its tensors is, what goes in and out.
struct Pt2Network {
    Graph graph;
    std::vector<const formats::NamedTensor*> parameters; ///< in the graph's order; point into the archive
    std::vector<const formats::NamedTensor*> buffers;
    std::vector<const formats::NamedTensor*> constants;
    data::ImageShape input;
};

/// Reads the program of an archive, which must outlive the result. `classes` picks the output (N, classes) where the
/// program returns several. Throws FormatError (unknown schema version, calls outside the allowed namespaces, dangling
/// references), ShapeError (not one picture in, no logits out, a batch of fixed size). `where` names the file.
Pt2Network readPt2Graph(const formats::Pt2Archive& archive, int classes, const std::string& where);

} // namespace lpntk::model
