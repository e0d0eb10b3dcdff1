#include <core/model/built_in.h>

namespace lpntk::model {

namespace {

using Flow = GraphBuilder::Flow;

/// 784-1024-10 for Fashion-MNIST.
Flow mlp(GraphBuilder& g, Flow x, int classes) {
    x = g.relu(g.linear("fc1", g.flatten(x), 1024));
    return g.linear("fc2", x, classes);
}

/// Two 5 x 5 convolutions and three linear layers. The first convolution pads by 2 as for 28 x 28 pictures, except for
/// 32 x 32 ones, for which LeNet-5 was drawn: both give 400 features, so the same weights fit.
Flow lenet5(GraphBuilder& g, Flow x, int classes) {
    const std::int64_t padding = x.height == 32 && x.width == 32 ? 0 : 2;
    x = g.maxPool(g.relu(g.conv2d("conv1", x, {6, 5, 1, padding, true})));
    x = g.maxPool(g.relu(g.conv2d("conv2", x, {16, 5, 1, 0, true})));
    x = g.relu(g.linear("fc1", g.flatten(x), 120));
    x = g.relu(g.linear("fc2", x, 84));
    return g.linear("fc3", x, classes);
}

/// The paper's LeNet (method.md section 6).
Flow lenet(GraphBuilder& g, Flow x, int classes) {
    x = g.relu(g.conv2d("conv1", x, {32, 3, 1, 0, true}));
    x = g.relu(g.conv2d("conv2", x, {64, 3, 1, 0, true}));
    x = g.flatten(g.dropout(g.maxPool(x), 0.25));
    x = g.dropout(g.relu(g.linear("fc1", x, 128)), 0.5);
    return g.linear("fc2", x, classes);
}

/// Three blocks of convolution, instance norm, ReLU and average pooling, as in work on data set distillation (Zhao et
/// al. 2021). The first convolution of grey pictures pads by 3, which makes 28 x 28 pictures 32 x 32.
Flow convnet(GraphBuilder& g, Flow x, int classes) {
    constexpr std::int64_t kWidth = 128;
    for (int block = 0; block < 3; ++block) {
        const std::int64_t padding = block == 0 && x.channels == 1 ? 3 : 1;
        x = g.conv2d("features." + std::to_string(4 * block), x, {kWidth, 3, 1, padding, true});
        x = g.groupNorm("features." + std::to_string(4 * block + 1), x, kWidth);
        x = g.averagePool(g.relu(x));
    }
    return g.linear("classifier", g.flatten(x), classes);
}

} // namespace

std::vector<BuiltIn> smallNetworks() {
    return {{"mlp", mlp}, {"lenet5", lenet5}, {"lenet", lenet}, {"convnet", convnet}};
}

} // namespace lpntk::model
