#include <core/base/error.h>
#include <core/model/graph.h>
#include <core/model/interpreter_torch.h>
#include <core/model/network.h>

#include <ATen/CPUGeneratorImpl.h>

#include <QtTest>

#include <functional>

using namespace lpntk;
using model::Argument;
using model::Graph;
using model::Interpreter;
using model::Size;
using model::Value;
using model::ValueId;

namespace {

using Arguments = std::vector<std::pair<std::string, Argument>>;

ValueId call(Graph& graph, const std::string& target, const std::string& overload, Arguments arguments) {
    const ValueId result = graph.addValue(Value::Source::result, 0, target);
    graph.nodes.push_back({target, overload, std::move(arguments), {result}, "", true});
    return result;
}

Graph withInput() {
    Graph graph;
    graph.input = graph.addValue(Value::Source::input, 0, "input");
    return graph;
}

at::Generator generator(std::uint64_t seed) {
    return at::make_generator<at::CPUGeneratorImpl>(seed);
}

std::shared_ptr<const model::Network> network(const std::string& name, data::ImageShape shape) {
    return model::Network::load({name, {}, 3}, shape, 10);
}

} // namespace

class TestInterpreter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void lenet5AsWrittenInTorch();
    void everyKindOfArgument();
    void trainingDrawsFromItsGenerator();
    void trainingUpdatesRunningStatistics();
    void errorsNameTheCall();
    void damagedGraphsAreRefused();
    void onlyJumpsOfThePicturesCount();
};

void TestInterpreter::onlyJumpsOfThePicturesCount() {
    const auto kinks = [](const std::function<void(Graph&)>& add) {
        Graph graph = withInput();
        add(graph);
        return model::hasKinks(graph);
    };
    QVERIFY(kinks([](Graph& g) { call(g, "aten::relu", "", {{"self", g.input}}); }));
    QVERIFY(!kinks([](Graph& g) { call(g, "aten::gelu", "", {{"self", g.input}}); }));
    // Through other calls; not of a mask, not of the size of the batch.
    QVERIFY(kinks([](Graph& g) { call(g, "aten::max", "dim", {{"self", call(g, "aten::exp", "", {{"self", g.input}})}}); }));
    QVERIFY(!kinks([](Graph& g) {
        const ValueId mask = g.addValue(Value::Source::constant, 0, "mask");
        call(g, "aten::ne", "Scalar", {{"self", mask}, {"other", std::int64_t{0}}});
        const ValueId batch = call(g, "aten::sym_size", "int", {{"self", g.input}, {"dim", std::int64_t{0}}});
        const ValueId zeros = call(g, "aten::zeros", "", {{"size", std::vector<Size>{batch}}});
        call(g, "aten::relu", "", {{"self", zeros}});
    }));
    // A norm before a division; any other number, or a floor that norms reach.
    const auto clamped = [&](const char* before, double least) {
        return kinks([&](Graph& g) {
            call(g, "aten::clamp_min", "", {{"self", call(g, before, "", {{"self", g.input}})}, {"min", least}});
        });
    };
    QVERIFY(!clamped("aten::linalg_vector_norm", 1e-12));
    QVERIFY(clamped("aten::linalg_vector_norm", 0.1));
    QVERIFY(clamped("aten::exp", 1e-12));
}

void TestInterpreter::lenet5AsWrittenInTorch() {
    const auto lenet = network("lenet5", {1, 28, 28});
    const auto& w = lenet->parameters().parameters;
    const at::Tensor x = at::randn({4, 1, 28, 28}, generator(1));
    at::Tensor y = at::max_pool2d(at::relu(at::conv2d(x, w[0], w[1], 1, 2)), 2);
    y = at::max_pool2d(at::relu(at::conv2d(y, w[2], w[3])), 2).flatten(1);
    y = at::linear(at::relu(at::linear(at::relu(at::linear(y, w[4], w[5])), w[6], w[7])), w[8], w[9]);
    QVERIFY(at::equal(lenet->interpreter().run(x, lenet->parameters()), y));
    std::vector<float> logits(40);
    lenet->logits({x.const_data_ptr<float>(), static_cast<std::size_t>(x.numel())}, 4, logits);
    QVERIFY(at::equal(at::from_blob(logits.data(), {4, 10}), y));
}

void TestInterpreter::everyKindOfArgument() {
    Graph g = withInput();
    const ValueId x = g.input;
    const ValueId batch = call(g, "aten::sym_size", "int", {{"self", x}, {"dim", std::int64_t{0}}});
    const ValueId twice = call(g, "sym::mul", "", {{"a", batch}, {"b", std::int64_t{2}}});
    const ValueId half = call(g, "sym::floordiv", "", {{"a", twice}, {"b", std::int64_t{2}}});
    ValueId y = call(g, "aten::view", "", {{"self", x}, {"size", std::vector<Size>{half, std::int64_t{-1}}}});
    y = call(g, "aten::mul", "Tensor", {{"self", y}, {"other", 2.0}});
    y = call(g, "aten::add", "Tensor", {{"self", y}, {"other", std::int64_t{1}}, {"alpha", std::int64_t{3}}});
    y = call(g, "aten::div", "Tensor_mode", {{"self", y}, {"other", 1.5}, {"rounding_mode", std::string("floor")}});
    y = call(g, "aten::to", "dtype", {{"self", y}, {"dtype", formats::DType::f32}, {"copy", true}});
    const ValueId zeros = call(g, "aten::zeros", "",
                               {{"size", std::vector<Size>{batch, std::int64_t{1}}},
                                {"dtype", formats::DType::f32},
                                {"layout", model::Layout::strided},
                                {"device", model::RunningDevice{}},
                                {"pin_memory", false}});
    const ValueId parts[] = {g.addValue(Value::Source::result, 0, "a"), g.addValue(Value::Source::result, 0, "b")};
    g.nodes.push_back(
        {"aten::split_with_sizes",
         "",
         {{"self", y}, {"split_sizes", std::vector<Size>{std::int64_t{3}, std::int64_t{1}}}, {"dim", std::int64_t{-1}}},
         {parts[0], parts[1]},
         "",
         true});
    y = call(g, "aten::cat", "",
             {{"tensors", std::vector<ValueId>{parts[1], zeros, parts[0]}}, {"dim", std::int64_t{1}}});
    const ValueId index = call(g, "aten::arange", "", {{"end", std::int64_t{4}}, {"device", model::RunningDevice{}}});
    y = call(g, "aten::index", "Tensor", {{"self", y}, {"indices", std::vector<ValueId>{ValueId(), index}}});
    y = call(g, "aten::contiguous", "", {{"self", y}, {"memory_format", model::MemoryFormat::contiguous}});
    call(g, "aten::_assert_scalar", "", {{"self", batch}, {"assert_msg", std::string("left out")}});
    g.output = y;
    g.check("test");
    const std::size_t calls = g.nodes.size();
    g.removeUnread();
    QCOMPARE(g.nodes.size(), calls - 1);

    const at::Tensor input = at::randn({3, 1, 2, 2}, generator(2));
    const at::Tensor flat = at::floor((input.reshape({3, 4}) * 2 + 3) / 1.5);
    const at::Tensor expected = at::cat({flat.narrow(1, 3, 1), at::zeros({3, 1}), flat.narrow(1, 0, 2)}, 1);
    QVERIFY(at::equal(Interpreter(g).run(input, {}), expected));
    // A float32 that the graph names is the running type.
    QCOMPARE(Interpreter(g, at::kDouble).run(input.to(at::kDouble), {}).scalar_type(), at::kDouble);
}

void TestInterpreter::trainingDrawsFromItsGenerator() {
    const auto lenet = network("lenet", {1, 28, 28});
    const at::Tensor x = at::randn({4, 1, 28, 28}, generator(1));
    const auto run = [&](std::uint64_t seed) {
        return lenet->interpreter().run(x, lenet->parameters(), {true, generator(seed)});
    };
    QVERIFY(at::equal(run(5), run(5)));
    QVERIFY(!at::equal(run(5), run(6)));
    QVERIFY(!at::equal(run(5), lenet->interpreter().run(x, lenet->parameters())));
}

void TestInterpreter::trainingUpdatesRunningStatistics() {
    const auto resnet = network("resnet18-cifar", {3, 8, 8});
    const model::ParameterStore store = resnet->parameters().clone(at::kFloat, false);
    const at::Tensor x = at::randn({4, 3, 8, 8}, generator(1)) + 2;
    const at::Tensor before = resnet->interpreter().run(x, resnet->parameters());
    const at::Tensor trained = resnet->interpreter().run(x, store, {true, std::nullopt});
    QVERIFY(!at::allclose(trained, before));
    const at::Tensor stem = at::conv2d(x, store.parameters[0], {}, 1, 1);
    QVERIFY(at::allclose(store.buffers[0], stem.mean({0, 2, 3}) * 0.1, 1e-4, 1e-6));
    QVERIFY(at::equal(resnet->interpreter().run(x, resnet->parameters()), before));
}

void TestInterpreter::errorsNameTheCall() {
    Graph g = withInput();
    g.output = call(g, "aten::relu", "", {{"self", g.input}});
    g.output = call(g, "aten::reshape", "",
                    {{"self", g.output}, {"shape", std::vector<Size>{std::int64_t{7}, std::int64_t{7}}}});
    try {
        Interpreter(g).run(at::zeros({2, 1, 3, 3}), {});
        QFAIL("no exception");
    } catch (const base::ShapeError& error) {
        QVERIFY2(std::string(error.what()).starts_with("call 1 (aten::reshape) failed"), error.what());
    }
}

void TestInterpreter::damagedGraphsAreRefused() {
    const auto refused = [](const std::function<void(Graph&)>& damage) {
        Graph g = withInput();
        g.output = call(g, "aten::relu", "", {{"self", g.input}});
        damage(g);
        try {
            g.check("graph");
            Interpreter{g};
        } catch (const base::FormatError&) {
            return true;
        }
        return false;
    };
    QVERIFY(!refused([](Graph&) {}));
    QVERIFY(refused([](Graph& g) { g.nodes[0].target = "os::system"; }));
    QVERIFY(refused([](Graph& g) { g.nodes[0].target = "aten::no_such_operator"; }));
    QVERIFY(refused([](Graph& g) { g.nodes[0].target = "aten::relu_"; }));
    QVERIFY(refused([](Graph& g) { g.nodes[0].arguments.clear(); }));
    QVERIFY(refused([](Graph& g) { g.nodes[0].arguments.emplace_back("extra", true); }));
    QVERIFY(refused([](Graph& g) { g.nodes[0].arguments[0].second = g.output; }));
    QVERIFY(refused([](Graph& g) { g.nodes[0].arguments[0].second = ValueId(99); }));
    QVERIFY(refused([](Graph& g) { g.output = ValueId(); }));
    QVERIFY(refused([](Graph& g) { g.nodes.clear(); }));
}

QTEST_GUILESS_MAIN(TestInterpreter)
#include "test_interpreter.moc"
