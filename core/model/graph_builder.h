#pragma once

#include <core/model/graph.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lpntk::model {

/// Square windows of a pooling layer.
struct PoolingWindow {
    std::int64_t kernel = 2;
    std::int64_t stride = 2;
    std::int64_t padding = 0;
};

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
    /// One mean and deviation per sample and group of channels.
    Flow groupNorm(const std::string& name, const Flow& x, std::int64_t groups);
    /// Throws ShapeError when nothing is left.
    Flow maxPool(const Flow& x, const PoolingWindow& window = {});
    Flow averagePool(const Flow& x, const PoolingWindow& window = {});
    /// Means over height x width areas, (batch, channels, height, width).
    Flow adaptiveAverage(const Flow& x, std::int64_t height, std::int64_t width);
    /// Mean over all positions, (batch, channels, 1, 1).
    Flow globalAverage(const Flow& x) { return adaptiveAverage(x, 1, 1); }
    /// Every second row and column, and channels of zeros before and after to make `channels`: the shortcut without
    /// parameters of He et al. 2015, option A.
    Flow subsample(const Flow& x, std::int64_t channels);
    Flow dropout(const Flow& x, double probability);
    Flow flatten(const Flow& x);
    Flow add(const Flow& a, const Flow& b);

    /// Checked and complete.
    Graph build(const Flow& output);

private:
    ValueId parameter(const std::string& name, std::vector<std::int64_t> shape, Initialisation initialisation);
    ValueId buffer(const std::string& name, std::vector<std::int64_t> shape, double fill);
    Flow pool(const std::string& target, const Flow& x, const PoolingWindow& window);
    ValueId call(const std::string& target, const std::string& overload, const std::string& module,
                 std::vector<std::pair<std::string, Argument>> arguments);

    std::string m_network;
    Graph m_graph;
};

} // namespace lpntk::model
