#include <core/model/built_in.h>

namespace lpntk::model {

namespace {

using Flow = GraphBuilder::Flow;

/// Widths of the convolutions, a pooling layer after each group (Simonyan and Zisserman 2015, columns A, B, D, E).
using Groups = std::vector<std::vector<std::int64_t>>;

/// Modules are counted as in a list of all layers: convolution, norm, ReLU, ..., pooling.
Flow features(GraphBuilder& g, Flow x, const Groups& groups, bool normalise) {
    int module = 0;
    const auto name = [&] { return "features." + std::to_string(module++); };
    for (const auto& group : groups) {
        for (const std::int64_t width : group) {
            x = g.conv2d(name(), x, {width, 3, 1, 1, true});
            if (normalise)
                x = g.batchNorm(name(), x);
            x = g.relu(x);
            ++module;
        }
        x = g.maxPool(x);
        ++module;
    }
    return x;
}

/// Three linear layers over 7 x 7 areas, as torchvision has it.
Flow largeHead(GraphBuilder& g, Flow x, int classes) {
    x = g.flatten(g.adaptiveAverage(x, 7, 7));
    x = g.dropout(g.relu(g.linear("classifier.0", x, 4096)), 0.5);
    x = g.dropout(g.relu(g.linear("classifier.3", x, 4096)), 0.5);
    return g.linear("classifier.6", x, classes);
}

} // namespace

std::vector<BuiltIn> vggNetworks() {
    const std::vector<std::pair<std::string, Groups>> kinds{
        {"vgg11", {{64}, {128}, {256, 256}, {512, 512}, {512, 512}}},
        {"vgg13", {{64, 64}, {128, 128}, {256, 256}, {512, 512}, {512, 512}}},
        {"vgg16", {{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}}},
        {"vgg19", {{64, 64}, {128, 128}, {256, 256, 256, 256}, {512, 512, 512, 512}, {512, 512, 512, 512}}}};
    std::vector<BuiltIn> list;
    for (const auto& [name, groups] : kinds) {
        for (const bool normalise : {false, true}) {
            list.push_back({name + (normalise ? "-bn" : ""),
                            [groups = groups, normalise](GraphBuilder& g, Flow x, int classes) {
                                return largeHead(g, features(g, x, groups, normalise), classes);
                            }});
        }
    }
    // For CIFAR: one linear layer after the mean over what is left of the picture.
    for (const auto& [name, groups] : kinds) {
        list.push_back({name + "-bn-cifar", [groups = groups](GraphBuilder& g, Flow x, int classes) {
                            x = g.globalAverage(features(g, x, groups, true));
                            return g.linear("classifier", g.flatten(x), classes);
                        }});
    }
    return list;
}

} // namespace lpntk::model
