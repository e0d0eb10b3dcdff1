#include "plain_clustering.h"
#include "program.h"
#include "small_run.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace lpntk::tests;

/// neighbours, relations, redundant and clusters on a real run, against what its kernel.npy says when it is read and
/// counted in the plainest way.
class TestReadingRuns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void infoNamesTheRun();
    void neighboursAreTheLargestOfTheRow_data();
    void neighboursAreTheLargestOfTheRow();
    void halfPrecisionKeepsExactNeighbours();
    void relationsAreCounted_data();
    void relationsAreCounted();
    void contradictoryPairsAreTheWorst();
    void redundantSamplesHaveAStrongerOther();
    void clustersAreTheOnesOfThePaper();
    void clustersFileHoldsTheSame();
    void classBlocksSayWhatTheyLack();

private:
    SmallRun m_run;
};

namespace {

constexpr double kRounding = 1e-6; // of a cosine that the program computes in float32

std::int64_t index(const QJsonValue& sample) {
    return sample["index"].toInteger();
}

std::vector<std::int64_t> sorted(const QJsonArray& numbers) {
    std::vector<std::int64_t> values;
    for (const QJsonValue& number : numbers)
        values.push_back(number.toInteger());
    std::sort(values.begin(), values.end());
    return values;
}

std::vector<std::int64_t> samplesOf(const SmallRun& run, const std::vector<std::int64_t>& rows) {
    std::vector<std::int64_t> samples;
    for (const std::int64_t row : rows)
        samples.push_back(run.sample(row));
    std::sort(samples.begin(), samples.end());
    return samples;
}

} // namespace

void TestReadingRuns::initTestCase() {
    const QString problem = m_run.make();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    // Rows are sorted by label and then by original index, and carry the labels of the data set.
    for (std::int64_t row = 0; row < SmallRun::kRows; ++row) {
        QCOMPARE(m_run.label(row), m_run.trainLabels()[static_cast<std::size_t>(m_run.sample(row))]);
        if (row > 0)
            QVERIFY(std::pair(m_run.label(row - 1), m_run.sample(row - 1)) <
                    std::pair(m_run.label(row), m_run.sample(row)));
    }
}

void TestReadingRuns::infoNamesTheRun() {
    const auto info = runProgram({"info", m_run.folder(), "--json"});
    QVERIFY2(info.exitCode == 0, info.err.constData());
    QCOMPARE(info.json()["kind"].toString(), QString("run"));
    QCOMPARE(info.json()["state"].toString(), QString("finished"));
    QCOMPARE(info.json()["manifest"].toObject()["plan"].toObject()["rows"].toInt(), int(SmallRun::kRows));
}

void TestReadingRuns::neighboursAreTheLargestOfTheRow_data() {
    QTest::addColumn<std::int64_t>("sample");
    for (const std::int64_t sample : {0, 1, 150, 299})
        QTest::addRow("sample %lld", static_cast<long long>(sample)) << sample;
}

void TestReadingRuns::neighboursAreTheLargestOfTheRow() {
    QFETCH(std::int64_t, sample);
    const auto found =
        runProgram({"neighbours", m_run.folder(), "--sample", QString::number(sample), "--top", "7", "--json"});
    QVERIFY2(found.exitCode == 0, found.err.constData());
    const std::int64_t row = m_run.rowOf(sample);
    std::vector<double> cosines;
    for (std::int64_t other = 0; other < SmallRun::kRows; ++other)
        if (other != row)
            cosines.push_back(m_run.cosine(row, other));
    std::sort(cosines.begin(), cosines.end());
    QCOMPARE(found.json()["label"].toInteger(), m_run.label(row));
    QVERIFY(std::abs(found.json()["kappaSelf"].toDouble() / m_run.kappa(row, row) - 1) < kRounding);

    const QJsonArray most = found.json()["interchangeable"].toArray();
    QCOMPARE(most.size(), 7);
    for (qsizetype i = 0; i < most.size(); ++i) {
        const std::int64_t other = m_run.rowOf(index(most[i]));
        QVERIFY(other != row);
        QCOMPARE(float(most[i]["kappa"].toDouble()), float(m_run.kappa(row, other)));
        QVERIFY(std::abs(most[i]["cosine"].toDouble() - m_run.cosine(row, other)) < kRounding);
        QVERIFY(std::abs(m_run.cosine(row, other) - cosines[cosines.size() - 1 - static_cast<std::size_t>(i)]) <
                kRounding);
        QVERIFY(std::abs(most[i]["angle"].toDouble() - std::acos(m_run.cosine(row, other)) * 180 / M_PI) < 1e-3);
    }
    const QJsonArray least = found.json()["contradictory"].toArray();
    const auto negative = std::count_if(cosines.begin(), cosines.end(), [](double cosine) { return cosine < 0; });
    QCOMPARE(least.size(), qsizetype(std::min<std::ptrdiff_t>(negative, 7)));
    for (qsizetype i = 0; i < least.size(); ++i)
        QVERIFY(std::abs(least[i]["cosine"].toDouble() - cosines[static_cast<std::size_t>(i)]) < kRounding);
}

void TestReadingRuns::halfPrecisionKeepsExactNeighbours() {
    const QString folder = m_run.path("half-run");
    const auto made = runProgram({"kernel", "--data", m_run.data(), "--weights", SmallRun::weights(), "--limit",
                                  QString::number(SmallRun::kRows), "--store", "f16", "--out", folder});
    QVERIFY2(made.exitCode == 0, made.err.constData());
    for (const char* sample : {"5", "123"}) {
        const QStringList question{"--sample", sample, "--top", "7", "--json"};
        const auto half = runProgram(QStringList{"neighbours", folder} + question);
        const auto exact = runProgram(QStringList{"neighbours", m_run.folder()} + question);
        for (const char* kind : {"interchangeable", "contradictory"})
            QCOMPARE(half.json()[kind].toArray(), exact.json()[kind].toArray());
    }
}

void TestReadingRuns::relationsAreCounted_data() {
    QTest::addColumn<double>("plus");
    QTest::addColumn<double>("minus");
    // The stored histogram has edges at multiples of 0.005; other thresholds are counted from the kernel.
    QTest::newRow("default, on bin edges") << 0.1 << 0.1;
    QTest::newRow("between bin edges") << 0.2371 << 0.0313;
    QTest::newRow("nothing unrelated") << 0.0 << 0.0;
}

void TestReadingRuns::relationsAreCounted() {
    QFETCH(double, plus);
    QFETCH(double, minus);
    const auto found = runProgram(
        {"relations", m_run.folder(), "--plus", QString::number(plus), "--minus", QString::number(minus), "--json"});
    QVERIFY2(found.exitCode == 0, found.err.constData());
    struct Counts {
        std::int64_t plus = 0, minus = 0, near = 0;
    };
    std::map<std::pair<std::int64_t, std::int64_t>, Counts> expected;
    for (std::int64_t i = 0; i < SmallRun::kRows; ++i) {
        for (std::int64_t j = i + 1; j < SmallRun::kRows; ++j) {
            auto& counts = expected[{m_run.label(i), m_run.label(j)}];
            const double cosine = m_run.cosine(i, j);
            counts.plus += cosine >= plus;
            counts.minus += cosine < plus && cosine <= -minus;
            counts.near += std::abs(cosine - plus) < kRounding || std::abs(cosine + minus) < kRounding;
        }
    }
    std::int64_t pairs = 0;
    for (const QJsonValue& entry : found.json()["byClassPair"].toArray()) {
        const Counts& counts = expected[{entry["a"].toInteger(), entry["b"].toInteger()}];
        QVERIFY(std::abs(entry["interchangeable"].toInteger() - counts.plus) <= counts.near);
        QVERIFY(std::abs(entry["contradictory"].toInteger() - counts.minus) <= counts.near);
        pairs +=
            entry["interchangeable"].toInteger() + entry["unrelated"].toInteger() + entry["contradictory"].toInteger();
    }
    QCOMPARE(pairs, SmallRun::kRows * (SmallRun::kRows - 1) / 2);
    QCOMPARE(found.json()["pairs"].toInteger(), pairs);
}

void TestReadingRuns::contradictoryPairsAreTheWorst() {
    const auto found = runProgram({"relations", m_run.folder(), "--minus", "0.05", "--pairs", "12", "--json"});
    QVERIFY2(found.exitCode == 0, found.err.constData());
    std::vector<double> cosines;
    for (std::int64_t i = 0; i < SmallRun::kRows; ++i)
        for (std::int64_t j = i + 1; j < SmallRun::kRows; ++j)
            if (m_run.cosine(i, j) <= -0.05)
                cosines.push_back(m_run.cosine(i, j));
    std::sort(cosines.begin(), cosines.end());
    const QJsonArray pairs = found.json()["contradictoryPairs"].toArray();
    QCOMPARE(pairs.size(), qsizetype(std::min<std::size_t>(cosines.size(), 12)));
    QVERIFY(!pairs.isEmpty());
    for (qsizetype i = 0; i < pairs.size(); ++i) {
        const std::int64_t a = m_run.rowOf(index(pairs[i]["a"])), b = m_run.rowOf(index(pairs[i]["b"]));
        QVERIFY(std::abs(pairs[i]["cosine"].toDouble() - m_run.cosine(a, b)) < kRounding);
        QVERIFY(std::abs(m_run.cosine(a, b) - cosines[static_cast<std::size_t>(i)]) < kRounding);
    }
}

void TestReadingRuns::redundantSamplesHaveAStrongerOther() {
    const auto found = runProgram({"redundant", m_run.folder(), "--json"});
    QVERIFY2(found.exitCode == 0, found.err.constData());
    std::map<std::int64_t, std::int64_t> expected;
    for (std::int64_t row = 0; row < SmallRun::kRows; ++row)
        if (const std::int64_t because = plainBecause(m_run, row); because >= 0)
            expected[m_run.sample(row)] = because;
    QVERIFY(expected.size() > 10);
    const QJsonArray list = found.json()["list"].toArray();
    QCOMPARE(list.size(), qsizetype(expected.size()));
    QCOMPARE(found.json()["redundant"].toInteger(), qint64(expected.size()));
    double before = std::numeric_limits<double>::infinity();
    for (const QJsonValue& entry : list) {
        QVERIFY(expected.contains(index(entry)));
        const std::int64_t row = m_run.rowOf(index(entry)), because = expected[index(entry)];
        QCOMPARE(index(entry["because"]), m_run.sample(because));
        const double ratio = entry["ratio"].toDouble();
        QVERIFY(std::abs(ratio - m_run.kappa(row, because) / m_run.kappa(row, row)) < kRounding);
        QVERIFY2(ratio <= before, "the clearest should come first");
        before = ratio;
    }
}

void TestReadingRuns::clustersAreTheOnesOfThePaper() {
    const auto found = runProgram({"clusters", m_run.folder(), "--ratio", "0.2", "--json"});
    QVERIFY2(found.exitCode == 0, found.err.constData());
    std::map<std::int64_t, PlainCluster> expected;
    for (const PlainCluster& cluster : plainClustersForRatio(m_run, 0.2))
        expected[m_run.sample(cluster.head)] = cluster;
    const QJsonArray clusters = found.json()["clusters"].toArray();
    QCOMPARE(clusters.size(), qsizetype(expected.size()));
    std::int64_t before = SmallRun::kRows;
    for (const QJsonValue& cluster : clusters) {
        QVERIFY(expected.contains(cluster["head"].toInteger()));
        const PlainCluster& plain = expected[cluster["head"].toInteger()];
        QCOMPARE(cluster["class"].toInteger(), plain.label);
        QCOMPARE(sorted(cluster["members"].toArray()), samplesOf(m_run, plain.members));
        QCOMPARE(sorted(cluster["attached"].toArray()), samplesOf(m_run, plain.attached));
        QVERIFY2(cluster["size"].toInteger() <= before, "the largest should come first");
        before = cluster["size"].toInteger();
    }
}

void TestReadingRuns::clustersFileHoldsTheSame() {
    const QString file = m_run.path("clusters.json");
    const auto found = runProgram({"clusters", m_run.folder(), "--mode", "reference-code", "--out", file, "--json"});
    QVERIFY2(found.exitCode == 0, found.err.constData());
    QFile written(file);
    QVERIFY(written.open(QIODevice::ReadOnly));
    QCOMPARE(QJsonDocument::fromJson(written.readAll()).object(), found.json());
    // Every sample is in exactly one cluster, and in this mode none is attached.
    std::vector<std::int64_t> all;
    for (const QJsonValue& cluster : found.json()["clusters"].toArray()) {
        QVERIFY(cluster["attached"].toArray().isEmpty());
        for (const QJsonValue& member : cluster["members"].toArray())
            all.push_back(member.toInteger());
    }
    std::sort(all.begin(), all.end());
    QCOMPARE(qsizetype(all.size()), qsizetype(SmallRun::kRows));
    for (std::size_t i = 0; i < all.size(); ++i)
        QCOMPARE(all[i], std::int64_t(i));
}

void TestReadingRuns::classBlocksSayWhatTheyLack() {
    const QString folder = m_run.path("class-run");
    const auto made = runProgram({"kernel", "--data", m_run.data(), "--weights", SmallRun::weights(), "--limit",
                                  QString::number(SmallRun::kRows), "--blocks", "class", "--out", folder});
    QVERIFY2(made.exitCode == 0, made.err.constData());
    std::size_t size = 0;
    for (std::int64_t label = 0; label < 10; ++label) {
        const auto rows = m_run.rowsOfClass(label);
        const auto block = readArray<float>(folder + QString("/kernel_class_%1.npy").arg(label));
        QCOMPARE(block.size(), rows.size() * rows.size());
        for (std::size_t i = 0; i < block.size(); ++i) {
            const double expected = m_run.kappa(rows[i / rows.size()], rows[i % rows.size()]);
            QVERIFY(std::abs(double(block[i]) - expected) <= 1e-5 * std::abs(expected) + 1e-3);
        }
        size += block.size();
    }
    const auto relations = runProgram({"relations", folder, "--json"});
    QVERIFY2(relations.exitCode == 0, relations.err.constData());
    QCOMPARE(relations.json()["withinClassOnly"].toBool(), true);
    QCOMPARE(relations.json()["pairs"].toInteger(), qint64((size - SmallRun::kRows) / 2));
    QVERIFY2(relations.err.contains("--blocks class"), relations.err.constData());
}

QTEST_GUILESS_MAIN(TestReadingRuns)
#include "test_reading_runs.moc"
