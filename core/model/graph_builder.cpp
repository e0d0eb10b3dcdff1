#include <core/model/graph_builder.h>

#include <core/base/error.h>

#include <cmath>

namespace lpntk::model {

namespace {

std::vector<Size> sizes(std::int64_t a, std::int64_t b) {
    return {a, b};
}

/// Bound of PyTorch's default for weights, kaiming_uniform with a = sqrt(5), in its own order of operations.
double weightBound(std::int64_t fanIn) {
    const double gain = std::sqrt(2.0 / (1.0 + std::sqrt(5.0) * std::sqrt(5.0)));
    return std::sqrt(3.0) * (gain / std::sqrt(static_cast<double>(fanIn)));
}

double biasBound(std::int64_t fanIn) {
    return 1.0 / std::sqrt(static_cast<double>(fanIn));
}

std::string sizeText(const GraphBuilder::Flow& x) {
    return std::to_string(x.height) + " x " + std::to_string(x.width);
}

} // namespace

GraphBuilder::GraphBuilder(std::string network) : m_network(std::move(network)) {}

ValueId GraphBuilder::parameter(const std::string& name, std::vector<std::int64_t> shape,
                                Initialisation initialisation) {
    m_graph.parameters.push_back({name, std::move(shape), initialisation});
    return m_graph.addValue(Value::Source::parameter, static_cast<std::int64_t>(m_graph.parameters.size()) - 1, name);
}

ValueId GraphBuilder::buffer(const std::string& name, std::vector<std::int64_t> shape, double fill) {
    m_graph.buffers.push_back({name, std::move(shape), {Initialisation::Kind::constant, fill}});
    return m_graph.addValue(Value::Source::buffer, static_cast<std::int64_t>(m_graph.buffers.size()) - 1, name);
}

ValueId GraphBuilder::call(const std::string& target, const std::string& overload, const std::string& module,
                           std::vector<std::pair<std::string, Argument>> arguments) {
    const ValueId result = m_graph.addValue(Value::Source::result, 0, target);
    m_graph.nodes.push_back({target, overload, std::move(arguments), {result}, module, true});
    return result;
}

GraphBuilder::Flow GraphBuilder::input(std::int64_t channels, std::int64_t height, std::int64_t width) {
    m_graph.input = m_graph.addValue(Value::Source::input, 0, "input");
    return {m_graph.input, channels, height, width};
}

GraphBuilder::Flow GraphBuilder::conv2d(const std::string& name, const Flow& x, const Convolution& options) {
    const auto size = [&](std::int64_t from) {
        const std::int64_t room = from + 2 * options.padding - options.kernel;
        return room < 0 ? 0 : room / options.stride + 1;
    };
    const Flow out{{}, options.channels, size(x.height), size(x.width)};
    if (out.height < 1 || out.width < 1)
        throw base::ShapeError(m_network + ": " + name + " needs at least " +
                               std::to_string(options.kernel - 2 * options.padding) + " pixels a side and gets " +
                               sizeText(x) + "; use larger pictures or another network");
    const std::int64_t fanIn = x.channels * options.kernel * options.kernel;
    const ValueId weight = parameter(name + ".weight", {options.channels, x.channels, options.kernel, options.kernel},
                                     {Initialisation::Kind::uniform, weightBound(fanIn)});
    std::vector<std::pair<std::string, Argument>> arguments{{"input", x.id}, {"weight", weight}};
    if (options.bias)
        arguments.emplace_back(
            "bias", parameter(name + ".bias", {options.channels}, {Initialisation::Kind::uniform, biasBound(fanIn)}));
    arguments.emplace_back("stride", sizes(options.stride, options.stride));
    arguments.emplace_back("padding", sizes(options.padding, options.padding));
    Flow result = out;
    result.id = call("aten::conv2d", "", name, std::move(arguments));
    return result;
}

GraphBuilder::Flow GraphBuilder::linear(const std::string& name, const Flow& x, std::int64_t features) {
    const ValueId weight =
        parameter(name + ".weight", {features, x.channels}, {Initialisation::Kind::uniform, weightBound(x.channels)});
    const ValueId bias = parameter(name + ".bias", {features}, {Initialisation::Kind::uniform, biasBound(x.channels)});
    return {call("aten::linear", "", name, {{"input", x.id}, {"weight", weight}, {"bias", bias}}), features};
}

GraphBuilder::Flow GraphBuilder::batchNorm(const std::string& name, const Flow& x) {
    const std::vector<std::int64_t> shape{x.channels};
    Flow result = x;
    const ValueId weight = parameter(name + ".weight", shape, {Initialisation::Kind::constant, 1});
    const ValueId bias = parameter(name + ".bias", shape, {Initialisation::Kind::constant, 0});
    const ValueId mean = buffer(name + ".running_mean", shape, 0);
    const ValueId variance = buffer(name + ".running_var", shape, 1);
    result.id = call("aten::batch_norm", "", name,
                     {{"input", x.id},
                      {"weight", weight},
                      {"bias", bias},
                      {"running_mean", mean},
                      {"running_var", variance},
                      {"training", false},
                      {"momentum", 0.1},
                      {"eps", 1e-5},
                      {"cudnn_enabled", false}});
    return result;
}

GraphBuilder::Flow GraphBuilder::relu(const Flow& x) {
    Flow result = x;
    result.id = call("aten::relu", "", "", {{"self", x.id}});
    return result;
}

GraphBuilder::Flow GraphBuilder::groupNorm(const std::string& name, const Flow& x, std::int64_t groups) {
    const std::vector<std::int64_t> shape{x.channels};
    Flow result = x;
    const ValueId weight = parameter(name + ".weight", shape, {Initialisation::Kind::constant, 1});
    const ValueId bias = parameter(name + ".bias", shape, {Initialisation::Kind::constant, 0});
    result.id = call("aten::group_norm", "", name,
                     {{"input", x.id}, {"num_groups", groups}, {"weight", weight}, {"bias", bias}, {"eps", 1e-5}});
    return result;
}

GraphBuilder::Flow GraphBuilder::pool(const std::string& target, const Flow& x, const PoolingWindow& window) {
    const std::int64_t least = window.kernel - 2 * window.padding;
    if (x.height < least || x.width < least)
        throw base::ShapeError(m_network + ": a pooling layer gets " + sizeText(x) + " positions, at least " +
                               std::to_string(least) + " x " + std::to_string(least) +
                               " are needed; use larger pictures or another network");
    const auto size = [&](std::int64_t from) { return (from - least) / window.stride + 1; };
    return {call(target, "", "",
                 {{"self", x.id},
                  {"kernel_size", sizes(window.kernel, window.kernel)},
                  {"stride", sizes(window.stride, window.stride)},
                  {"padding", sizes(window.padding, window.padding)}}),
            x.channels, size(x.height), size(x.width)};
}

GraphBuilder::Flow GraphBuilder::maxPool(const Flow& x, const PoolingWindow& window) {
    return pool("aten::max_pool2d", x, window);
}

GraphBuilder::Flow GraphBuilder::averagePool(const Flow& x, const PoolingWindow& window) {
    return pool("aten::avg_pool2d", x, window);
}

GraphBuilder::Flow GraphBuilder::adaptiveAverage(const Flow& x, std::int64_t height, std::int64_t width) {
    return {call("aten::adaptive_avg_pool2d", "", "", {{"self", x.id}, {"output_size", sizes(height, width)}}),
            x.channels, height, width};
}

GraphBuilder::Flow GraphBuilder::subsample(const Flow& x, std::int64_t channels) {
    const auto half = [&](ValueId value, std::int64_t dim) {
        return call("aten::slice", "Tensor", "", {{"self", value}, {"dim", dim}, {"step", std::int64_t{2}}});
    };
    const std::int64_t before = (channels - x.channels) / 2, after = channels - x.channels - before, none = 0;
    const std::vector<Size> pad{none, none, none, none, before, after};
    const ValueId value = half(half(x.id, 2), 3);
    return {call("aten::constant_pad_nd", "", "", {{"self", value}, {"pad", pad}}), channels, (x.height + 1) / 2,
            (x.width + 1) / 2};
}

GraphBuilder::Flow GraphBuilder::dropout(const Flow& x, double probability) {
    Flow result = x;
    result.id = call("aten::dropout", "", "", {{"input", x.id}, {"p", probability}, {"train", false}});
    return result;
}

GraphBuilder::Flow GraphBuilder::flatten(const Flow& x) {
    return {call("aten::flatten", "using_ints", "", {{"self", x.id}, {"start_dim", std::int64_t{1}}}),
            x.channels * x.height * x.width};
}

GraphBuilder::Flow GraphBuilder::add(const Flow& a, const Flow& b) {
    Flow result = a;
    result.id = call("aten::add", "Tensor", "", {{"self", a.id}, {"other", b.id}});
    return result;
}

Graph GraphBuilder::build(const Flow& output) {
    m_graph.output = output.id;
    m_graph.check(m_network);
    return std::move(m_graph);
}

} // namespace lpntk::model
