#pragma once

#include <core/model/graph.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lpntk::model {

/// Writes a built-in network down as a Graph, one module after the other in the order in which PyTorch would construct
/// them, so that the same generator gives the same initial weights. Follows channels and sizes of the value it handles.
class GraphBuilder {
public:
    /// A tensor on its way: (batch, channels, height, width), or (batch, channels) once flat.
    struct Flow {
        ValueId id;
        std::int64_t channels = 0;
        std::int64_t height = 1;
        std::int64_t width = 1;
    };
    struct Convolution {
        std::int64_t channels = 0; ///< out
        std::int64_t kernel = 3;
        std::int64_t stride = 1;
        std::int64_t padding = 0;
        bool bias = true;
    };

    explicit GraphBuilder(std::string network);

    Flow input(std::int64_t channels, std::int64_t height, std::int64_t width);
    /// Throws ShapeError when the kernel is larger than the padded picture.
    Flow conv2d(const std::string& name, const Flow& x, const Convolution& options);
    Flow linear(const std::string& name, const Flow& x, std::int64_t features);
    Flow batchNorm(const std::string& name, const Flow& x);
    Flow relu(const Flow& x);
    /// Windows of 2 x 2, stride 2. Throws ShapeError when nothing is left.
    Flow maxPool(const Flow& x);
    /// Mean over all positions, (batch, channels, 1, 1).
    Flow globalAverage(const Flow& x);
    Flow dropout(const Flow& x, double probability);
    Flow flatten(const Flow& x);
    Flow add(const Flow& a, const Flow& b);

    /// Checked and complete.
    Graph build(const Flow& output);

private:
    ValueId parameter(const std::string& name, std::vector<std::int64_t> shape, Initialisation initialisation);
    ValueId buffer(const std::string& name, std::vector<std::int64_t> shape, double fill);
    ValueId call(const std::string& target, const std::string& overload, const std::string& module,
                 std::vector<std::pair<std::string, Argument>> arguments);

    std::string m_network;
    Graph m_graph;
};

} // namespace lpntk::model
