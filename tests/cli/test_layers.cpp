#include "program.h"
#include "refusal.h"
#include "small_run.h"

#include <core/formats/npz.h>

#include <QFile>
#include <QJsonArray>
#include <QtTest>

#include <cmath>

using namespace lpntk;
using namespace lpntk::tests;

/// `lpntk layers` on a real run: what it adds up to is in the run's kernel.npy.
class TestLayers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void partsAddUpToTheRunsKernel();
    void fileHoldsTheSame();
    void samplesOutsideTheRun();
    void questionsThatCannotBeAnswered_data();
    void questionsThatCannotBeAnswered();
    void changedWeightsAreNamed();
    void changedDataAreNamed();

private:
    double length(std::int64_t i, std::int64_t j) const { return std::sqrt(m_run.kappa(i, i) * m_run.kappa(j, j)); }
    SmallRun m_run;
};

void TestLayers::initTestCase() {
    const QString problem = m_run.make();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

void TestLayers::partsAddUpToTheRunsKernel() {
    const auto found = runProgram({"layers", m_run.folder(), "--samples", "3,17,99,250,0", "--json"});
    QVERIFY2(found.exitCode == 0, found.err.constData());
    QCOMPARE(found.json()["layers"].toArray(), (QJsonArray{"conv1", "conv2", "fc1", "fc2", "fc3"}));
    const QJsonArray pairs = found.json()["pairs"].toArray();
    QCOMPARE(pairs.size(), qsizetype(15));
    for (const QJsonValue& pair : pairs) {
        const std::int64_t i = m_run.rowOf(pair["a"].toInteger()), j = m_run.rowOf(pair["b"].toInteger());
        double sum = 0;
        for (const QJsonValue& part : pair["parts"].toArray())
            sum += part.toDouble();
        QVERIFY(std::abs(pair["kappa"].toDouble() - m_run.kappa(i, j)) < 1e-5 * length(i, j));
        QVERIFY(std::abs(sum - m_run.kappa(i, j)) < 1e-5 * length(i, j));
        QVERIFY(std::abs(pair["cosine"].toDouble() - m_run.cosine(i, j)) < 1e-5);
    }
    const auto told = runProgram({"layers", m_run.folder(), "--samples", "3,17"});
    QVERIFY2(told.out.contains("conv2") && told.out.contains("itself") && told.out.contains(" %"),
             told.out.constData());
}

void TestLayers::fileHoldsTheSame() {
    const QString file = m_run.path("layers.npz"), list = m_run.path("list.npy");
    std::vector<std::int64_t> samples;
    for (std::int64_t i = 0; i < 290; ++i)
        samples.push_back((i * 71 + 5) % SmallRun::kRows); // more than a tile, in no order
    formats::writeNpy(list.toStdString(), samples);
    const auto made = runProgram({"layers", m_run.folder(), "--indices", list, "--out", file, "--json"});
    QVERIFY2(made.exitCode == 0, made.err.constData());
    QVERIFY(made.json()["pairs"].isNull());
    const formats::NpzArchive archive(file.toStdString());
    QCOMPARE(archive.names(), (std::vector<std::string>{"samples", "labels", "kernel", "total", "layers"}));
    QCOMPARE(archive.array("samples").toInt64(), samples);
    const auto n = static_cast<std::int64_t>(samples.size());
    const auto kernel = archive.array("kernel"), total = archive.array("total"), labels = archive.array("labels");
    const auto parts = kernel.as<float>({5, n, n}), whole = total.as<float>({n, n});
    double worst = 0, worstSum = 0;
    bool symmetric = true;
    for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t row = m_run.rowOf(samples[static_cast<std::size_t>(i)]);
        QCOMPARE(labels.as<std::int64_t>()[static_cast<std::size_t>(i)], m_run.label(row));
        for (std::int64_t j = 0; j < n; ++j) {
            const std::int64_t column = m_run.rowOf(samples[static_cast<std::size_t>(j)]);
            const auto at = [&](std::int64_t layer, std::int64_t a, std::int64_t b) {
                return static_cast<std::size_t>((layer * n + a) * n + b);
            };
            double sum = 0;
            for (std::int64_t layer = 0; layer < 5; ++layer) {
                sum += static_cast<double>(parts[at(layer, i, j)]);
                symmetric = symmetric && parts[at(layer, i, j)] == parts[at(layer, j, i)];
            }
            symmetric = symmetric && whole[at(0, i, j)] == whole[at(0, j, i)];
            const double expected = m_run.kappa(row, column);
            worst = std::max(worst, std::abs(static_cast<double>(whole[at(0, i, j)]) - expected) / length(row, column));
            worstSum = std::max(worstSum, std::abs(sum - expected) / length(row, column));
        }
    }
    QVERIFY(symmetric);
    QVERIFY2(worst < 1e-5, qPrintable(QString::number(worst)));
    QVERIFY2(worstSum < 1e-5, qPrintable(QString::number(worstSum)));
}

void TestLayers::samplesOutsideTheRun() {
    const auto found = runProgram({"layers", m_run.folder(), "--samples", "399,0", "--json"});
    QVERIFY2(found.exitCode == 0, found.err.constData());
    QCOMPARE(found.json()["samples"].toArray(), (QJsonArray{399, 0}));
}

void TestLayers::questionsThatCannotBeAnswered_data() {
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QStringList>("words");
    QTest::newRow("none named") << QStringList{} << 1 << QStringList{"--samples", "--indices"};
    QTest::newRow("not in the split") << QStringList{"--samples", "3,400"} << 1
                                      << QStringList{"sample 400", "400 samples"};
    QTest::newRow("twice") << QStringList{"--samples", "3,3"} << 1 << QStringList{"sample 3 twice"};
    QTest::newRow("too many to list") << QStringList{"--samples", "0,1,2,3,4,5,6,7,8,9,10,11,12"} << 1
                                      << QStringList{"13 samples", "--out"};
    QTest::newRow("too little memory") << QStringList{"--samples", "0,1", "--memory", "64M"} << 1
                                       << QStringList{"Give at least --memory"};
    QTest::newRow("not numbers") << QStringList{"--samples", "a,b"} << 2 << QStringList{"--samples"};
}

void TestLayers::questionsThatCannotBeAnswered() {
    QFETCH(QStringList, options);
    QFETCH(int, exitCode);
    QFETCH(QStringList, words);
    QCOMPARE(wrongRefusal(runProgram(QStringList{"layers", m_run.folder()} + options), exitCode, words), QString());
}

void TestLayers::changedWeightsAreNamed() {
    const QString weights = m_run.path("weights.safetensors"), folder = m_run.path("own-run");
    QVERIFY(QFile::copy(SmallRun::weights(), weights));
    QVERIFY(QFile::setPermissions(weights, QFile::ReadOwner | QFile::WriteOwner));
    const auto made =
        runProgram({"kernel", "--data", m_run.data(), "--weights", weights, "--limit", "20", "--out", folder});
    QVERIFY2(made.exitCode == 0, made.err.constData());
    QFile file(weights);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek(file.size() - 1));
    const char last = file.read(1)[0];
    QVERIFY(file.seek(file.size() - 1) && file.putChar(static_cast<char>(last ^ 1)));
    file.close();
    const QStringList question{"layers", folder, "--samples", "1,2"};
    QCOMPARE(wrongRefusal(runProgram(question), 1, {"weights", weights, "changed since the run"}), QString());
    QVERIFY(file.remove());
    QCOMPARE(wrongRefusal(runProgram(question), 1, {"weights", weights, "cannot be found"}), QString());
}

/// The last of the tests, for it spoils the data.
void TestLayers::changedDataAreNamed() {
    QFile labels(m_run.data() + "/train-labels-idx1-ubyte");
    QVERIFY(labels.open(QIODevice::ReadWrite));
    QVERIFY(labels.seek(labels.size() - 1));
    const char last = labels.read(1)[0];
    QVERIFY(labels.seek(labels.size() - 1) && labels.putChar(last == 0 ? '\1' : '\0'));
    labels.close();
    QCOMPARE(wrongRefusal(runProgram({"layers", m_run.folder(), "--samples", "1,2"}), 1,
                          {"the data set", "changed since the run"}),
             QString());
}

QTEST_GUILESS_MAIN(TestLayers)
#include "test_layers.moc"
