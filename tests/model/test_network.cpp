#include <core/base/error.h>
#include <core/formats/weights.h>
#include <core/model/built_in.h>
#include <core/model/graph.h>
#include <core/model/network.h>
#include <core/model/parameters_torch.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <QtTest>

#include <cstring>
#include <functional>
#include <thread>

using namespace lpntk;

namespace {

/// Tensors to be written as a weight file; owns their bytes.
struct Weights {
    std::vector<formats::NamedTensor> tensors;
    std::vector<at::Tensor> owned;

    void add(const std::string& name, const at::Tensor& tensor, formats::DType type = formats::DType::f32) {
        owned.push_back(tensor.contiguous());
        tensors.push_back({name,
                           type,
                           tensor.sizes().vec(),
                           {static_cast<const std::byte*>(owned.back().const_data_ptr()), owned.back().nbytes()},
                           {}});
    }
    std::filesystem::path write(const QTemporaryDir& folder) const {
        const std::filesystem::path path = folder.filePath("weights.safetensors").toStdString();
        formats::writeSafetensors(path, tensors, {});
        return path;
    }
};

using Rename = std::function<std::string(const std::string&)>;

/// The network's parameters and buffers under other names.
Weights renamed(const model::Network& network, const Rename& rename) {
    Weights weights;
    for (std::size_t i = 0; i < network.graph().parameters.size(); ++i)
        weights.add(rename(network.graph().parameters[i].name), network.parameters().parameters[i]);
    for (std::size_t i = 0; i < network.graph().buffers.size(); ++i)
        weights.add(rename(network.graph().buffers[i].name), network.parameters().buffers[i]);
    return weights;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::shared_ptr<const model::Network> fromSeed(const std::string& name, data::ImageShape shape = {1, 28, 28},
                                               std::uint64_t seed = 3, int classes = 10) {
    return model::Network::load({name, {}, seed}, shape, classes);
}

bool sameParameters(const model::Network& a, const model::Network& b) {
    for (std::size_t i = 0; i < a.parameters().parameters.size(); ++i) {
        if (!at::equal(a.parameters().parameters[i], b.parameters().parameters[i]))
            return false;
    }
    return true;
}

/// What loading throws, "" when nothing.
template <typename Exception> std::string failure(const std::function<void()>& load) {
    try {
        load();
    } catch (const Exception& error) {
        return error.what();
    }
    return {};
}

} // namespace

class TestNetwork : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void builtInSizes_data();
    void builtInSizes();
    void parameterCounts_data();
    void parameterCounts();
    void otherSizesAndClasses();
    void seedsAreReproducible();
    void initialisationIsPyTorchs();
    void unknownNameListsTheNetworks();
    void tooSmallPicturesAreRefused();
    void logitsOfSeveralThreadsAreTheSame();
    void logitsChecksItsSizes();
    void mapsByName();
    void mapsOtherNames();
    void mapsByOrder();
    void refusesAnAmbiguousOrder();
    void listsWhatDoesNotFit();
    void convertsHalfAndDouble();
    void refusesNumbersThatAreNotFinite();
    void namesTheLayerThatOverflows();
    void weightsAreSwappedInOneGraph();
    void refusesIntegers();
    void guessesTheNetwork();
};

/// Numbers in all parameters, as the usual PyTorch code of each network counts them.
void TestNetwork::builtInSizes_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("side");
    QTest::addColumn<int>("classes");
    QTest::addColumn<qint64>("count");
    const auto row = [](const char* name, int side, int classes, qint64 count) {
        QTest::newRow(name) << QString(name) << side << classes << count;
    };
    row("resnet50-nobn", 32, 10, 23467722);
    row("resnet20", 32, 10, 269722);
    row("resnet32", 32, 10, 464154);
    row("resnet44", 32, 10, 658586);
    row("resnet56", 32, 10, 853018);
    row("resnet110", 32, 10, 1727962);
    row("resnet20-conv", 32, 10, 272474);
    row("wrn28-10", 32, 10, 36479194);
    row("convnet", 32, 10, 320010);
    row("resnet18", 224, 1000, 11689512);
    row("resnet34", 224, 1000, 21797672);
    row("resnet50", 224, 1000, 25557032);
    row("vgg11", 224, 1000, 132863336);
    row("vgg13", 224, 1000, 133047848);
    row("vgg16-bn", 224, 1000, 138365992);
    row("vgg19", 224, 1000, 143667240);
    row("vgg19-bn", 224, 1000, 143678248);
    row("vgg16-bn-cifar", 32, 10, 14728266);
}

void TestNetwork::builtInSizes() {
    QFETCH(QString, name);
    QFETCH(int, side);
    QFETCH(int, classes);
    QFETCH(qint64, count);
    QCOMPARE(model::builtInGraph(name.toStdString(), {3, side, side}, classes).parameterCount(), count);
}

void TestNetwork::parameterCounts_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("side");
    QTest::addColumn<qint64>("count");
    QTest::newRow("mlp") << "mlp" << 1 << 28 << qint64(784 * 1024 + 1024 + 10240 + 10);
    QTest::newRow("lenet5") << "lenet5" << 1 << 28 << qint64(61706);
    QTest::newRow("lenet") << "lenet" << 1 << 28 << qint64(1199882);
    QTest::newRow("resnet18-nobn") << "resnet18-nobn" << 3 << 32 << qint64(11164362);
    QTest::newRow("resnet18-cifar") << "resnet18-cifar" << 3 << 32 << qint64(11173962);
    QTest::newRow("resnet20") << "resnet20" << 3 << 32 << qint64(269722);
    QTest::newRow("convnet") << "convnet" << 1 << 28 << qint64(317706);
    QTest::newRow("resnet18") << "resnet18" << 3 << 64 << qint64(11181642);
    QTest::newRow("vgg11-bn-cifar") << "vgg11-bn-cifar" << 3 << 32 << qint64(9231114);
}

void TestNetwork::parameterCounts() {
    QFETCH(QString, name);
    QFETCH(int, channels);
    QFETCH(int, side);
    QFETCH(qint64, count);
    const auto network = fromSeed(name.toStdString(), {channels, side, side});
    QCOMPARE(network->info().parameters, count);
    std::int64_t sum = 0;
    for (const auto& layer : network->info().layers) {
        QVERIFY(!layer.operation.empty());
        sum += layer.count;
    }
    QCOMPARE(sum, count);
    QVERIFY(network->info().fromSeed);
    QVERIFY(network->info().logitError < 1e-4);
}

void TestNetwork::otherSizesAndClasses() {
    for (const char* name : {"mlp", "lenet5", "lenet", "convnet", "resnet18-nobn", "resnet56", "resnet20-conv", "resnet18"}) {
        for (const data::ImageShape shape : {data::ImageShape{3, 32, 32}, data::ImageShape{1, 20, 24}}) {
            const auto network = fromSeed(name, shape, 1, 3);
            const std::vector<float> pixels(static_cast<std::size_t>(2 * shape.channels * shape.height * shape.width),
                                            0.5F);
            std::vector<float> logits(6);
            network->logits(pixels, 2, logits);
            QCOMPARE(logits[0], logits[3]);
        }
    }
}

void TestNetwork::seedsAreReproducible() {
    QVERIFY(sameParameters(*fromSeed("lenet5"), *fromSeed("lenet5")));
    QVERIFY(!sameParameters(*fromSeed("lenet5"), *fromSeed("lenet5", {1, 28, 28}, 4)));
}

void TestNetwork::initialisationIsPyTorchs() {
    // torch.manual_seed(0); nn.Conv2d(1, 6, 5).weight begins so in PyTorch.
    const auto network = fromSeed("lenet5", {1, 28, 28}, 0);
    const at::Tensor weight = network->parameters().parameters[0].reshape({-1});
    QVERIFY(std::abs(weight[0].item<double>() - -0.0014974) < 1e-6);
    QVERIFY(std::abs(weight[1].item<double>() - 0.1072887) < 1e-6);
    QVERIFY(weight.abs().max().item<double>() <= 0.2);
}

void TestNetwork::unknownNameListsTheNetworks() {
    const std::string message = failure<base::OptionError>([] { fromSeed("lenet6"); });
    QVERIFY(message.find("lenet6") != std::string::npos);
    for (const std::string& name : model::builtInModels())
        QVERIFY2(message.find(name) != std::string::npos, message.c_str());
}

void TestNetwork::tooSmallPicturesAreRefused() {
    const std::string message = failure<base::ShapeError>([] { fromSeed("lenet5", {1, 8, 8}); });
    QVERIFY2(message.find("conv2") != std::string::npos, message.c_str());
    QVERIFY(!failure<base::ShapeError>([] { fromSeed("lenet", {1, 3, 3}); }).empty());
    QVERIFY(!failure<base::ShapeError>([] { fromSeed("vgg11-bn-cifar", {1, 28, 28}); }).empty());
    QVERIFY(!failure<base::ShapeError>([] { fromSeed("mlp", {1, 28, 28}, 0, 1); }).empty());
}

void TestNetwork::logitsOfSeveralThreadsAreTheSame() {
    const auto network = fromSeed("lenet5");
    const std::vector<float> pixels(784 * 16, 0.25F);
    std::vector<std::vector<float>> results(3, std::vector<float>(160));
    {
        std::vector<std::jthread> threads;
        for (auto& result : results)
            threads.emplace_back([&] {
                at::set_num_threads(1);
                network->logits(pixels, 16, result);
            });
    }
    QCOMPARE(results[1], results[0]);
    QCOMPARE(results[2], results[0]);
}

void TestNetwork::logitsChecksItsSizes() {
    const auto network = fromSeed("lenet5");
    const std::vector<float> pixels(784);
    std::vector<float> logits(10);
    QVERIFY(!failure<base::ShapeError>([&] { network->logits(pixels, 2, logits); }).empty());
    network->logits({}, 0, {});
}

void TestNetwork::mapsByName() {
    const QTemporaryDir folder;
    const auto original = fromSeed("resnet18-cifar", {3, 8, 8});
    Weights weights = renamed(*original, [](const std::string& name) { return name; });
    weights.add("bn1.num_batches_tracked", at::zeros({}, at::kLong), formats::DType::i64);
    const auto network = model::Network::load({"resnet18-cifar", weights.write(folder), 9}, {3, 8, 8}, 10);
    QVERIFY(sameParameters(*network, *original));
    QVERIFY(!network->info().fromSeed);
    QCOMPARE(network->info().mapping.size(), original->graph().parameters.size() + original->graph().buffers.size());
    QCOMPARE(network->info().mapping[0], std::string("conv1.weight -> conv1.weight (64, 3, 3, 3)"));
}

void TestNetwork::mapsOtherNames() {
    const QTemporaryDir folder;
    const auto original = fromSeed("resnet18-cifar", {3, 8, 8});
    const Weights weights = renamed(*original, [](const std::string& name) {
        return "backbone." + replaced(replaced(name, "shortcut", "downsample"), "linear", "fc");
    });
    const auto network = model::Network::load({"resnet18-cifar", weights.write(folder), 9}, {3, 8, 8}, 10);
    QVERIFY(sameParameters(*network, *original));
}

void TestNetwork::mapsByOrder() {
    const QTemporaryDir folder;
    const auto original = fromSeed("lenet5");
    const Weights weights = renamed(*original, [](std::string name) {
        const char* const from[] = {"conv1", "conv2", "fc1", "fc2", "fc3"};
        const char* const to[] = {"features.0", "features.3", "classifier.0", "classifier.2", "classifier.4"};
        for (int i = 0; i < 5; ++i)
            name = replaced(name, from[i], to[i]);
        return name;
    });
    const auto network = model::Network::load({"lenet5", weights.write(folder), 9}, {1, 28, 28}, 10);
    QVERIFY(sameParameters(*network, *original));
    QCOMPARE(network->info().mapping[0], std::string("features.0.weight -> conv1.weight (6, 1, 5, 5)"));
}

void TestNetwork::refusesAnAmbiguousOrder() {
    const QTemporaryDir folder;
    const auto original = fromSeed("resnet18-nobn", {3, 8, 8});
    int number = 100;
    // Convolutions that are alike, in an order that contradicts their names.
    const Weights weights = renamed(*original, [&](const std::string& name) {
        return "m" + std::to_string(number--) + name.substr(name.rfind('.'));
    });
    const auto path = weights.write(folder);
    QVERIFY(!failure<base::ShapeError>([&] {
                 model::Network::load({"resnet18-nobn", path, 0}, {3, 8, 8}, 10);
             }).empty());
}

void TestNetwork::listsWhatDoesNotFit() {
    const QTemporaryDir folder;
    const auto original = fromSeed("lenet5");
    Weights weights =
        renamed(*original, [](const std::string& name) { return replaced(name, "fc2.bias", "fc9.bias"); });
    weights.tensors[0].shape = {3, 2, 5, 5};
    const auto path = weights.write(folder);
    const std::string message = failure<base::ShapeError>([&] {
        model::Network::load({"lenet5", path, 0}, {1, 28, 28}, 10);
    });
    for (const char* part : {"weights.safetensors", "fc2.bias (84)", "fc9.bias", "(3, 2, 5, 5)", "(6, 1, 5, 5)"})
        QVERIFY2(message.find(part) != std::string::npos, message.c_str());
}

void TestNetwork::convertsHalfAndDouble() {
    const QTemporaryDir folder;
    const auto original = fromSeed("lenet5");
    const std::pair<at::ScalarType, formats::DType> types[] = {
        {at::kHalf, formats::DType::f16}, {at::kBFloat16, formats::DType::bf16}, {at::kDouble, formats::DType::f64}};
    for (const auto& [type, stored] : types) {
        Weights weights;
        for (std::size_t i = 0; i < original->graph().parameters.size(); ++i)
            weights.add(original->graph().parameters[i].name, original->parameters().parameters[i].to(type), stored);
        const auto network = model::Network::load({"lenet5", weights.write(folder), 0}, {1, 28, 28}, 10);
        for (std::size_t i = 0; i < weights.owned.size(); ++i)
            QVERIFY(at::equal(network->parameters().parameters[i], weights.owned[i].to(at::kFloat)));
    }
}

void TestNetwork::refusesNumbersThatAreNotFinite() {
    const QTemporaryDir folder;
    const auto original = fromSeed("lenet5");
    Weights weights = renamed(*original, [](const std::string& name) { return name; });
    weights.owned[4] = weights.owned[4].clone();
    weights.owned[4][0][0] = std::numeric_limits<float>::infinity();
    weights.tensors[4].bytes = {static_cast<const std::byte*>(weights.owned[4].const_data_ptr()),
                                weights.owned[4].nbytes()};
    const auto path = weights.write(folder);
    const std::string message = failure<base::FormatError>([&] {
        model::Network::load({"lenet5", path, 0}, {1, 28, 28}, 10);
    });
    QVERIFY2(message.find("fc1.weight") != std::string::npos, message.c_str());
}

void TestNetwork::namesTheLayerThatOverflows() {
    const QTemporaryDir folder;
    const auto original = fromSeed("lenet5");
    Weights weights = renamed(*original, [](const std::string& name) { return name; });
    for (const at::Tensor& tensor : {weights.owned[2], weights.owned[6]}) // conv2.weight and fc2.weight, finite themselves
        tensor.mul_(1e30);
    const auto path = weights.write(folder);
    const std::string message =
        failure<base::ShapeError>([&] { model::Network::load({"lenet5", path, 0}, {1, 28, 28}, 10); });
    QVERIFY2(message.find("not finite from call") != std::string::npos && message.find("fc2") != std::string::npos, message.c_str());
}

void TestNetwork::weightsAreSwappedInOneGraph() {
    const QTemporaryDir folder;
    const auto first = fromSeed("resnet20", {3, 16, 16}, 1), second = fromSeed("resnet20", {3, 16, 16}, 2);
    for (const at::Tensor& buffer : second->parameters().buffers)
        buffer.add_(0.5);
    const auto path = renamed(*second, [](const std::string& name) { return name; }).write(folder);
    const auto swapped = first->withWeights(path);
    QVERIFY(sameParameters(*swapped, *second) && !sameParameters(*swapped, *first));
    QCOMPARE(&swapped->graph(), &first->graph());
    QCOMPARE(&swapped->interpreter(), &first->interpreter());
    QVERIFY(!swapped->info().fromSeed);
    std::vector<float> picture(3 * 16 * 16, 0.25f), found(10), expected(10);
    swapped->logits(picture, 1, found);
    second->logits(picture, 1, expected);
    QCOMPARE(found, expected);

    const auto other = renamed(*fromSeed("lenet5"), [](const std::string& name) { return name; }).write(folder);
    const std::string message = failure<base::ShapeError>([&] { first->withWeights(other); });
    QVERIFY2(message.find("does not fit the network resnet20") != std::string::npos, message.c_str());
}

void TestNetwork::refusesIntegers() {
    const QTemporaryDir folder;
    const auto original = fromSeed("lenet5");
    Weights weights;
    for (std::size_t i = 0; i < original->graph().parameters.size(); ++i)
        weights.add(original->graph().parameters[i].name, original->parameters().parameters[i].to(at::kLong),
                    formats::DType::i64);
    const auto path = weights.write(folder);
    QVERIFY(!failure<base::FormatError>([&] { model::Network::load({"lenet5", path, 0}, {1, 28, 28}, 10); }).empty());
}

void TestNetwork::guessesTheNetwork() {
    const QTemporaryDir folder;
    const auto original = fromSeed("lenet5");
    const auto path = renamed(*original, [](const std::string& name) { return name; }).write(folder);
    QCOMPARE(model::Network::load({"", path, 0}, {1, 28, 28}, 10)->info().model, std::string("lenet5"));
    const std::string message = failure<base::ShapeError>([&] {
        model::Network::load({"lenet", path, 0}, {1, 28, 28}, 10);
    });
    QVERIFY2(message.find("built-in network lenet5") != std::string::npos, message.c_str());
}

QTEST_GUILESS_MAIN(TestNetwork)
#include "test_network.moc"
