#include "program.h"
#include "small_run.h"

#include <core/formats/npz.h>
#include <helpers/real_data.h>

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace lpntk;
using namespace lpntk::tests;

/// eval, score, plan and train against the probabilities and kernels of runs, and against each other.
class TestNetworks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void infoOfDataAndWeights();
    void evalCountsTheProbabilities();
    void evalWritesPyTorchsLogits();
    void exportedProgramGoesAllTheWay();
    void networkIsGuessedFromTheWeights();
    void scoresFollowFromTheProbabilities();
    void grandIsTheNormOfTheLossGradient();
    void planForetellsTheRun();
    void trainIsAPureFunctionOfItsOptions();
    void trainedWeightsAreTheLastCheckpoint();
    void evalOfAHistoryEqualsItsCheckpoints();

private:
    QStringList network() const { return {"--data", m_run.data(), "--weights", SmallRun::weights()}; }
    QStringList sameSamples() const { return {"--split", "train", "--limit", QString::number(SmallRun::kRows)}; }
    double probability(std::int64_t row, std::int64_t label) const {
        return double(m_probabilities[std::size_t(row * 10 + label)]);
    }
    /// Columns of the scores of the first samples, by name.
    QMap<QString, std::vector<double>> scores(const QStringList& names);

    SmallRun m_run;
    std::vector<float> m_probabilities;
};

namespace {

QByteArray contentOf(const QString& name) {
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool near(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance * (1 + std::abs(b));
}

} // namespace

void TestNetworks::initTestCase() {
    const QString problem = m_run.make();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    m_probabilities = readArray<float>(m_run.path("run/probabilities.npy"));
    QCOMPARE(m_probabilities.size(), std::size_t(SmallRun::kRows * 10));
}

void TestNetworks::infoOfDataAndWeights() {
    const auto data = runProgram({"info", m_run.data(), "--json"});
    QCOMPARE(data.json()["splits"][0]["samples"].toInteger(), qint64(SmallRun::kTrain));
    QCOMPARE(data.json()["splits"][1]["samples"].toInteger(), qint64(SmallRun::kTest));
    QCOMPARE(data.json()["classes"].toInt(), 10);
    const auto weights = runProgram({"info", SmallRun::weights(), "--json"});
    qint64 numbers = 0;
    for (const QJsonValue& tensor : weights.json()["tensors"].toArray()) {
        qint64 count = 1;
        for (const QJsonValue& side : tensor["shape"].toArray())
            count *= side.toInteger();
        numbers += count;
    }
    QCOMPARE(numbers, 61706); // LeNet-5: 156 + 2416 + 48120 + 10164 + 850
    QCOMPARE(weights.json()["numbers"].toInteger(), numbers);
    QCOMPARE(runProgram({"info", m_run.path("run/kernel.npy"), "--json"}).json()["shape"].toArray(),
             QJsonArray({int(SmallRun::kRows), int(SmallRun::kRows)}));
}

void TestNetworks::networkIsGuessedFromTheWeights() {
    QByteArray weights = contentOf(SmallRun::weights());
    const QByteArray key = "\"model\":", other = "\"nodel\":";
    QVERIFY(weights.contains(key));
    QFile file(m_run.path("unnamed.safetensors"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(weights.replace(key, other));
    file.close();
    const QStringList unnamed{"--data", m_run.data(), "--weights", file.fileName()};
    const auto found = runProgram(QStringList{"eval", "--json"} + unnamed + sameSamples());
    QVERIFY2(found.exitCode == 0, found.err.constData());
    QCOMPARE(found.json()["model"].toString(), QString("lenet5"));
    QCOMPARE(found.json()["guessed"].toBool(), true);
    QCOMPARE(found.json()["mapping"].toArray().size(), 10);
    QVERIFY(found.json()["mapping"][0].toString().contains("conv1.weight"));
    // The run knows the name, so that the same job with the name said goes on with it; and it knows its accuracy.
    const QStringList job = QStringList{"kernel", "--json", "--out", m_run.path("unnamed")} + sameSamples();
    const auto made = runProgram(job + unnamed);
    QVERIFY2(made.exitCode == 0, made.err.constData());
    QCOMPARE(made.json()["accuracy"].toDouble(), found.json()["accuracy"].toDouble());
    const auto again = runProgram(job + unnamed + QStringList{"--model", "lenet5", "--resume"});
    QVERIFY2(again.exitCode == 0, again.err.constData());
    QCOMPARE(again.json()["tilesComputed"].toInt(), 0);
    QCOMPARE(again.json()["guessed"].toBool(), false);
    QCOMPARE(again.json()["accuracy"].toDouble(), found.json()["accuracy"].toDouble());
}

void TestNetworks::evalCountsTheProbabilities() {
    const auto found = runProgram(QStringList{"eval", "--json"} + network() + sameSamples());
    QVERIFY2(found.exitCode == 0, found.err.constData());
    std::vector<int> right(10), count(10);
    double loss = 0;
    for (std::int64_t row = 0; row < SmallRun::kRows; ++row) {
        const auto begin = m_probabilities.begin() + row * 10;
        const auto label = std::size_t(m_run.label(row));
        right[label] += std::max_element(begin, begin + 10) - begin == m_run.label(row);
        ++count[label];
        loss -= std::log(probability(row, m_run.label(row))) / double(SmallRun::kRows);
    }
    int all = 0;
    for (std::size_t k = 0; k < 10; ++k) {
        all += right[k];
        QCOMPARE(found.json()["classes"][qsizetype(k)]["samples"].toInt(), count[k]);
        QCOMPARE(found.json()["classes"][qsizetype(k)]["accuracy"].toDouble(), right[k] / double(count[k]));
    }
    QCOMPARE(found.json()["accuracy"].toDouble(), all / double(SmallRun::kRows));
    QVERIFY(near(found.json()["loss"].toDouble(), loss, 1e-4));
}

void TestNetworks::evalWritesPyTorchsLogits() {
    // The pictures and logits that PyTorch left beside the exported network, as a data set.
    const formats::NpzArchive pictures(exportedNetworks() / "inputs.npz"), reference(exportedNetworks() / "vit.npz");
    const auto inputs = pictures.array("inputs"), labels = pictures.array("labels"), logits = reference.array("logits");
    const formats::NpzArray arrays[] = {{"images", formats::DType::f32, inputs.shape(), inputs.bytes()},
                                        {"labels", formats::DType::i64, labels.shape(), labels.bytes()}};
    const QString data = m_run.path("pictures.npz"), file = m_run.path("logits.npy");
    formats::writeNpz(data.toStdString(), arrays);
    for (const char* version : {"2.6", "2.15"}) {
        const auto program = QString::fromStdString((exportedNetworks() / (std::string("vit-") + version + ".pt2")).string());
        const auto found = runProgram({"eval", "--data", data, "--split", "train", "--preprocess", "none", "--model", program,
                                       "--logits", file, "--json"});
        QVERIFY2(found.exitCode == 0, found.err.constData());
        QCOMPARE(found.json()["fromSeed"].toBool(), false);
        const auto mine = formats::NpyArray::open(file.toStdString());
        QCOMPARE(mine.shape(), logits.shape());
        const auto a = mine.as<float>(), b = logits.as<float>();
        for (std::size_t i = 0; i < a.size(); ++i)
            QVERIFY(std::abs(a[i] - b[i]) < 1e-5F);
    }
}

void TestNetworks::exportedProgramGoesAllTheWay() {
    const auto program = QString::fromStdString((exportedNetworks() / "cnn-2.11.pt2").string());
    const QString run = m_run.path("exported");
    const QStringList job{"kernel", "--data", m_run.data(), "--model", program, "--limit", "40", "--out", run, "--json"};
    const auto made = runProgram(job + QStringList{"--parameters", "head.*"});
    QVERIFY2(made.exitCode == 0, made.err.constData());
    QCOMPARE(made.json()["model"].toString(), QString("cnn-2.11.pt2"));
    const auto manifest = QJsonDocument::fromJson(contentOf(run + "/manifest.json")).object();
    QCOMPARE(manifest["model"]["program"].toString(), program);
    QCOMPARE(manifest["model"]["weights_sha256"], manifest["model"]["program_sha256"]);
    QCOMPARE(manifest["plan"]["layers"].toArray().size(), 1);
    const auto other = runProgram(job + QStringList{"--resume"});
    QVERIFY(other.exitCode == 1 && other.err.contains("--parameters"));
    const auto pairs = runProgram({"relations", run, "--json"});
    QVERIFY2(pairs.exitCode == 0, pairs.err.constData());
}

QMap<QString, std::vector<double>> TestNetworks::scores(const QStringList& names) {
    const QString file = m_run.path("scores.csv");
    const auto scored =
        runProgram(QStringList{"score", "--scores", names.join(','), "--out", file} + network() + sameSamples());
    QMap<QString, std::vector<double>> columns;
    if (scored.exitCode != 0)
        return columns;
    const auto lines = contentOf(file).trimmed().split('\n');
    const auto header = lines[0].split(',');
    for (const QByteArray& line : lines.mid(1)) {
        const auto cells = line.split(',');
        for (qsizetype c = 0; c < header.size(); ++c)
            columns[header[c]].push_back(cells[c].toDouble());
    }
    return columns;
}

void TestNetworks::scoresFollowFromTheProbabilities() {
    const auto columns = scores({"el2n", "margin", "entropy", "loss"});
    QCOMPARE(columns["index"].size(), std::size_t(SmallRun::kRows));
    for (std::int64_t row = 0; row < SmallRun::kRows; ++row) {
        const auto at = std::size_t(m_run.sample(row));
        const std::int64_t label = m_run.label(row);
        double squares = 0, entropy = 0, bestOther = 0, best = 0;
        for (std::int64_t k = 0; k < 10; ++k) {
            const double p = probability(row, k);
            squares += (p - (k == label)) * (p - (k == label));
            entropy -= p > 0 ? p * std::log(p) : 0;
            best = std::max(best, p);
            if (k != label)
                bestOther = std::max(bestOther, p);
        }
        QCOMPARE(columns["index"][at], double(at));
        QCOMPARE(columns["label"][at], double(label));
        QCOMPARE(probability(row, std::int64_t(columns["prediction"][at])), best);
        // probabilities.npy holds float32, so 1 - p is known to about 1e-7.
        QVERIFY(near(columns["el2n"][at], std::sqrt(squares), 1e-5));
        QVERIFY(near(columns["entropy"][at], entropy, 1e-5));
        QVERIFY(near(columns["margin"][at], probability(row, label) - bestOther, 1e-5));
        QVERIFY(near(std::exp(-columns["loss"][at]), probability(row, label), 1e-5));
    }
}

void TestNetworks::grandIsTheNormOfTheLossGradient() {
    const QString folder = m_run.path("loss-run");
    const auto made =
        runProgram(QStringList{"kernel", "--kernel", "loss", "--out", folder} + network() + sameSamples());
    QVERIFY2(made.exitCode == 0, made.err.constData());
    const auto kernel = readArray<float>(folder + "/kernel.npy");
    const auto grand = scores({"grand"})["grand"];
    QCOMPARE(kernel.size(), std::size_t(SmallRun::kRows * SmallRun::kRows));
    QCOMPARE(grand.size(), std::size_t(SmallRun::kRows));
    for (std::int64_t row = 0; row < SmallRun::kRows; ++row)
        QVERIFY(near(grand[std::size_t(m_run.sample(row))],
                     std::sqrt(double(kernel[std::size_t(row * (SmallRun::kRows + 1))])), 1e-4));
}

void TestNetworks::planForetellsTheRun() {
    const auto plan = runProgram(QStringList{"plan", "--json"} + network() + sameSamples());
    QVERIFY2(plan.exitCode == 0, plan.err.constData());
    const auto manifest = QJsonDocument::fromJson(contentOf(m_run.path("run/manifest.json"))).object();
    auto done = manifest["plan"].toObject(), foretold = plan.json();
    QCOMPARE(foretold.take("network").toObject()["model"].toString(), QString("lenet5"));
    // The prediction is of this moment of this machine; all that decides the bits is the same.
    done.remove("prediction");
    const auto prediction = foretold.take("prediction").toObject();
    QVERIFY(foretold.take("smaller").isArray());
    QCOMPARE(foretold, done);
    qint64 bytes = 0;
    QDirIterator each(m_run.folder(), QDir::Files, QDirIterator::Subdirectories);
    while (each.hasNext())
        bytes += QFileInfo(each.next()).size();
    bool told = false;
    for (auto value = prediction.begin(); value != prediction.end(); ++value)
        if (value.key().contains("disk")) {
            told = true;
            QVERIFY2(value->toInteger() >= bytes, "the run took more disk space than the plan said");
        }
    QVERIFY(told);
    QVERIFY(!QFile::exists(m_run.path("plan")));
}

void TestNetworks::trainIsAPureFunctionOfItsOptions() {
    const auto train = [&](const QString& out, const QString& seed) {
        return runProgram({"train", "--data", m_run.data(), "--model", "lenet5", "--epochs", "2", "--limit", "200",
                           "--batch", "20", "--lr", "0.02", "--seed", seed, "--out", m_run.path(out)});
    };
    for (const auto& [out, seed] : {std::pair("train-a", "7"), {"train-b", "7"}, {"train-c", "8"}}) {
        const auto trained = train(out, seed);
        QVERIFY2(trained.exitCode == 0, trained.err.constData());
    }
    for (const char* name : {"epoch-001.safetensors", "epoch-002.safetensors"}) {
        const auto first = contentOf(m_run.path("train-a/") + name);
        QVERIFY(first.size() > 61706 * 4);
        QVERIFY(first == contentOf(m_run.path("train-b/") + name));
        QVERIFY(first != contentOf(m_run.path("train-c/") + name));
    }
    const auto refused = train("train-a", "7");
    QCOMPARE(refused.exitCode, 1);
    QVERIFY2(refused.err.contains("already holds a training"), refused.err.constData());
}

void TestNetworks::trainedWeightsAreTheLastCheckpoint() {
    const auto trained =
        runProgram({"train", "--data", m_run.data(), "--model", "lenet5", "--epochs", "3", "--limit", "200", "--batch",
                    "20", "--lr", "0.02", "--history", "last", "--out", m_run.path("train-d"), "--json"});
    QVERIFY2(trained.exitCode == 0, trained.err.constData());
    QCOMPARE(QDir(m_run.path("train-d")).entryList(QDir::Files),
             QStringList({"epoch-003.safetensors", "history.json"}));
    const auto epochs = trained.json()["epochs"].toArray();
    QCOMPARE(epochs.size(), 3);
    QVERIFY2(epochs[2]["trainLoss"].toDouble() < epochs[0]["trainLoss"].toDouble(),
             "three epochs should teach something");
    const auto evaluated =
        runProgram({"eval", "--data", m_run.data(), "--weights", trained.json()["weights"].toString(), "--json"});
    QVERIFY2(evaluated.exitCode == 0, evaluated.err.constData());
    QCOMPARE(evaluated.json()["accuracy"].toDouble(), trained.json()["testAccuracy"].toDouble());
}

void TestNetworks::evalOfAHistoryEqualsItsCheckpoints() {
    const QString folder = m_run.path("train-e");
    const auto trained =
        runProgram({"train", "--data", m_run.data(), "--model", "lenet5", "--epochs", "3", "--limit", "200", "--batch",
                    "20", "--lr", "0.02", "--history", "epochs", "--out", folder, "--json"});
    QVERIFY2(trained.exitCode == 0, trained.err.constData());
    const auto whole = runProgram({"eval", "--data", m_run.data(), "--weights", folder, "--json"});
    QVERIFY2(whole.exitCode == 0, whole.err.constData());
    const QJsonArray history = whole.json()["history"].toArray();
    QCOMPARE(history.size(), 3);
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(history[i]["number"].toInt(), i + 1);
        const auto one = runProgram({"eval", "--data", m_run.data(), "--weights", history[i]["weights"].toString(), "--json"});
        QCOMPARE(history[i]["loss"].toDouble(), one.json()["loss"].toDouble());
        QCOMPARE(history[i]["accuracy"].toDouble(), one.json()["accuracy"].toDouble());
    }
    QVERIFY(history[0]["loss"].toDouble() != history[2]["loss"].toDouble());
    const auto pattern = runProgram({"eval", "--data", m_run.data(), "--weights", folder + "/*-00[23].safetensors", "--json"});
    QCOMPARE(pattern.exitCode, 1); // brackets are no wildcards
    const auto some = runProgram({"eval", "--data", m_run.data(), "--weights", folder + "/epoch-*3.safetensors", "--json"});
    QCOMPARE(some.json()["history"].toArray().size(), 1);
}

QTEST_GUILESS_MAIN(TestNetworks)
#include "test_networks.moc"
