#include "damage.h"
#include "refusal.h"
#include "small_run.h"

#include <QFile>
#include <QtTest>

using namespace lpntk::tests;

/// One class, one sample, none: a set that has no answer is refused, one that has gets it.
class TestDegenerateSets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void oneClassIsRefused_data();
    void oneClassIsRefused();
    void noSamplesAreRefused();
    void oneSampleIsASet_data();
    void oneSampleIsASet();

private:
    /// An IDX folder with the first images and the given labels.
    QString makeSet(const QString& name, const QByteArray& labels);

    SmallRun m_run;
};

void TestDegenerateSets::initTestCase() {
    const QString problem = m_run.make();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

QString TestDegenerateSets::makeSet(const QString& name, const QByteArray& labels) {
    const QString folder = m_run.path(name);
    const char count = static_cast<char>(labels.size());
    QByteArray images = readBytes(m_run.path("data/train-images-idx3-ubyte")).first(16 + labels.size() * 28 * 28);
    images.replace(4, 4, QByteArray("\0\0\0", 3) + count);
    writeBytes(folder + "/train-images-idx3-ubyte", images);
    writeBytes(folder + "/train-labels-idx1-ubyte", QByteArray("\0\0\x08\x01\0\0\0", 7) + count + labels);
    return folder;
}

void TestDegenerateSets::oneClassIsRefused_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("kernel") << QStringList{"kernel", "--out", m_run.path("out")};
    QTest::newRow("plan") << QStringList{"plan"};
    QTest::newRow("train") << QStringList{"train", "--out", m_run.path("out")};
    QTest::newRow("eval") << QStringList{"eval", "--split", "train"};
    QTest::newRow("score") << QStringList{"score", "--out", m_run.path("out")};
}

void TestDegenerateSets::oneClassIsRefused() {
    QFETCH(QStringList, arguments);
    const QString folder = makeSet("one-class", QByteArray(20, 0));
    const auto outcome = runProgram(arguments + QStringList{"--data", folder, "--model", "mlp"});
    const QString wrong = wrongRefusal(outcome, 1, {folder, "one class", "at least two", "add samples"});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY(!QFile::exists(m_run.path("out")));
}

void TestDegenerateSets::noSamplesAreRefused() {
    const QString folder = makeSet("empty", QByteArray());
    const auto outcome = runProgram({"kernel", "--data", folder, "--model", "mlp", "--out", m_run.path("out")});
    const QString wrong = wrongRefusal(outcome, 1, {folder, "no images"});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY(!QFile::exists(m_run.path("out")));
}

void TestDegenerateSets::oneSampleIsASet_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("neighbours") << QStringList{"neighbours", "RUN", "--sample", "0"};
    QTest::newRow("relations") << QStringList{"relations", "RUN"};
    QTest::newRow("redundant") << QStringList{"redundant", "RUN"};
    QTest::newRow("clusters") << QStringList{"clusters", "RUN"};
    QTest::newRow("prune") << QStringList{"prune", "RUN", "--method", "heads", "--keep", "0.1", "--out", "OUT"};
}

void TestDegenerateSets::oneSampleIsASet() {
    QFETCH(QStringList, arguments);
    const QString run = m_run.path("one-run"), out = m_run.path("one-subset");
    if (!QFile::exists(run)) {
        const auto made = runProgram(
            {"kernel", "--data", m_run.data(), "--weights", SmallRun::weights(), "--limit", "1", "--out", run});
        QVERIFY2(made.exitCode == 0, made.err.constData());
        QCOMPARE(readArray<float>(run + "/kernel.npy").size(), std::size_t(1));
    }
    for (QString& argument : arguments)
        argument = argument == "RUN" ? run : argument == "OUT" ? out : argument;
    const auto found = runProgram(arguments + QStringList{"--json"});
    QVERIFY2(found.exitCode == 0, found.err.constData());
    if (arguments.contains("relations"))
        QCOMPARE(found.json()["pairs"].toInt(), 0);
    if (arguments.contains("prune"))
        QCOMPARE(readArray<std::int64_t>(out + "/keep_indices.npy"), std::vector<std::int64_t>{0});
}

QTEST_GUILESS_MAIN(TestDegenerateSets)
#include "test_degenerate_sets.moc"
