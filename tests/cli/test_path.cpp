#include "program.h"

#include <core/data/dataset.h>
#include <core/formats/npy.h>
#include <core/run/run.h>
#include <helpers/real_data.h>
#include <helpers/tiny_data.h>

#include <QDirIterator>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>

using namespace lpntk;
using namespace lpntk::tests;

/// The whole path on real images: info, train, eval, plan, kernel, relations, prune, export; and what happens when the
/// program is interrupted or killed on the way.
class TestPath : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void infoTellsWhatThingsAre();
    void evalAgreesWithTheRecord();
    void planCostsNothing();
    void kernelToExport();
    void untrainedNetworkIsSaid();
    void scoresAsTable();
    void perClassAndIndices();
    void jsonIsTheOnlyOutput();
    void ctrlCCancelsTraining();
    void killedThreeTimesResumesToTheSameBits();

private:
    QString path(const char* name) const { return m_folder.filePath(name); }
    QStringList kernelArguments(const QString& out, int limit) const {
        return {"kernel", "--data", path("data"), "--weights", m_weights, "--limit", QString::number(limit),
                "--out",  out};
    }

    QTemporaryDir m_folder;
    QString m_weights;
};

namespace {

std::string text(const QString& name) {
    return name.toStdString();
}

bool isFinished(const QString& run) {
    const QString manifest = run + "/manifest.json";
    return QFile::exists(manifest) && base::readJsonFile(text(manifest)).value("state", "") == "finished";
}

/// Content of every file of a folder by relative path; of manifest.json everything but the timings.
QMap<QString, QByteArray> contents(const QString& folder) {
    QMap<QString, QByteArray> files;
    QDirIterator each(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (each.hasNext()) {
        QFile file(each.next());
        if (!file.open(QIODevice::ReadOnly))
            continue;
        QByteArray bytes = file.readAll();
        const QString name = QDir(folder).relativeFilePath(file.fileName());
        if (name == "manifest.json") {
            auto manifest = base::parseJson(bytes.toStdString(), "manifest.json");
            manifest.erase("timings");
            bytes = QByteArray::fromStdString(manifest.dump());
        }
        files[name] = bytes;
    }
    return files;
}

} // namespace

void TestPath::initTestCase() {
    const auto folder = fashionMnist();
    if (!folder)
        QSKIP("Fashion-MNIST is not installed (Debian package dataset-fashion-mnist)");
    writeIdxFolder(text(path("data")), *data::loadDataset(folder->string()), 2000, 400);
    const auto trained =
        runProgram({"train", "--data", path("data"), "--model", "lenet5", "--preprocess", "fashion-mnist", "--epochs",
                    "4", "--lr", "0.05", "--batch", "32", "--schedule", "cosine", "--out", path("training"), "--json"});
    QVERIFY2(trained.exitCode == 0, trained.err.constData());
    m_weights = trained.json()["weights"].toString();
    QCOMPARE(trained.json()["epochs"].toArray().size(), 4);
    QVERIFY(trained.json()["testAccuracy"].toDouble() > 0.5);
}

void TestPath::infoTellsWhatThingsAre() {
    const auto dataset = runProgram({"info", path("data"), "--json"});
    QVERIFY2(dataset.exitCode == 0, dataset.err.constData());
    QCOMPARE(dataset.json()["kind"].toString(), QString("dataset"));
    const auto weights = runProgram({"info", m_weights, "--json"});
    QCOMPARE(weights.json()["kind"].toString(), QString("weights"));
}

void TestPath::evalAgreesWithTheRecord() {
    // Neither --model nor --preprocess: both are in the weights' metadata.
    const auto evaluated = runProgram({"eval", "--data", path("data"), "--weights", m_weights, "--json"});
    QVERIFY2(evaluated.exitCode == 0, evaluated.err.constData());
    const auto json = evaluated.json();
    QCOMPARE(json["preprocessing"].toObject()["name"].toString(), QString("fashion-mnist"));
    QCOMPARE(json["samples"].toInt(), 400);
    QCOMPARE(json["classes"].toArray().size(), 10);
    const auto history = base::readJsonFile(text(path("training/history.json")));
    QCOMPARE(json["accuracy"].toDouble(), history["epochs"].back()["testAccuracy"].get<double>());
}

void TestPath::planCostsNothing() {
    const auto plan = runProgram({"plan", "--data", path("data"), "--weights", m_weights, "--limit", "300", "--json"});
    QVERIFY2(plan.exitCode == 0, plan.err.constData());
    QCOMPARE(plan.json()["rows"].toInt(), 300);
    QCOMPARE(plan.json()["parameters"].toInt(), 61706);
    const auto tight = runProgram({"plan", "--data", path("data"), "--weights", m_weights, "--memory", "1M"});
    QCOMPARE(tight.exitCode, 1);
    QVERIFY2(tight.err.contains("MB") || tight.err.contains("GB"), tight.err.constData());
}

void TestPath::kernelToExport() {
    const auto kernel = runProgram(kernelArguments(path("run"), 300) + QStringList{"--json"});
    QVERIFY2(kernel.exitCode == 0, kernel.err.constData());
    QCOMPARE(kernel.json()["rows"].toInt(), 300);
    QVERIFY(kernel.json()["audit"].toObject()["largestCosineError"].toDouble() < 2e-6);

    const auto relations = runProgram({"relations", path("run"), "--json"});
    QVERIFY2(relations.exitCode == 0, relations.err.constData());
    QCOMPARE(relations.json()["pairs"].toInt(), 300 * 299 / 2);

    const auto pruned =
        runProgram({"prune", path("run"), "--method", "heads", "--keep", "0.5", "--out", path("subset"), "--json"});
    QVERIFY2(pruned.exitCode == 0, pruned.err.constData());
    const auto exported =
        runProgram({"export", path("subset"), "--format", "idx", "--out", path("exported"), "--json"});
    QVERIFY2(exported.exitCode == 0, exported.err.constData());

    const auto kept = formats::NpyArray::open(text(path("exported/keep_indices.npy"))).toInt64();
    QVERIFY(kept.size() >= 140 && kept.size() <= 160);
    QVERIFY(std::is_sorted(kept.begin(), kept.end()));
    const auto replayed = runProgram({"replay", path("exported/recipe.json")});
    QVERIFY2(replayed.exitCode == 0, replayed.err.constData());
}

void TestPath::untrainedNetworkIsSaid() {
    const auto evaluated =
        runProgram({"eval", "--data", path("data"), "--model", "lenet5", "--seed", "3", "--limit", "50"});
    QCOMPARE(evaluated.exitCode, 0);
    QVERIFY(evaluated.out.contains("initialised from seed 3"));
}

void TestPath::scoresAsTable() {
    const auto scored = runProgram({"score", "--data", path("data"), "--checkpoints", m_weights, "--limit", "20",
                                    "--scores", "el2n,grand", "--out", path("scores.csv")});
    QVERIFY2(scored.exitCode == 0, scored.err.constData());
    QFile file(path("scores.csv"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto lines = file.readAll().trimmed().split('\n');
    QCOMPARE(lines.size(), 21);
    QCOMPARE(lines[0], QByteArray("index,label,prediction,el2n,grand"));
    QVERIFY(lines[20].startsWith("19,"));
}

void TestPath::perClassAndIndices() {
    const auto balanced =
        runProgram({"eval", "--data", path("data"), "--weights", m_weights, "--per-class", "3", "--json"});
    QCOMPARE(balanced.json()["samples"].toInt(), 30);
    formats::writeNpy(text(path("some.npy")), std::vector<std::int64_t>{5, 399, 17});
    QCOMPARE(
        runProgram({"eval", "--data", path("data"), "--weights", m_weights, "--indices", path("some.npy"), "--json"})
            .json()["samples"]
            .toInt(),
        3);
    formats::writeNpy(text(path("wrong.npy")), std::vector<std::int64_t>{5, 400});
    const auto wrong =
        runProgram({"eval", "--data", path("data"), "--weights", m_weights, "--indices", path("wrong.npy")});
    QCOMPARE(wrong.exitCode, 1);
    QVERIFY2(wrong.err.contains("400"), wrong.err.constData());
}

void TestPath::jsonIsTheOnlyOutput() {
    const auto quiet = runProgram({"eval", "--data", path("data"), "--weights", m_weights, "--quiet"});
    QCOMPARE(quiet.exitCode, 0);
    QVERIFY(quiet.out.isEmpty());
    const auto plain = runProgram({"eval", "--data", path("data"), "--weights", m_weights});
    QVERIFY(plain.out.contains("accuracy"));
    QVERIFY2(!plain.err.contains('\r'), "a progress line was drawn although standard error is no terminal");
}

void TestPath::ctrlCCancelsTraining() {
    QProcess process;
    start(process, {"train", "--data", path("data"), "--model", "lenet5", "--epochs", "100000", "--limit", "64",
                    "--out", path("cancelled")});
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path("cancelled/epoch-002.safetensors")), 120'000);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    const auto outcome = finish(process);
    QCOMPARE(outcome.exitCode, 130);
    QVERIFY(outcome.err.contains("cancelled"));
    // Nothing half-written, and what was finished can be used.
    for (const auto& name : QDir(path("cancelled")).entryList(QDir::Files | QDir::Hidden))
        QVERIFY2(name == "history.json" || QRegularExpression("^epoch-\\d{3,}\\.safetensors$").match(name).hasMatch(),
                 qPrintable(name));
    QCOMPARE(runProgram(
                 {"eval", "--data", path("data"), "--weights", path("cancelled/epoch-002.safetensors"), "--limit", "9"})
                 .exitCode,
             0);
}

void TestPath::killedThreeTimesResumesToTheSameBits() {
    QElapsedTimer timer;
    timer.start();
    const auto whole = runProgram(kernelArguments(path("whole"), 2000));
    QVERIFY2(whole.exitCode == 0, whole.err.constData());
    const int duration = static_cast<int>(timer.elapsed());

    // The first kill may come before the run folder is there.
    const auto resumeArgument = [this] {
        return QFile::exists(path("resumed")) ? QStringList{"--resume"} : QStringList{};
    };
    int killed = 0;
    for (const int share : {40, 55, 70}) {
        QProcess process;
        start(process, kernelArguments(path("resumed"), 2000) + resumeArgument());
        if (process.waitForFinished(duration * share / 100))
            break; // this machine got faster meanwhile; nothing is left to resume
        process.kill();
        process.waitForFinished(-1);
        if (isFinished(path("resumed")))
            break; // the kill came after the last byte
        ++killed;
        QVERIFY_EXCEPTION_THROWN(run::Run::open(text(path("resumed"))), base::Error);
    }
    QVERIFY(killed > 0);
    const auto rest = runProgram(kernelArguments(path("resumed"), 2000) + resumeArgument());
    QVERIFY2(rest.exitCode == 0, rest.err.constData());
    const auto expected = contents(path("whole"));
    const auto found = contents(path("resumed"));
    QCOMPARE(found.keys(), expected.keys());
    for (auto file = expected.begin(); file != expected.end(); ++file)
        QVERIFY2(found[file.key()] == file.value(), qPrintable(file.key()));
}

QTEST_GUILESS_MAIN(TestPath)
#include "test_path.moc"
