#include "program.h"
#include "small_run.h"

#include <QFile>
#include <QJsonArray>
#include <QtTest>

#include <algorithm>

using namespace lpntk::tests;

/// `lpntk select` on a real run, against plain loops over its arrays.
class TestSelect : public QObject {
    Q_OBJECT

    SmallRun m_run;

    static std::vector<std::int64_t> indicesOf(const Outcome& outcome) {
        std::vector<std::int64_t> indices;
        for (const QJsonValue& index : outcome.json()["indices"].toArray())
            indices.push_back(index.toInteger());
        return indices;
    }
    Outcome select(const QString& filter, const QStringList& more = {}) const {
        return runProgram(QStringList{"select", m_run.folder(), "--filter", filter, "--json"} + more);
    }
    /// Original indices of the rows where `wanted`, ascending.
    template <typename Wanted> std::vector<std::int64_t> where(Wanted wanted) const {
        std::vector<std::int64_t> indices;
        for (std::int64_t row = 0; row < SmallRun::kRows; ++row)
            if (wanted(row))
                indices.push_back(m_run.sample(row));
        std::sort(indices.begin(), indices.end());
        return indices;
    }

private Q_SLOTS:
    void initTestCase() {
        const QString problem = m_run.make();
        if (m_run.isMissing())
            QSKIP(qPrintable(problem));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
    }

    void selectsByClassAndKernel() {
        const std::int64_t current = m_run.sample(17);
        const auto outcome =
            select("class in (4, \"6\") and cos_current < 0.05", {"--sample", QString::number(current)});
        QVERIFY2(outcome.exitCode == 0, outcome.err.constData());
        const auto expected = where([&](std::int64_t row) {
            return (m_run.label(row) == 4 || m_run.label(row) == 6) && row != 17 && m_run.cosine(17, row) < 0.05;
        });
        QVERIFY(!expected.empty() && expected.size() < 100);
        QCOMPARE(indicesOf(outcome), expected);
        QCOMPARE(outcome.json()["selected"].toInteger(), static_cast<qint64>(expected.size()));
        QCOMPARE(outcome.json()["samples"].toInteger(), qint64{SmallRun::kRows});
    }

    void writesIndices() {
        const QString file = m_run.path("indices.npy");
        const auto outcome = select("index >= 100 and not class == 0", {"--out", file});
        QCOMPARE(outcome.exitCode, 0);
        QCOMPARE(readArray<std::int64_t>(file),
                 where([&](std::int64_t row) { return m_run.sample(row) >= 100 && m_run.label(row) != 0; }));
    }

    void clustersAndRulesAreThoseOfTheirCommands() {
        const auto pruned = select("kept", {"--method", "heads", "--keep", "0.3"});
        QCOMPARE(pruned.exitCode, 0);
        const QString subset = m_run.path("kept30");
        QCOMPARE(runProgram({"prune", m_run.folder(), "--method", "heads", "--keep", "0.3", "--out", subset, "--quiet"})
                     .exitCode,
                 0);
        QCOMPARE(indicesOf(pruned), readArray<std::int64_t>(subset + "/keep_indices.npy"));

        const auto clusters =
            runProgram({"clusters", m_run.folder(), "--ratio", "0.2", "--json"}).json()["clusters"].toArray();
        std::vector<std::int64_t> heads;
        for (const QJsonValue& cluster : clusters)
            heads.push_back(cluster["head"].toInteger());
        std::sort(heads.begin(), heads.end());
        QCOMPARE(indicesOf(select("is_head", {"--ratio", "0.2"})), heads);
    }

    void takesDecisions() {
        QFile edits(m_run.path("edits.json"));
        QVERIFY(edits.open(QIODevice::WriteOnly));
        const std::int64_t a = m_run.sample(3), b = m_run.sample(9);
        edits.write(QStringLiteral("{\"edits\": [{\"kind\": \"tag\", \"samples\": [%1, %2], \"tag\": \"blurry\"}, "
                                   "{\"kind\": \"review\", \"samples\": [%1]}]}")
                        .arg(a)
                        .arg(b)
                        .toUtf8());
        edits.close();
        QCOMPARE(indicesOf(select("tag == blurry and not review", {"--edits", edits.fileName()})),
                 std::vector<std::int64_t>{b});
        QCOMPARE(indicesOf(select("tagged")), std::vector<std::int64_t>{});
    }

    void errorsNameTheCharacter() {
        const auto outcome = select("class == 12");
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.err.contains("at character 10") && outcome.err.contains("they go from 0 to 9"),
                 outcome.err.constData());
        QVERIFY(select("margn > 0").err.contains("did you mean \"margin\"?"));
        QCOMPARE(select("cos_current > 0").exitCode, 1);
        QCOMPARE(runProgram({"select", m_run.folder()}).exitCode, 1);
    }

    void listsColumns() {
        const auto outcome = runProgram({"select", m_run.folder(), "--columns", "--json"});
        QCOMPARE(outcome.exitCode, 0);
        QStringList names;
        for (const QJsonValue& column : outcome.json()["columns"].toArray())
            names << column["name"].toString();
        for (const char* name : {"class", "cos_head", "kept", "path", "tag"})
            QVERIFY2(names.contains(QLatin1String(name)), name);
        QVERIFY(runProgram({"select", m_run.folder(), "--columns"}).out.contains("cos_head"));
    }
};

QTEST_GUILESS_MAIN(TestSelect)
#include "test_select.moc"
