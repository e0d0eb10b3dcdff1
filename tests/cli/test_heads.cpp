#include "program.h"
#include "refusal.h"
#include "small_run.h"

#include <core/analysis/clustering.h>
#include <helpers/real_data.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace lpntk;
using namespace lpntk::tests;

namespace {

constexpr std::int64_t kSamples = 600;

/// One class of a run with --blocks class.
struct ClassBlock {
    std::vector<std::int64_t> samples;
    std::vector<float> kappa, diagonal;

    float at(std::size_t i, std::size_t j) const { return kappa[i * samples.size() + j]; }
    analysis::SimilarityBlock view() const {
        return {static_cast<std::int64_t>(samples.size()),
                [this](std::int64_t row, std::span<float> out) {
                    std::copy_n(kappa.begin() + row * static_cast<std::int64_t>(out.size()), out.size(), out.begin());
                },
                diagonal};
    }
};

std::vector<std::int64_t> numbers(const QJsonValue& array) {
    std::vector<std::int64_t> values;
    for (const QJsonValue& value : array.toArray())
        values.push_back(value.toInteger());
    return values;
}

} // namespace

/// `lpntk heads` on real images against farthest-point clustering of the class blocks that `lpntk kernel` stores.
class TestHeads : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void clustersAreThoseOfTheClassBlocks_data();
    void clustersAreThoseOfTheClassBlocks();
    void fewHeadsPerClassAreTheFirstOnes();
    void chosenSamplesOnly();
    void threadsChangeNothing();
    void tooLittleMemorySaysWhatWouldDo();

private:
    QStringList command(const QStringList& options) const {
        return QStringList{"heads", "--data", m_data, "--weights", SmallRun::weights()} + options;
    }
    void compareClass(const ClassBlock& block, const QJsonObject& found, std::int64_t label, std::int64_t heads) const;

    QTemporaryDir m_folder;
    QString m_data;
    std::vector<ClassBlock> m_blocks;
};

void TestHeads::initTestCase() {
    const auto source = fashionMnist();
    if (!source)
        QSKIP("Fashion-MNIST is not installed (Debian package dataset-fashion-mnist)");
    m_data = QString::fromStdString(source->string());
    const QString run = m_folder.filePath("run");
    const auto made = runProgram({"kernel", "--data", m_data, "--weights", SmallRun::weights(), "--limit",
                                  QString::number(kSamples), "--blocks", "class", "--out", run});
    QVERIFY2(made.exitCode == 0, made.err.constData());
    const auto samples = readArray<std::int64_t>(run + "/samples.npy"),
               labels = readArray<std::int64_t>(run + "/labels.npy");
    m_blocks.resize(10);
    for (std::size_t row = 0; row < samples.size(); ++row)
        m_blocks[static_cast<std::size_t>(labels[row])].samples.push_back(samples[row]);
    for (std::size_t label = 0; label < m_blocks.size(); ++label) {
        ClassBlock& block = m_blocks[label];
        block.kappa = readArray<float>(run + QString("/kernel_class_%1.npy").arg(label));
        QCOMPARE(block.kappa.size(), block.samples.size() * block.samples.size());
        for (std::size_t i = 0; i < block.samples.size(); ++i)
            block.diagonal.push_back(block.at(i, i));
    }
}

void TestHeads::clustersAreThoseOfTheClassBlocks_data() {
    QTest::addColumn<double>("ratio");
    QTest::newRow("a tenth") << 0.1;
    QTest::newRow("half") << 0.5;
    QTest::newRow("one head a class") << 0.001;
    QTest::newRow("all") << 1.0;
}

void TestHeads::clustersAreThoseOfTheClassBlocks() {
    QFETCH(double, ratio);
    const QString file = m_folder.filePath("clusters.json");
    const auto found = runProgram(
        command({"--limit", QString::number(kSamples), "--ratio", QString::number(ratio), "--out", file, "--json"}));
    QVERIFY2(found.exitCode == 0, found.err.constData());
    QFile written(file);
    QVERIFY(written.open(QIODevice::ReadOnly));
    const QJsonObject json = QJsonDocument::fromJson(written.readAll()).object();
    QCOMPARE(json["clusters"].toArray(), found.json()["clusters"].toArray());
    QCOMPARE(json["format"].toString(), QString("lpntk-clusters"));
    QCOMPARE(json["mode"].toString(), QString("paper"));
    QCOMPARE(json["samples"].toInteger(), qint64(kSamples));
    QVERIFY(json["redundant"].isNull() && json["run"].isNull());
    std::int64_t before = kSamples;
    for (const QJsonValue& cluster : json["clusters"].toArray()) {
        QVERIFY2(cluster["size"].toInteger() <= before, "the largest should come first");
        before = cluster["size"].toInteger();
    }
    for (std::size_t label = 0; label < m_blocks.size(); ++label) {
        const double share = ratio * static_cast<double>(m_blocks[label].samples.size());
        compareClass(m_blocks[label], json, static_cast<std::int64_t>(label),
                     std::max<std::int64_t>(1, static_cast<std::int64_t>(share + 1e-9)));
    }
}

void TestHeads::compareClass(const ClassBlock& block, const QJsonObject& found, std::int64_t label,
                             std::int64_t heads) const {
    const auto order = analysis::farthestPointOrder(block.view(), {}, heads);
    const auto headOf = order.assignment(order.heads.size(), block.samples.size());
    std::map<std::int64_t, std::set<std::int64_t>> expected, clusters;
    std::map<std::int64_t, std::size_t> place;
    for (std::size_t i = 0; i < block.samples.size(); ++i) {
        place[block.samples[i]] = i;
        expected[block.samples[static_cast<std::size_t>(headOf[i])]].insert(block.samples[i]);
    }
    for (const QJsonValue& cluster : found["clusters"].toArray()) {
        if (cluster["class"].toInteger() != label)
            continue;
        const auto members = numbers(cluster["members"]);
        QCOMPARE(members.front(), cluster["head"].toInteger());
        QVERIFY(cluster["attached"].toArray().isEmpty());
        clusters[members.front()] = {members.begin(), members.end()};
        const QJsonArray cosines = cluster["cosine"].toArray();
        QCOMPARE(cosines.size(), qsizetype(members.size()));
        for (std::size_t m = 0; m < members.size(); ++m) {
            const std::size_t i = place[members.front()], j = place[members[m]];
            const double length =
                std::sqrt(static_cast<double>(block.diagonal[i]) * static_cast<double>(block.diagonal[j]));
            QVERIFY(std::abs(cosines[qsizetype(m)].toDouble() - static_cast<double>(block.at(i, j)) / length) < 1e-5);
        }
    }
    QCOMPARE(clusters.size(), static_cast<std::size_t>(heads));
    QVERIFY(clusters == expected);
}

void TestHeads::fewHeadsPerClassAreTheFirstOnes() {
    const auto found = runProgram(command({"--limit", QString::number(kSamples), "--per-class-heads", "3", "--json"}));
    QVERIFY2(found.exitCode == 0, found.err.constData());
    QVERIFY(found.json()["ratio"].isNull());
    QCOMPARE(found.json()["headsPerClass"].toInteger(), qint64(3));
    // With three heads no more than three rows of any class have to be known.
    QVERIFY(found.json()["rowsComputed"].toInteger() <= 3 * 3 * 10);
    for (std::size_t label = 0; label < m_blocks.size(); ++label)
        compareClass(m_blocks[label], found.json(), static_cast<std::int64_t>(label), 3);
    const auto both = runProgram(command({"--per-class-heads", "3", "--ratio", "0.5"}));
    QCOMPARE(wrongRefusal(both, 2, {"--ratio"}), QString());
}

void TestHeads::chosenSamplesOnly() {
    const auto found = runProgram(command({"--per-class", "7", "--ratio", "0.3", "--json"}));
    QVERIFY2(found.exitCode == 0, found.err.constData());
    std::map<std::int64_t, std::size_t> perClass;
    for (const QJsonValue& cluster : found.json()["clusters"].toArray())
        perClass[cluster["class"].toInteger()] += numbers(cluster["members"]).size();
    QCOMPARE(perClass.size(), std::size_t{10});
    for (const auto& [label, count] : perClass)
        QCOMPARE(count, std::size_t{7});
}

void TestHeads::threadsChangeNothing() {
    const QStringList options{"--limit", QString::number(kSamples), "--ratio", "0.3", "--json"};
    const auto one = runProgram(command(options + QStringList{"--threads", "1"}));
    const auto three = runProgram(command(options + QStringList{"--threads", "3"}));
    QVERIFY2(one.exitCode == 0, one.err.constData());
    QCOMPARE(three.json()["clusters"].toArray(), one.json()["clusters"].toArray());
}

void TestHeads::tooLittleMemorySaysWhatWouldDo() {
    const QString out = m_folder.filePath("refused.json");
    const auto refused = runProgram(command({"--memory", "64M", "--limit", QString::number(kSamples), "--out", out}));
    QCOMPARE(wrongRefusal(refused, 1, {"--memory 64.0 MB is not enough", "Give at least --memory", "--blocks class"}),
             QString());
    QVERIFY(!QFile::exists(out));
    // What it asks for is enough.
    static const QRegularExpression wanted("at least --memory ([0-9]+M)");
    const QString least = wanted.match(QString::fromUtf8(refused.err)).captured(1);
    const auto done =
        runProgram(command({"--memory", least, "--limit", QString::number(kSamples), "--threads", "1", "--json"}));
    QVERIFY2(done.exitCode == 0, done.err.constData());
    QCOMPARE(done.json()["samples"].toInteger(), qint64(kSamples));
}

QTEST_GUILESS_MAIN(TestHeads)
#include "test_heads.moc"
