#include <core/base/error.h>
#include <core/base/json_file.h>
#include <core/formats/weights.h>
#include <core/model/network.h>
#include <core/model/parameters_torch.h>
#include <core/train/schedule.h>
#include <core/train/train.h>

#include <helpers/tiny_data.h>

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <cstring>

using namespace lpntk;

namespace {

engine::TrainRequest requestFor(const QTemporaryDir& folder, const char* name) {
    engine::TrainRequest request;
    request.network = {"mlp", {}, 3};
    request.data = tests::tinyDataset();
    request.dataSource = "tiny";
    request.batch = 40;
    request.epochs = 2;
    request.learningRate = 0.05;
    request.schedule = "constant";
    request.seed = 5;
    request.threads = 2;
    request.out = folder.filePath(name).toStdString();
    return request;
}

std::string contentOf(const std::filesystem::path& file) {
    QFile opened(QString::fromStdString(file.string()));
    return opened.open(QIODevice::ReadOnly) ? opened.readAll().toStdString() : std::string();
}

at::Tensor tensorOf(const formats::WeightFile& file, const char* name) {
    const auto* found = file.find(name);
    if (!found)
        return {};
    at::Tensor tensor = at::empty(found->shape, at::kFloat);
    std::memcpy(tensor.mutable_data_ptr(), found->bytes.data(), found->bytes.size());
    return tensor;
}

/// The same training with nothing but the formulas: mean cross entropy of a two-layer network, its gradient,
/// v = momentum v + (g + decay w), w = w - rate v, in double.
std::vector<at::Tensor> trainByHand(const engine::TrainRequest& request, int steps) {
    const auto& split = request.data->split("train");
    const auto network = model::Network::load(request.network, {1, 8, 8}, request.data->classes());
    std::vector<at::Tensor> weights = network->parameters().clone(at::kDouble, true).parameters;
    std::vector<at::Tensor> velocity(weights.size());
    int step = 0;
    for (int epoch = 0; step < steps; ++epoch) {
        const auto order = train::shuffledOrder(split.count(), request.seed, epoch);
        for (std::int64_t begin = 0; begin < split.count() && step < steps; begin += request.batch, ++step) {
            const auto end = std::min(split.count(), begin + request.batch);
            at::Tensor x = at::empty({end - begin, 64}, at::kFloat);
            at::Tensor onehot = at::zeros({end - begin, request.data->classes()}, at::kDouble);
            for (std::int64_t i = begin; i < end; ++i) {
                const auto sample = order[static_cast<std::size_t>(i)];
                split.images->floats(sample, {x[i - begin].mutable_data_ptr<float>(), 64});
                onehot[i - begin][split.labels[static_cast<std::size_t>(sample)]] = 1;
            }
            const auto hidden = (x.to(at::kDouble).mm(weights[0].t()) + weights[1]).clamp_min(0);
            const auto logits = hidden.mm(weights[2].t()) + weights[3];
            const auto loss = -(onehot * (logits - logits.logsumexp({1}, true))).sum() / (end - begin);
            const auto gradients = torch::autograd::grad({loss}, weights);
            const at::NoGradGuard plain;
            for (std::size_t p = 0; p < weights.size(); ++p) {
                const at::Tensor change = gradients[p] + request.weightDecay * weights[p];
                velocity[p] = velocity[p].defined() ? request.momentum * velocity[p] + change : change;
                weights[p].sub_(request.learningRate * velocity[p]);
            }
        }
    }
    return weights;
}

} // namespace

class TestTrain : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stepsFollowTheFormula();
    void lossFalls();
    void sameSeedSameBits();
    void threadsDoNotChangeBits();
    void dropoutAndBatchNormTrain_data();
    void dropoutAndBatchNormTrain();
    void schedules();
    void shufflesEveryEpochAnew();
    void historyHoldsWhatWasAsked_data();
    void historyHoldsWhatWasAsked();
    void cancelKeepsFinishedCheckpoints();
    void divergenceStopsWithASentence();
    void refusesAFolderInUse();
    void wrongOptionsAreNamed_data();
    void wrongOptionsAreNamed();
};

void TestTrain::stepsFollowTheFormula() {
    const QTemporaryDir folder;
    auto request = requestFor(folder, "run");
    request.history = "iterations";
    const auto report = train::train(request, {});
    // 96 samples in batches of 40, 40, 16; two epochs.
    QCOMPARE(QString::fromStdString(report.lastWeights.filename().string()), QString("iteration-000006.safetensors"));
    for (const int steps : {1, 3, 6}) {
        const auto file =
            formats::readWeights(request.out / ("iteration-00000" + std::to_string(steps) + ".safetensors"));
        const auto expected = trainByHand(request, steps);
        const char* names[] = {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"};
        for (std::size_t p = 0; p < 4; ++p) {
            const at::Tensor found = tensorOf(file, names[p]);
            QVERIFY2(found.defined(), names[p]);
            const double error = (found.to(at::kDouble) - expected[p]).abs().max().item<double>();
            QVERIFY2(error < 2e-6, qPrintable(QString("%1 after %2 steps: %3").arg(names[p]).arg(steps).arg(error)));
        }
    }
}

void TestTrain::lossFalls() {
    const QTemporaryDir folder;
    auto request = requestFor(folder, "run");
    request.epochs = 5;
    request.history = "last";
    const auto report = train::train(request, {});
    QCOMPARE(report.epochs.size(), std::size_t{5});
    QVERIFY(report.epochs.back().trainLoss < 0.5 * report.epochs.front().trainLoss);
    QVERIFY2(report.testAccuracy > 0.8, qPrintable(QString::number(report.testAccuracy)));
}

void TestTrain::sameSeedSameBits() {
    const QTemporaryDir folder;
    auto request = requestFor(folder, "one");
    const auto one = contentOf(train::train(request, {}).lastWeights);
    request.out = folder.filePath("two").toStdString();
    const auto two = contentOf(train::train(request, {}).lastWeights);
    request.out = folder.filePath("three").toStdString();
    request.seed = 6;
    const auto three = contentOf(train::train(request, {}).lastWeights);
    QVERIFY(!one.empty());
    QVERIFY(one == two);
    QVERIFY(one != three);
}

void TestTrain::threadsDoNotChangeBits() {
    const QTemporaryDir folder;
    auto request = requestFor(folder, "one");
    request.threads = 1;
    const auto one = contentOf(train::train(request, {}).lastWeights);
    request.out = folder.filePath("three").toStdString();
    request.threads = 3;
    QVERIFY(one == contentOf(train::train(request, {}).lastWeights));
}

void TestTrain::dropoutAndBatchNormTrain_data() {
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("buffer");
    QTest::newRow("dropout") << "lenet"
                             << "";
    QTest::newRow("batch norm") << "resnet18-cifar"
                                << "bn1.running_mean";
}

void TestTrain::dropoutAndBatchNormTrain() {
    QFETCH(QString, model);
    QFETCH(QString, buffer);
    const QTemporaryDir folder;
    auto request = requestFor(folder, "one");
    request.network.model = model.toStdString();
    request.data = tests::tinyDataset(33, 2, 8);
    request.batch = 16; // a last batch of one sample, which batch norm leaves out
    request.epochs = 1;
    const auto one = train::train(request, {});
    QVERIFY(std::isfinite(one.epochs.front().trainLoss));
    request.out = folder.filePath("two").toStdString();
    QVERIFY(contentOf(one.lastWeights) == contentOf(train::train(request, {}).lastWeights));
    const auto weights = formats::readWeights(one.lastWeights);
    if (!buffer.isEmpty())
        QVERIFY(tensorOf(weights, buffer.toLatin1().constData()).abs().max().item<double>() > 1e-4);
}

void TestTrain::schedules() {
    engine::TrainRequest request;
    request.epochs = 4;
    request.learningRate = 0.1;
    const std::int64_t steps = 10;
    request.schedule = "constant";
    QCOMPARE(train::learningRateAt(request, 39, steps), 0.1);
    request.schedule = "step";
    request.stepEpochs = 2;
    request.gamma = 0.7;
    QCOMPARE(train::learningRateAt(request, 19, steps), 0.1);
    QCOMPARE(train::learningRateAt(request, 20, steps), 0.1 * 0.7);
    request.schedule = "cosine";
    QCOMPARE(train::learningRateAt(request, 0, steps), 0.1);
    QCOMPARE(train::learningRateAt(request, 20, steps), 0.05);
    QVERIFY(train::learningRateAt(request, 39, steps) < 0.001);
}

void TestTrain::shufflesEveryEpochAnew() {
    auto first = train::shuffledOrder(1000, 1, 0);
    const auto second = train::shuffledOrder(1000, 1, 1);
    QVERIFY(first != second);
    QVERIFY(first == train::shuffledOrder(1000, 1, 0));
    QVERIFY(first != train::shuffledOrder(1000, 2, 0));
    std::sort(first.begin(), first.end());
    for (std::size_t i = 0; i < first.size(); ++i)
        QCOMPARE(first[i], static_cast<std::int64_t>(i));
}

void TestTrain::historyHoldsWhatWasAsked_data() {
    QTest::addColumn<QString>("history");
    QTest::addColumn<int>("every");
    QTest::addColumn<QStringList>("files");
    QTest::newRow("last") << "last" << 1 << QStringList{"epoch-003.safetensors"};
    QTest::newRow("epochs") << "epochs" << 1
                            << QStringList{"epoch-001.safetensors", "epoch-002.safetensors", "epoch-003.safetensors"};
    QTest::newRow("every second epoch") << "epochs" << 2
                                        << QStringList{"epoch-002.safetensors", "epoch-003.safetensors"};
    QTest::newRow("every fourth iteration")
        << "iterations" << 4
        << QStringList{"iteration-000004.safetensors", "iteration-000008.safetensors", "iteration-000009.safetensors"};
}

void TestTrain::historyHoldsWhatWasAsked() {
    QFETCH(QString, history);
    QFETCH(int, every);
    QFETCH(QStringList, files);
    const QTemporaryDir folder;
    auto request = requestFor(folder, "run");
    request.epochs = 3;
    request.history = history.toStdString();
    request.historyEvery = every;
    const auto report = train::train(request, {});
    QCOMPARE(QDir(folder.filePath("run")).entryList({"*.safetensors"}, QDir::Files, QDir::Name), files);
    QCOMPARE(QString::fromStdString(report.lastWeights.filename().string()), files.back());

    const auto json = base::readJsonFile(request.out / "history.json");
    QCOMPARE(json["epochs"].size(), std::size_t{3});
    QCOMPARE(json["checkpoints"].size(), static_cast<std::size_t>(files.size()));
    QCOMPARE(json.contains("iterations"), history == "iterations");
    if (history == "iterations")
        QCOMPARE(json["iterations"].size(), std::size_t{9});
    const auto weights = formats::readWeights(report.lastWeights);
    const auto has = [&](const char* key) {
        return std::ranges::any_of(weights.metadata, [&](const auto& pair) { return pair.first == key; });
    };
    for (const char* key : {"model", "preprocessing", "dataHash", "recipe", "epoch", "iteration"})
        QVERIFY2(has(key), key);
}

void TestTrain::cancelKeepsFinishedCheckpoints() {
    const QTemporaryDir folder;
    auto request = requestFor(folder, "run");
    request.epochs = 4;
    std::stop_source stop;
    base::JobContext context{stop.get_token(), [&stop](const base::Progress& progress) {
                                 if (progress.phase == "training" && progress.done >= 1.5 * 96)
                                     stop.request_stop();
                             }};
    QVERIFY_EXCEPTION_THROWN(train::train(request, context), base::Cancelled);
    QCOMPARE(QDir(folder.filePath("run")).entryList(QDir::Files, QDir::Name),
             (QStringList{"epoch-001.safetensors", "history.json"}));
    formats::readWeights(request.out / "epoch-001.safetensors");
    QCOMPARE(base::readJsonFile(request.out / "history.json")["epochs"].size(), std::size_t{1});
}

void TestTrain::divergenceStopsWithASentence() {
    const QTemporaryDir folder;
    auto request = requestFor(folder, "run");
    request.learningRate = 1e20;
    try {
        train::train(request, {});
        QFAIL("training with an absurd learning rate went on");
    } catch (const base::OptionError& error) {
        QVERIFY2(QString(error.what()).contains("lower --lr"), error.what());
    }
    QVERIFY2(!QDir(folder.filePath("run")).exists(), "an empty folder stayed");
}

void TestTrain::refusesAFolderInUse() {
    const QTemporaryDir folder;
    auto request = requestFor(folder, "run");
    request.epochs = 1;
    const auto before = contentOf(train::train(request, {}).lastWeights);
    QVERIFY_EXCEPTION_THROWN(train::train(request, {}), base::OptionError);
    QVERIFY(before == contentOf(request.out / "epoch-001.safetensors"));
}

void TestTrain::wrongOptionsAreNamed_data() {
    QTest::addColumn<QString>("option");
    for (const char* option : {"epochs", "batch", "lr", "momentum", "weight-decay", "schedule", "gamma", "history"})
        QTest::newRow(option) << QString(option);
}

void TestTrain::wrongOptionsAreNamed() {
    QFETCH(QString, option);
    const QTemporaryDir folder;
    auto request = requestFor(folder, "run");
    if (option == "epochs")
        request.epochs = 0;
    if (option == "batch")
        request.batch = 0;
    if (option == "lr")
        request.learningRate = std::nan("");
    if (option == "momentum")
        request.momentum = 1;
    if (option == "weight-decay")
        request.weightDecay = -1;
    if (option == "schedule")
        request.schedule = "linear";
    if (option == "gamma")
        request.gamma = 0;
    if (option == "history")
        request.history = "all";
    try {
        train::train(request, {});
        QFAIL("accepted");
    } catch (const base::OptionError& error) {
        QVERIFY2(QString(error.what()).contains("--" + option), error.what());
    }
}

QTEST_GUILESS_MAIN(TestTrain)
#include "test_train.moc"
