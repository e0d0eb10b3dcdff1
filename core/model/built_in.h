#pragma once

#include <core/data/dataset.h>
#include <core/model/graph.h>
#include <core/model/graph_builder.h>

#include <functional>
#include <string>
#include <vector>

namespace lpntk::model {

/// The built-in network `name` for pictures of this shape. Throws OptionError (unknown name: lists them), ShapeError
/// (pictures too small, fewer than two classes).
Graph builtInGraph(const std::string& name, data::ImageShape input, int classes);

/// A name and who writes the network down.
struct BuiltIn {
    std::string name;
    std::function<GraphBuilder::Flow(GraphBuilder&, GraphBuilder::Flow, int classes)> write;
};

// The families, each in the order of design.md section 4.
std::vector<BuiltIn> smallNetworks();       ///< mlp, lenet5, lenet, convnet
std::vector<BuiltIn> smallPictureResNets(); ///< 3 x 3 stem: the paper's, CIFAR's, ResNet-20 to 110, wide
std::vector<BuiltIn> torchvisionResNets();
std::vector<BuiltIn> vggNetworks();

} // namespace lpntk::model
