#include "program.h"
#include "refusal.h"
#include "small_run.h"

#include <QDir>
#include <QFile>
#include <QtTest>

#include <cmath>

using namespace lpntk::tests;

/// lpntk cross on real data, against what the kernel of a run says of the same pairs.
class TestCross : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void rowsAgainstTheirOwnSplitAreTheRun();
    void trainAgainstTestIsTheRunOfBoth();
    void columnsOfAnotherDataSet();
    void threadsChangeNoByte();
    void finishedFoldersStayAsTheyAre();
    void whatCannotWorkIsRefused_data();
    void whatCannotWorkIsRefused();

private:
    QStringList command(const QStringList& further) const {
        return QStringList{"cross", "--data", m_run.data(), "--weights", SmallRun::weights()} + further;
    }
    QString joinedData();

    SmallRun m_run;
};

namespace {

constexpr double kRounding = 1e-6; // float32 sums in blocks of other shapes, relative to the two samples' lengths
constexpr int kTrainPart = 150, kTestPart = 60;

QByteArray bytesOf(const QString& name) {
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// An IDX file of `count` items: the header of another one but for the count, and what follows.
void writeIdx(const QString& name, QByteArray header, int count, const QByteArray& items) {
    for (int i = 0; i < 4; ++i)
        header[4 + i] = static_cast<char>(count >> (24 - 8 * i));
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(header + items) == header.size() + items.size());
}

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// Each side of a folder as the names of its arrays say.
struct Cross {
    std::vector<std::int64_t> rows, columns;
    std::vector<float> kappa;

    explicit Cross(const QString& folder)
        : rows(readArray<std::int64_t>(folder + "/samples.npy")),
          columns(readArray<std::int64_t>(folder + "/column_samples.npy")),
          kappa(readArray<float>(folder + "/kernel.npy")) {}
};

} // namespace

/// A data set whose training split is some training pictures and then some test pictures: a run of it holds their
/// pairs.
QString TestCross::joinedData() {
    const QString folder = m_run.path("joined");
    if (QDir(folder).exists())
        return folder;
    QDir().mkpath(folder);
    constexpr int kPixels = 28 * 28;
    for (const auto& [name, header, size] :
         {std::tuple("images-idx3-ubyte", 16, kPixels), {"labels-idx1-ubyte", 8, 1}}) {
        const QByteArray train = bytesOf(m_run.data() + "/train-" + name),
                         test = bytesOf(m_run.data() + "/t10k-" + name);
        writeIdx(folder + "/train-" + name, train.left(header), kTrainPart + kTestPart,
                 train.mid(header, kTrainPart * size) + test.mid(header, kTestPart * size));
        writeIdx(folder + "/t10k-" + name, test.left(header), kTestPart, test.mid(header, kTestPart * size));
    }
    return folder;
}

void TestCross::initTestCase() {
    const QString problem = m_run.make();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

void TestCross::rowsAgainstTheirOwnSplitAreTheRun() {
    const QString folder = m_run.path("self");
    const auto made = runProgram(command({"--limit", QString::number(SmallRun::kRows), "--against", "train",
                                          "--against-limit", "120", "--out", folder, "--json"}));
    QVERIFY2(made.exitCode == 0, made.err.constData());
    QCOMPARE(made.json()["rows"].toInt(), int(SmallRun::kRows));
    QCOMPARE(made.json()["columns"].toInt(), 120);
    QVERIFY(made.json()["audit"].toObject()["largestCosineError"].toDouble() < 2e-6);
    const Cross cross(folder);
    QCOMPARE(cross.rows, m_run.samples);
    QCOMPARE(cross.kappa.size(), at(SmallRun::kRows * 120));
    for (std::int64_t i = 0; i < SmallRun::kRows; ++i) {
        for (std::int64_t j = 0; j < 120; ++j) {
            const std::int64_t other = m_run.rowOf(cross.columns[at(j)]);
            QVERIFY(other < SmallRun::kRows);
            const double length = std::sqrt(m_run.kappa(i, i) * m_run.kappa(other, other));
            QVERIFY(std::abs(double(cross.kappa[at(i * 120 + j)]) - m_run.kappa(i, other)) <= kRounding * length);
        }
    }
    const auto info = runProgram({"info", folder, "--json"});
    QCOMPARE(info.json()["kind"].toString(), QString("cross"));
    QCOMPARE(info.json()["state"].toString(), QString("finished"));
}

void TestCross::trainAgainstTestIsTheRunOfBoth() {
    const QString folder = m_run.path("cross"), run = m_run.path("joined-run");
    const auto made = runProgram(command(
        {"--limit", QString::number(kTrainPart), "--against-limit", QString::number(kTestPart), "--out", folder}));
    QVERIFY2(made.exitCode == 0, made.err.constData());
    const auto joined =
        runProgram({"kernel", "--data", joinedData(), "--weights", SmallRun::weights(), "--out", run, "--quiet"});
    QVERIFY2(joined.exitCode == 0, joined.err.constData());
    const auto samples = readArray<std::int64_t>(run + "/samples.npy");
    const auto kappa = readArray<float>(run + "/kernel.npy");
    constexpr std::int64_t kBoth = kTrainPart + kTestPart;
    QCOMPARE(kappa.size(), at(kBoth * kBoth));
    std::vector<std::int64_t> rowOf(at(kBoth));
    for (std::int64_t row = 0; row < kBoth; ++row)
        rowOf[at(samples[at(row)])] = row;
    const Cross cross(folder);
    QCOMPARE(cross.kappa.size(), at(kTrainPart * kTestPart));
    for (std::int64_t i = 0; i < kTrainPart; ++i) {
        for (std::int64_t j = 0; j < kTestPart; ++j) {
            const std::int64_t a = rowOf[at(cross.rows[at(i)])], b = rowOf[at(kTrainPart + cross.columns[at(j)])];
            const double length = std::sqrt(double(kappa[at(a * kBoth + a)]) * double(kappa[at(b * kBoth + b)]));
            const double expected = kappa[at(a * kBoth + b)];
            QVERIFY(std::abs(double(cross.kappa[at(i * kTestPart + j)]) - expected) <= kRounding * length);
        }
    }
}

void TestCross::columnsOfAnotherDataSet() {
    const QString own = m_run.path("own-columns"), other = m_run.path("other-columns");
    const QStringList rows{"--limit", "40", "--against-limit", "30"};
    const auto first = runProgram(command(rows + QStringList{"--out", own}));
    QVERIFY2(first.exitCode == 0, first.err.constData());
    // The same test pictures, from the other folder.
    const auto second = runProgram(command(rows + QStringList{"--against-data", joinedData(), "--out", other}));
    QVERIFY2(second.exitCode == 0, second.err.constData());
    QCOMPARE(bytesOf(other + "/kernel.npy"), bytesOf(own + "/kernel.npy"));
    QVERIFY(bytesOf(other + "/manifest.json").contains("joined"));
}

void TestCross::threadsChangeNoByte() {
    const QStringList all{"--limit", "200", "--store", "f16"};
    for (const char* threads : {"1", "2"}) {
        const auto made = runProgram(command(all + QStringList{"--threads", threads, "--out", m_run.path(threads)}));
        QVERIFY2(made.exitCode == 0, made.err.constData());
    }
    const QStringList names = QDir(m_run.path("1")).entryList(QDir::Files);
    QCOMPARE(names.size(), 21);
    for (const QString& name : names) {
        if (name != "manifest.json") // holds the times
            QVERIFY2(bytesOf(m_run.path("1/" + name)) == bytesOf(m_run.path("2/" + name)), qPrintable(name));
    }
}

void TestCross::finishedFoldersStayAsTheyAre() {
    const QStringList again =
        command({"--limit", "30", "--against-limit", "20", "--out", m_run.path("again"), "--json"});
    QCOMPARE(runProgram(again).exitCode, 0);
    const QByteArray before = bytesOf(m_run.path("again/manifest.json"));
    const auto refused = runProgram(again);
    QCOMPARE(refused.exitCode, 1);
    QVERIFY2(refused.err.contains("never overwritten"), refused.err.constData());
    const auto resumed = runProgram(again + QStringList{"--resume"});
    QVERIFY2(resumed.exitCode == 0, resumed.err.constData());
    QCOMPARE(resumed.json()["piecesComputed"].toInt(), 0);
    QCOMPARE(bytesOf(m_run.path("again/manifest.json")), before);
}

void TestCross::whatCannotWorkIsRefused_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QStringList>("words");
    QTest::newRow("no such split") << QStringList{"--against", "validation"} << 1 << QStringList{"validation", "test"};
    QTest::newRow("two choices") << QStringList{"--against-limit", "5", "--against-indices", "x.npy"} << 2
                                 << QStringList{"--against-limit"};
    QTest::newRow("too little memory") << QStringList{"--memory", "2M"} << 1 << QStringList{"Give at least --memory "};
    QTest::newRow("blocks") << QStringList{"--blocks", "class"} << 2 << QStringList{"--blocks"};
    QTest::newRow("pictures of another size") << QStringList{"--against-data", "SMALL", "--against", "train"} << 1
                                              << QStringList{"14 x 14", "28 x 28", "--resize"};
}

void TestCross::whatCannotWorkIsRefused() {
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    QFETCH(QStringList, words);
    const QString small = m_run.path("small"), out = m_run.path("refused");
    QDir().mkpath(small);
    QByteArray header = bytesOf(m_run.data() + "/train-images-idx3-ubyte").left(16);
    header[11] = header[15] = 14;
    writeIdx(small + "/train-images-idx3-ubyte", header, 20, QByteArray(20 * 14 * 14, 'a'));
    writeIdx(small + "/train-labels-idx1-ubyte", bytesOf(m_run.data() + "/train-labels-idx1-ubyte").left(8), 20,
             QByteArray(20, '\1'));
    arguments.replaceInStrings("SMALL", small);
    const QString wrong = wrongRefusal(runProgram(command(arguments + QStringList{"--out", out})), exitCode, words);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY(!QDir(out).exists());
}

QTEST_GUILESS_MAIN(TestCross)
#include "test_cross.moc"
