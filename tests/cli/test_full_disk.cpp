#include "damage.h"
#include "refusal.h"
#include "small_run.h"

#include <QDir>
#include <QFile>
#include <QtTest>

using namespace lpntk::tests;

/// Every command that writes, where nothing more can be written and where nothing can be written at all: one sentence,
/// and nothing half-written stays.
class TestFullDisk : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void nothingStays_data();
    void nothingStays();
    void belowAFile_data();
    void belowAFile();
    void fullWhileComputing();
    void fullStandardOutput_data();
    void fullStandardOutput();

private:
    void addWriters();
    QString place() const { return m_run.path("place"); }

    SmallRun m_run;
};

namespace {

constexpr std::int64_t kFew = 100; // bytes; less than the smallest file that any command writes

} // namespace

void TestFullDisk::initTestCase() {
    const QString problem = m_run.makeWithSubset();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    QVERIFY(QDir().mkpath(place()));
    QFile file(m_run.path("file"));
    QVERIFY(file.open(QIODevice::WriteOnly));
}

/// Each command without the value of its last option, --out.
void TestFullDisk::addWriters() {
    QTest::addColumn<QStringList>("arguments");
    const QStringList data{"--data", m_run.data(), "--limit", "100"};
    const QStringList weights{"--weights", SmallRun::weights()};
    const QStringList subset{m_run.subset()};
    QTest::newRow("kernel") << QStringList{"kernel"} + data + weights;
    QTest::newRow("train") << QStringList{"train", "--model", "lenet5", "--epochs", "1"} + data;
    QTest::newRow("score") << QStringList{"score"} + data + weights;
    QTest::newRow("clusters") << QStringList{"clusters", m_run.folder()};
    QTest::newRow("heads") << QStringList{"heads"} + data + weights;
    QTest::newRow("layers") << QStringList{"layers", m_run.folder(), "--samples", "0,1,2,3,4,5,6,7,8,9"};
    QTest::newRow("prune") << QStringList{"prune", m_run.folder(), "--method", "random"};
    for (const char* format : {"indices", "imagefolder", "idx", "npz"})
        QTest::addRow("export %s", format) << QStringList{"export"} + subset + QStringList{"--format", format};
    QTest::newRow("replay") << QStringList{"replay", m_run.path("subset/recipe.json")};
}

void TestFullDisk::nothingStays_data() {
    addWriters();
}

void TestFullDisk::nothingStays() {
    QFETCH(QStringList, arguments);
    const QString out = place() + "/out";
    const auto outcome = runOnFullDisk(arguments + QStringList{"--quiet", "--out", out}, kFew);
    const QString wrong = wrongRefusal(outcome, 1, {out, "choose another folder"});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QCOMPARE(everythingIn(place()), QStringList());
}

void TestFullDisk::belowAFile_data() {
    addWriters();
}

void TestFullDisk::belowAFile() {
    // Permissions do not bind the superuser; a path below a regular file binds everybody.
    QFETCH(QStringList, arguments);
    const QString out = m_run.path("file/out");
    const auto outcome = runProgram(arguments + QStringList{"--quiet", "--out", out});
    const QString wrong = wrongRefusal(outcome, 1, {out});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY2(outcome.err.contains("choose another folder") || outcome.err.contains("check the path"),
             outcome.err.constData());
}

void TestFullDisk::fullWhileComputing() {
    // The kernel's space is reserved first, and results are written at the end; class_histogram.npy is larger than half
    // a kernel of 300 rows. A run that comes so far stays, to be gone on with once there is space.
    const auto command = [&](const QString& out) {
        return QStringList{"kernel",
                           "--data",
                           m_run.data(),
                           "--weights",
                           SmallRun::weights(),
                           "--limit",
                           QString::number(SmallRun::kRows),
                           "--store",
                           "f16",
                           "--quiet",
                           "--out",
                           m_run.path(out)};
    };
    constexpr std::int64_t kMoreThanTheKernel = 250'000;
    const QString wrong = wrongRefusal(runOnFullDisk(command("filled"), kMoreThanTheKernel), 1,
                                       {m_run.path("filled"), "choose another folder"});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    const QString unfinished =
        wrongRefusal(runProgram({"relations", m_run.path("filled")}), 1, {"not finished", "--resume"});
    QVERIFY2(unfinished.isEmpty(), qPrintable(unfinished));
    const auto resumed = runProgram(command("filled") + QStringList{"--resume"});
    QVERIFY2(resumed.exitCode == 0, resumed.err.constData());
    QCOMPARE(runProgram(command("straight")).exitCode, 0);
    for (const QString& name : everythingIn(m_run.path("straight")))
        if (name.endsWith(".npy"))
            QVERIFY2(readBytes(m_run.path("filled/" + name)) == readBytes(m_run.path("straight/" + name)),
                     qPrintable(name));
    QCOMPARE(everythingIn(m_run.path("filled")), everythingIn(m_run.path("straight")));
}

void TestFullDisk::fullStandardOutput_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("help") << QStringList{"--help"};
    QTest::newRow("text") << QStringList{"relations", m_run.folder()};
    QTest::newRow("json") << QStringList{"info", m_run.folder(), "--json"};
}

void TestFullDisk::fullStandardOutput() {
    QFETCH(QStringList, arguments);
    QProcess process;
    process.setStandardOutputFile("/dev/full");
    start(process, arguments);
    const QString wrong = wrongRefusal(finish(process), 1, {"standard output"});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

QTEST_GUILESS_MAIN(TestFullDisk)
#include "test_full_disk.moc"
