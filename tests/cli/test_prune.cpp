#include "plain_clustering.h"
#include "program.h"
#include "small_run.h"

#include <QFile>
#include <QJsonArray>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

using namespace lpntk::tests;

/// Every rule of `lpntk prune` on a real run, against the rule done by hand on kernel.npy.
class TestPrune : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void heads();
    void optionsWithoutEffectAreTold();
    void randomMember();
    void thinLargest();
    void dropSmall();
    void redundant();
    void average_data();
    void average();
    void random();
    void classRandom();
    void scores_data();
    void scores();
    void editsByHandWin();
    void arraysAgree();

private:
    /// Prunes into a folder of the test's name; the kept original indices, ascending. Empty when it failed.
    std::vector<std::int64_t> prune(const QStringList& options);
    std::set<std::int64_t> keptRows(const QStringList& options);
    QString out() const { return m_run.path(QString("out-%1").arg(m_count)); }

    SmallRun m_run;
    int m_count = 0;
};

namespace {

/// Random numbers and shuffles as core/curation/pruning.h describes them.
class PlainShuffler {
public:
    explicit PlainShuffler(std::uint64_t seed) : m_generator(seed) {}

    std::uint64_t below(std::uint64_t n) {
        const std::uint64_t rest = (std::mt19937_64::max() % n + 1) % n; // 2^64 modulo n
        for (;;) {
            const std::uint64_t value = m_generator();
            if (rest == 0 || value <= std::mt19937_64::max() - rest)
                return value % n;
        }
    }

    void shuffle(std::vector<std::int64_t>& rows) {
        for (std::size_t i = rows.size(); i-- > 1;)
            std::swap(rows[i], rows[below(i + 1)]);
    }

private:
    std::mt19937_64 m_generator;
};

std::size_t share(double keep, std::size_t size) {
    return static_cast<std::size_t>(std::max(1ll, std::llround(keep * static_cast<double>(size))));
}

} // namespace

std::vector<std::int64_t> TestPrune::prune(const QStringList& options) {
    ++m_count;
    const auto pruned = runProgram(QStringList{"prune", m_run.folder(), "--out", out(), "--json"} + options);
    if (pruned.exitCode != 0) {
        qWarning("%s", pruned.err.constData());
        return {};
    }
    auto kept = readArray<std::int64_t>(out() + "/keep_indices.npy");
    return std::is_sorted(kept.begin(), kept.end()) ? kept : std::vector<std::int64_t>();
}

std::set<std::int64_t> TestPrune::keptRows(const QStringList& options) {
    std::set<std::int64_t> rows;
    for (const std::int64_t sample : prune(options))
        rows.insert(m_run.rowOf(sample));
    return rows;
}

void TestPrune::initTestCase() {
    const QString problem = m_run.make();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

void TestPrune::heads() {
    std::set<std::int64_t> expected;
    for (std::int64_t label = 0; label < 10; ++label) {
        const std::size_t count = share(0.3, m_run.rowsOfClass(label).size());
        QVERIFY(count <= plainCandidates(m_run, label).size());
        for (const auto& cluster : plainClusters(m_run, label, count))
            expected.insert(cluster.head);
    }
    QCOMPARE(keptRows({"--method", "heads", "--keep", "0.3"}), expected);
}

void TestPrune::optionsWithoutEffectAreTold() {
    const auto told = [this](const QStringList& options) {
        const QString out = m_run.path("told");
        const auto outcome = runProgram(QStringList{"prune", m_run.folder(), "--out", out, "--replace"} + options);
        return outcome.exitCode == 0 ? outcome.err : QByteArray("failed");
    };
    QCOMPARE(told({"--method", "heads", "--keep", "0.3"}), QByteArray());
    QVERIFY(told({"--method", "redundant", "--keep", "0.3"}).contains("--keep has no effect on the method redundant"));
    QVERIFY(told({"--method", "heads", "--thin", "0.3"}).contains("--thin has no effect on the method heads"));
}

void TestPrune::randomMember() {
    std::vector<PlainCluster> clusters;
    for (std::int64_t label = 0; label < 10; ++label)
        for (auto& cluster : plainClusters(m_run, label, share(0.2, m_run.rowsOfClass(label).size())))
            clusters.push_back(std::move(cluster));
    std::sort(clusters.begin(), clusters.end(), [](const auto& a, const auto& b) { return a.head < b.head; });
    PlainShuffler shuffler(5);
    std::set<std::int64_t> expected;
    for (const PlainCluster& cluster : clusters) {
        std::vector<std::int64_t> rows = cluster.members;
        rows.insert(rows.end(), cluster.attached.begin(), cluster.attached.end());
        std::sort(rows.begin(), rows.end());
        expected.insert(rows[shuffler.below(rows.size())]);
    }
    QCOMPARE(keptRows({"--method", "random-member", "--keep", "0.2", "--seed", "5"}), expected);
}

void TestPrune::thinLargest() {
    const auto kept = keptRows({"--method", "thin-largest", "--thin", "0.4", "--ratio", "0.2"});
    std::size_t dropped = 0;
    for (std::int64_t label = 0; label < 10; ++label) {
        auto clusters = plainClustersForRatio(m_run, 0.2);
        std::erase_if(clusters, [&](const PlainCluster& cluster) { return cluster.label != label; });
        // Ties go to the smaller head; clusters come by ascending head.
        const auto& largest = *std::max_element(clusters.begin(), clusters.end(),
                                                [](const auto& a, const auto& b) { return a.size() < b.size(); });
        QVERIFY2(kept.contains(largest.head), "the head of the thinned cluster should stay");
        const auto isKept = [&](std::int64_t row) { return kept.contains(row); };
        const auto left = std::count_if(largest.members.begin(), largest.members.end(), isKept) +
                          std::count_if(largest.attached.begin(), largest.attached.end(), isKept);
        const auto drops = std::min<long long>(std::llround(0.4 * double(largest.size())),
                                               std::ssize(largest.members) + std::ssize(largest.attached) - 1);
        QCOMPARE(std::ptrdiff_t(largest.size()) - left, std::ptrdiff_t(drops));
        dropped += std::size_t(drops);
    }
    QCOMPARE(kept.size(), SmallRun::kRows - dropped); // nothing outside of the largest clusters went
}

void TestPrune::dropSmall() {
    const auto clusters = plainClustersForRatio(m_run, 0.3);
    std::map<std::int64_t, std::size_t> largest;
    for (const auto& cluster : clusters)
        largest[cluster.label] = std::max(largest[cluster.label], cluster.size());
    std::set<std::int64_t> expected;
    for (const auto& cluster : clusters) {
        if (cluster.size() <= 3 && cluster.size() < largest[cluster.label])
            continue;
        expected.insert(cluster.members.begin(), cluster.members.end());
        expected.insert(cluster.attached.begin(), cluster.attached.end());
    }
    QVERIFY(expected.size() < SmallRun::kRows);
    QCOMPARE(keptRows({"--method", "drop-small", "--small", "3", "--ratio", "0.3"}), expected);
}

void TestPrune::redundant() {
    std::set<std::int64_t> expected;
    for (std::int64_t row = 0; row < SmallRun::kRows; ++row)
        if (plainBecause(m_run, row) < 0)
            expected.insert(row);
    QCOMPARE(keptRows({"--method", "redundant"}), expected);
}

void TestPrune::average_data() {
    QTest::addColumn<bool>("lowest");
    QTest::newRow("the highest go") << false;
    QTest::newRow("the lowest go") << true;
}

void TestPrune::average() {
    QFETCH(bool, lowest);
    std::vector<double> means;
    for (std::int64_t row = 0; row < SmallRun::kRows; ++row) {
        double sum = 0;
        const auto own = m_run.rowsOfClass(m_run.label(row));
        for (const std::int64_t other : own)
            sum += other == row ? 0 : m_run.kappa(row, other);
        means.push_back((lowest ? 1 : -1) * sum / double(own.size() - 1));
    }
    const auto kept = keptRows(QStringList{"--method", "average", "--keep", "0.7"} +
                               (lowest ? QStringList{"--lowest"} : QStringList{}));
    QCOMPARE(kept.size(), share(0.7, SmallRun::kRows));
    // Means that float32 cannot tell apart may stand on either side of the cut.
    auto sorted = means;
    std::sort(sorted.begin(), sorted.end(), std::greater());
    const double cut = sorted[kept.size() - 1];
    for (std::int64_t row = 0; row < SmallRun::kRows; ++row) {
        const double mean = means[std::size_t(row)];
        if (std::abs(mean - cut) > 1e-4 * std::abs(cut))
            QCOMPARE(kept.contains(row), mean > cut);
    }
}

void TestPrune::random() {
    std::vector<std::int64_t> rows(SmallRun::kRows);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = std::int64_t(i);
    PlainShuffler(11).shuffle(rows);
    const std::set<std::int64_t> expected(rows.begin(), rows.begin() + std::ptrdiff_t(share(0.25, rows.size())));
    QCOMPARE(keptRows({"--method", "random", "--keep", "0.25", "--seed", "11"}), expected);
    QVERIFY(keptRows({"--method", "random", "--keep", "0.25", "--seed", "12"}) != expected);
}

void TestPrune::classRandom() {
    PlainShuffler shuffler(11);
    std::set<std::int64_t> expected;
    for (std::int64_t label = 0; label < 10; ++label) {
        std::vector<std::int64_t> rows = m_run.rowsOfClass(label);
        shuffler.shuffle(rows);
        expected.insert(rows.begin(), rows.begin() + std::ptrdiff_t(share(0.25, rows.size())));
    }
    QCOMPARE(keptRows({"--method", "class-random", "--keep", "0.25", "--seed", "11"}), expected);
}

void TestPrune::scores_data() {
    QTest::addColumn<QString>("method");
    for (const char* method : {"el2n", "grand", "forgetting"})
        QTest::newRow(method) << QString(method);
}

void TestPrune::scores() {
    QFETCH(QString, method);
    // Whole numbers with many ties, of which the sample of the smaller row is kept.
    std::vector<std::pair<int, std::int64_t>> order;
    QFile file(m_run.path(method + ".csv"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("index,label," + method.toUtf8() + "\n");
    for (std::int64_t sample = SmallRun::kRows; sample-- > 0;) {
        const int score = int(sample * 37 % 23);
        file.write(QString("%1,%2,%3\n").arg(sample).arg(m_run.trainLabels()[std::size_t(sample)]).arg(score).toUtf8());
        order.emplace_back(-score, m_run.rowOf(sample));
    }
    file.close();
    std::sort(order.begin(), order.end());
    std::set<std::int64_t> expected;
    for (std::size_t i = 0; i < share(0.6, order.size()); ++i)
        expected.insert(order[i].second);
    QCOMPARE(keptRows({"--method", method, "--keep", "0.6", "--scores", file.fileName()}), expected);
}

void TestPrune::editsByHandWin() {
    const auto plain = prune({"--method", "random", "--keep", "0.5"});
    QVERIFY(!plain.empty());
    std::int64_t gone = 0;
    while (std::binary_search(plain.begin(), plain.end(), gone))
        ++gone;
    QFile file(m_run.path("edits.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QString(R"({"edits": [{"kind": "keep", "samples": [%1]}, {"kind": "prune", "samples": [%2]}]})")
                   .arg(gone)
                   .arg(plain.front())
                   .toUtf8());
    file.close();
    auto expected = plain;
    expected.front() = gone;
    std::sort(expected.begin(), expected.end());
    QCOMPARE(prune({"--method", "random", "--keep", "0.5", "--edits", file.fileName()}), expected);
}

void TestPrune::arraysAgree() {
    const auto kept = prune({"--method", "heads", "--keep", "0.4"});
    QVERIFY(!kept.empty());
    const auto pruned = readArray<std::int64_t>(out() + "/pruned_indices.npy");
    const auto mask = readArray<std::uint8_t>(out() + "/keep_mask.npy");
    QCOMPARE(kept.size() + pruned.size(), std::size_t(SmallRun::kRows));
    QCOMPARE(mask.size(), std::size_t(SmallRun::kTrain));
    for (std::size_t sample = 0; sample < mask.size(); ++sample)
        QCOMPARE(mask[sample] != 0, std::binary_search(kept.begin(), kept.end(), std::int64_t(sample)));
    QFile table(out() + "/manifest.csv");
    QVERIFY(table.open(QIODevice::ReadOnly));
    const QList<QByteArray> lines = table.readAll().trimmed().split('\n');
    QCOMPARE(lines.size(), SmallRun::kTrain + 1);
    const auto column = lines[0].split(',').indexOf("kept");
    QVERIFY(column > 0);
    // The path of an image within an IDX file holds a comma, so the columns are counted behind it.
    const QByteArray yes = ",train,true,";
    QCOMPARE(std::count_if(lines.begin(), lines.end(), [&](const QByteArray& line) { return line.contains(yes); }),
             std::ptrdiff_t(kept.size()));
}

QTEST_GUILESS_MAIN(TestPrune)
#include "test_prune.moc"
