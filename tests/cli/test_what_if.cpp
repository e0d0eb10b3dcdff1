#include "program.h"
#include "refusal.h"
#include "small_run.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QtTest>

#include <cmath>
#include <map>

using namespace lpntk::tests;

namespace {

constexpr std::int64_t kSample = 41;
constexpr double kThreshold = 0.1;
constexpr double kNear = 1e-4; ///< of the threshold: two computations may round to different sides

/// A run's kernel, read with plain code.
struct Kernel {
    std::vector<std::int64_t> samples, labels;
    std::vector<float> kappa;

    explicit Kernel(const QString& folder)
        : samples(readArray<std::int64_t>(folder + "/samples.npy")),
          labels(readArray<std::int64_t>(folder + "/labels.npy")), kappa(readArray<float>(folder + "/kernel.npy")) {}
    double at(std::size_t i, std::size_t j) const { return static_cast<double>(kappa[i * samples.size() + j]); }
};

/// Mean cosine of the sample to the others of its class, and contradictory samples: certain ones and possible ones.
struct Expected {
    double classCosine = 0;
    std::int64_t least = 0, most = 0, classSamples = 0;

    explicit Expected(const Kernel& kernel) {
        std::size_t own = 0;
        while (kernel.samples[own] != kSample)
            ++own;
        for (std::size_t j = 0; j < kernel.samples.size(); ++j) {
            if (j == own)
                continue;
            const double cosine = kernel.at(own, j) / std::sqrt(kernel.at(own, own) * kernel.at(j, j));
            least += cosine <= -kThreshold - kNear;
            most += cosine <= -kThreshold + kNear;
            if (kernel.labels[j] == kernel.labels[own]) {
                classCosine += cosine;
                ++classSamples;
            }
        }
        classCosine /= static_cast<double>(classSamples);
    }
};

} // namespace

/// `lpntk neighbours --what-if` on a real run, against runs of a data set in which the label is another one.
class TestWhatIf : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        const QString problem = m_run.make();
        if (m_run.isMissing())
            QSKIP(qPrintable(problem));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        m_asked =
            runProgram({"neighbours", m_run.folder(), "--sample", QString::number(kSample), "--what-if", "--json"});
        QVERIFY2(m_asked.exitCode == 0, m_asked.err.constData());
        m_label = m_run.trainLabels()[kSample];
    }

    void presentLabelFirstThenTheBest() {
        const QJsonArray list = m_asked.json()["ifLabel"].toArray();
        QCOMPARE(list.size(), qsizetype(10));
        QCOMPARE(list[0]["label"].toInteger(), m_label);
        QCOMPARE(list[0]["contradictory"].toInteger(),
                 m_asked.json()["counts"].toObject().value("contradictory").toInteger());
        for (qsizetype i = 2; i < list.size(); ++i)
            QVERIFY(list[i - 1]["contradictory"].toInteger() <= list[i]["contradictory"].toInteger());
    }

    void eachLabelIsThatOfARunWithIt_data() {
        QTest::addColumn<std::int64_t>("label");
        for (const std::int64_t label : {std::int64_t{0}, std::int64_t{4}, std::int64_t{9}, std::int64_t{-1}})
            QTest::addRow("%d", static_cast<int>(label)) << label;
    }
    void eachLabelIsThatOfARunWithIt() {
        QFETCH(std::int64_t, label);
        const std::int64_t wanted = label < 0 ? m_label : label;
        const QString folder = label < 0 ? m_run.folder() : runWithLabel(wanted);
        QVERIFY(!folder.isEmpty());
        const Expected expected{Kernel(folder)};
        for (const QJsonValue& entry : m_asked.json()["ifLabel"].toArray()) {
            if (entry["label"].toInteger() != wanted)
                continue;
            QVERIFY(std::abs(entry["classCosine"].toDouble() - expected.classCosine) < 1e-5);
            QCOMPARE(entry["classSamples"].toInteger(), expected.classSamples);
            const std::int64_t contradictory = entry["contradictory"].toInteger();
            QVERIFY(contradictory >= expected.least && contradictory <= expected.most);
            return;
        }
        QFAIL("the label is missing");
    }

    void isTold() {
        const auto told = runProgram({"neighbours", m_run.folder(), "--sample", QString::number(kSample), "--what-if"});
        QVERIFY2(told.out.contains("if the label were") && told.out.contains("(now)"), told.out.constData());
        QCOMPARE(
            wrongRefusal(runProgram({"neighbours", m_run.folder(), "--sample", "41", "--what-if", "--memory", "80M"}),
                         1, {"Give at least --memory"}),
            QString());
    }

    void kernelWithoutLabels() {
        const QString folder = m_run.path("pntk-run");
        const auto made = runProgram({"kernel", "--data", m_run.data(), "--weights", SmallRun::weights(), "--limit",
                                      "30", "--kernel", "pntk", "--out", folder});
        QVERIFY2(made.exitCode == 0, made.err.constData());
        QCOMPARE(wrongRefusal(runProgram({"neighbours", folder, "--sample", "3", "--what-if"}), 1,
                              {"does not depend on labels"}),
                 QString());
    }

private:
    /// The run of the same pictures with another label of the one sample. Empty when it could not be made.
    QString runWithLabel(std::int64_t label) {
        const QString data = m_run.path(QString("data-%1").arg(label)), out = m_run.path(QString("run-%1").arg(label));
        QDir().mkpath(data);
        for (const QString& name : QDir(m_run.data()).entryList(QDir::Files))
            QFile::copy(m_run.data() + "/" + name, data + "/" + name);
        QFile labels(data + "/train-labels-idx1-ubyte");
        constexpr qint64 kHeader = 8;
        if (!labels.open(QIODevice::ReadWrite) || !labels.seek(kHeader + kSample) ||
            !labels.putChar(static_cast<char>(label)))
            return {};
        labels.close();
        const auto made = runProgram({"kernel", "--data", data, "--weights", SmallRun::weights(), "--limit",
                                      QString::number(SmallRun::kRows), "--out", out});
        return made.exitCode == 0 ? out : QString();
    }

    SmallRun m_run;
    Outcome m_asked;
    std::int64_t m_label = -1;
};

QTEST_GUILESS_MAIN(TestWhatIf)
#include "test_what_if.moc"
