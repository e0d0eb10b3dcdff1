#include <core/model/built_in.h>

#include <core/base/error.h>
#include <core/model/graph_builder.h>
#include <core/model/network.h>

#include <array>

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

/// Convolution without bias, followed by batch norm when the network has it.
Flow convNorm(GraphBuilder& g, const std::string& conv, const std::string& norm, const Flow& x,
              const GraphBuilder::Convolution& options, bool normalise) {
    const Flow y = g.conv2d(conv, x, options);
    return normalise ? g.batchNorm(norm, y) : y;
}

/// Two 3 x 3 convolutions and the shortcut, a 1 x 1 convolution where shapes change.
Flow basicBlock(GraphBuilder& g, const std::string& name, const Flow& x, std::int64_t channels, std::int64_t stride,
                bool normalise) {
    Flow y = g.relu(convNorm(g, name + ".conv1", name + ".bn1", x, {channels, 3, stride, 1, false}, normalise));
    y = convNorm(g, name + ".conv2", name + ".bn2", y, {channels, 3, 1, 1, false}, normalise);
    Flow shortcut = x;
    if (stride != 1 || x.channels != channels)
        shortcut =
            convNorm(g, name + ".shortcut.0", name + ".shortcut.1", x, {channels, 1, stride, 0, false}, normalise);
    return g.relu(g.add(y, shortcut));
}

/// ResNet-18 with a 3 x 3 stem for small pictures. The last average is over all positions, so any size works.
Flow resnet18(GraphBuilder& g, Flow x, int classes, bool normalise) {
    x = g.relu(convNorm(g, "conv1", "bn1", x, {64, 3, 1, 1, false}, normalise));
    std::int64_t channels = 64;
    for (int stage = 1; stage <= 4; ++stage, channels *= 2) {
        for (int block = 0; block < 2; ++block)
            x = basicBlock(g, "layer" + std::to_string(stage) + "." + std::to_string(block), x, channels,
                           stage > 1 && block == 0 ? 2 : 1, normalise);
    }
    return g.linear("linear", g.flatten(g.globalAverage(x)), classes);
}

Flow resnet18Plain(GraphBuilder& g, Flow x, int classes) {
    return resnet18(g, x, classes, false);
}

Flow resnet18Cifar(GraphBuilder& g, Flow x, int classes) {
    return resnet18(g, x, classes, true);
}

struct BuiltIn {
    const char* name;
    Flow (*write)(GraphBuilder&, Flow, int);
};

// The order of design.md section 4.
constexpr std::array<BuiltIn, 5> kBuiltIns{{{"mlp", mlp},
                                            {"lenet5", lenet5},
                                            {"lenet", lenet},
                                            {"resnet18-nobn", resnet18Plain},
                                            {"resnet18-cifar", resnet18Cifar}}};

} // namespace

std::vector<std::string> builtInModels() {
    std::vector<std::string> names;
    for (const BuiltIn& entry : kBuiltIns)
        names.emplace_back(entry.name);
    return names;
}

Graph builtInGraph(const std::string& name, data::ImageShape input, int classes) {
    for (const BuiltIn& entry : kBuiltIns) {
        if (name != entry.name)
            continue;
        if (input.channels < 1 || input.height < 1 || input.width < 1)
            throw base::ShapeError(name + ": the pictures have no pixels");
        if (classes < 2)
            throw base::ShapeError(name + ": a classifier needs at least two classes, the data set has " +
                                   std::to_string(classes));
        GraphBuilder builder(name);
        const Flow x = builder.input(input.channels, input.height, input.width);
        return builder.build(entry.write(builder, x, classes));
    }
    std::string list;
    for (const BuiltIn& entry : kBuiltIns)
        list += (list.empty() ? "" : ", ") + std::string(entry.name);
    throw base::OptionError("there is no built-in network \"" + name + "\"; there are: " + list);
}

} // namespace lpntk::model
