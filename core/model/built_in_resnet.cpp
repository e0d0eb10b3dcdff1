#include <core/model/built_in.h>

namespace lpntk::model {

namespace {

using Flow = GraphBuilder::Flow;
using Convolution = GraphBuilder::Convolution;

/// How a family of residual networks is written down, in the words of its usual checkpoints.
struct Style {
    bool normalise = true;
    std::string shortcut = "shortcut"; ///< name of the 1 x 1 convolution; empty: subsampled without parameters
    std::string head = "linear";
    bool bottleneck = false;
};

/// Convolution without bias, followed by batch norm when the network has it.
Flow convNorm(GraphBuilder& g, const std::string& conv, const std::string& norm, const Flow& x,
              const Convolution& options, bool normalise) {
    const Flow y = g.conv2d(conv, x, options);
    return normalise ? g.batchNorm(norm, y) : y;
}

Flow shortcutOf(GraphBuilder& g, const std::string& name, const Flow& x, std::int64_t channels, std::int64_t stride,
                const Style& style) {
    if (stride == 1 && x.channels == channels)
        return x;
    if (style.shortcut.empty())
        return g.subsample(x, channels);
    return convNorm(g, name + "." + style.shortcut + ".0", name + "." + style.shortcut + ".1", x,
                    {channels, 1, stride, 0, false}, style.normalise);
}

/// Two 3 x 3 convolutions and the shortcut.
Flow basicBlock(GraphBuilder& g, const std::string& name, const Flow& x, std::int64_t width, std::int64_t stride,
                const Style& style) {
    Flow y = g.relu(convNorm(g, name + ".conv1", name + ".bn1", x, {width, 3, stride, 1, false}, style.normalise));
    y = convNorm(g, name + ".conv2", name + ".bn2", y, {width, 3, 1, 1, false}, style.normalise);
    return g.relu(g.add(y, shortcutOf(g, name, x, width, stride, style)));
}

/// 1 x 1, 3 x 3 and 1 x 1 convolutions, the last four times as wide, and the shortcut.
Flow bottleneckBlock(GraphBuilder& g, const std::string& name, const Flow& x, std::int64_t width, std::int64_t stride,
                     const Style& style) {
    const std::int64_t channels = 4 * width;
    Flow y = g.relu(convNorm(g, name + ".conv1", name + ".bn1", x, {width, 1, 1, 0, false}, style.normalise));
    y = g.relu(convNorm(g, name + ".conv2", name + ".bn2", y, {width, 3, stride, 1, false}, style.normalise));
    y = convNorm(g, name + ".conv3", name + ".bn3", y, {channels, 1, 1, 0, false}, style.normalise);
    return g.relu(g.add(y, shortcutOf(g, name, x, channels, stride, style)));
}

/// Stages "layer1", "layer2", ... that double the width and, from the second on, halve the picture; then the head.
Flow stages(GraphBuilder& g, Flow x, const std::vector<int>& blocks, std::int64_t width, const Style& style,
            int classes) {
    for (std::size_t stage = 0; stage < blocks.size(); ++stage, width *= 2) {
        for (int block = 0; block < blocks[stage]; ++block) {
            const std::string name = "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
            const std::int64_t stride = stage > 0 && block == 0 ? 2 : 1;
            x = style.bottleneck ? bottleneckBlock(g, name, x, width, stride, style)
                                 : basicBlock(g, name, x, width, stride, style);
        }
    }
    // The last average is over all positions, so any size works.
    return g.linear(style.head, g.flatten(g.globalAverage(x)), classes);
}

/// A 3 x 3 stem for small pictures.
BuiltIn smallStem(const std::string& name, const std::vector<int>& blocks, std::int64_t width, const Style& style) {
    return {name, [blocks, width, style](GraphBuilder& g, Flow x, int classes) {
                x = g.relu(convNorm(g, "conv1", "bn1", x, {width, 3, 1, 1, false}, style.normalise));
                return stages(g, x, blocks, width, style, classes);
            }};
}

/// The stem of He et al. 2015 for large pictures: 7 x 7, then pooling.
BuiltIn largeStem(const std::string& name, const std::vector<int>& blocks, bool bottleneck) {
    const Style style{true, "downsample", "fc", bottleneck};
    return {name, [blocks, style](GraphBuilder& g, Flow x, int classes) {
                x = g.relu(convNorm(g, "conv1", "bn1", x, {64, 7, 2, 3, false}, true));
                x = g.maxPool(x, {3, 2, 1});
                return stages(g, x, blocks, 64, style, classes);
            }};
}

/// Norm and ReLU before each convolution (Zagoruyko and Komodakis 2016).
Flow wideBlock(GraphBuilder& g, const std::string& name, const Flow& x, std::int64_t width, std::int64_t stride) {
    const Flow activated = g.relu(g.batchNorm(name + ".bn1", x));
    Flow y = g.conv2d(name + ".conv1", activated, {width, 3, stride, 1, false});
    y = g.conv2d(name + ".conv2", g.relu(g.batchNorm(name + ".bn2", y)), {width, 3, 1, 1, false});
    if (x.channels == width)
        return g.add(x, y);
    return g.add(g.conv2d(name + ".convShortcut", activated, {width, 1, stride, 0, false}), y);
}

Flow wide28x10(GraphBuilder& g, Flow x, int classes) {
    constexpr std::int64_t kBlocks = (28 - 4) / 6, kFactor = 10;
    x = g.conv2d("conv1", x, {16, 3, 1, 1, false});
    std::int64_t width = 16 * kFactor;
    for (int stage = 1; stage <= 3; ++stage, width *= 2) {
        for (std::int64_t block = 0; block < kBlocks; ++block)
            x = wideBlock(g, "block" + std::to_string(stage) + ".layer." + std::to_string(block), x, width,
                          stage > 1 && block == 0 ? 2 : 1);
    }
    x = g.relu(g.batchNorm("bn1", x));
    return g.linear("fc", g.flatten(g.globalAverage(x)), classes);
}

} // namespace

std::vector<BuiltIn> smallPictureResNets() {
    std::vector<BuiltIn> list{smallStem("resnet18-nobn", {2, 2, 2, 2}, 64, {false, "shortcut", "linear", false}),
                              smallStem("resnet50-nobn", {3, 4, 6, 3}, 64, {false, "shortcut", "linear", true}),
                              smallStem("resnet18-cifar", {2, 2, 2, 2}, 64, {})};
    for (const int depth : {20, 32, 44, 56, 110}) {
        const int blocks = (depth - 2) / 6;
        const std::string name = "resnet" + std::to_string(depth);
        list.push_back(smallStem(name, {blocks, blocks, blocks}, 16, {true, "", "linear", false}));
        // Other authors' checkpoints have 1 x 1 convolutions as shortcuts.
        list.push_back(smallStem(name + "-conv", {blocks, blocks, blocks}, 16, {true, "downsample", "fc", false}));
    }
    list.push_back({"wrn28-10", wide28x10});
    return list;
}

std::vector<BuiltIn> torchvisionResNets() {
    return {largeStem("resnet18", {2, 2, 2, 2}, false), largeStem("resnet34", {3, 4, 6, 3}, false),
            largeStem("resnet50", {3, 4, 6, 3}, true)};
}

} // namespace lpntk::model
