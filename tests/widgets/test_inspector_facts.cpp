#include "run_fixture.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_facts.h>
#include <widgets/views/inspector_probabilities.h>
#include <widgets/views/inspector_rows.h>

#include <QFile>
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>
#include <QUndoStack>

#include <algorithm>

using namespace lpntk;
using namespace lpntk::views;
using base::RowId;
using base::SampleId;
namespace format = models::format;

namespace {

QString factOf(const std::vector<Fact>& facts, const QString& name) {
    for (const Fact& fact : facts)
        if (fact.name == name)
            return fact.text();
    return {};
}

} // namespace

/// What the Inspector says about a sample in words and bars, against the fixture's dense kernel.
class TestInspectorFacts : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;
    std::unique_ptr<tests::RunFixture> m_fixture;

    models::Session& session() { return m_fixture->session; }
    SampleId sampleOf(std::int64_t row) { return session().run()->sampleFromRow(RowId(row)); }
    std::vector<Fact> facts(std::int64_t row) { return moreFacts(session(), sampleOf(row)); }

private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_CONFIG_HOME", m_home.path().toLocal8Bit());
        QCoreApplication::setOrganizationName(QStringLiteral("lpntk"));
        QCoreApplication::setApplicationName(QStringLiteral("lpntk-explorer"));
        models::theme().apply(*qApp);
    }
    void init() {
        m_fixture = std::make_unique<tests::RunFixture>(300, 5);
        QVERIFY(m_fixture->wait());
    }
    void cleanup() {
        QVERIFY(m_fixture->wait());
        m_fixture.reset();
    }

    void meansAreThoseOfTheKernel() {
        const auto& dense = m_fixture->synthetic;
        for (const std::int64_t row : {0, 77, 299}) {
            double own = 0, all = 0;
            std::int64_t count = 0;
            for (std::int64_t j = 0; j < dense.rows; ++j) {
                if (j == row)
                    continue;
                const auto value = static_cast<double>(dense.at(row, j));
                all += value;
                const bool same =
                    dense.labels[static_cast<std::size_t>(j)] == dense.labels[static_cast<std::size_t>(row)];
                own += same ? value : 0;
                count += same;
            }
            QCOMPARE(factOf(facts(row), "Mean κ, own class"), format::kappa(own / static_cast<double>(count)));
            QCOMPARE(factOf(facts(row), "Mean κ, all"), format::kappa(all / 299));
        }
    }

    void clusterHeadAndRedundancy() {
        const auto clusters = session().clusters();
        const auto& redundancy = session().clustering()->redundancy();
        std::int64_t member = -1, redundant = -1;
        for (std::int64_t row = 0; row < 300; ++row) {
            const auto& cluster =
                clusters
                    ->clusters[static_cast<std::size_t>(clusters->clusterOf[static_cast<std::size_t>(row)].value())];
            if (cluster.head == RowId(row))
                QCOMPARE(factOf(facts(row), "Head"), QStringLiteral("this sample"));
            else
                member = row;
            if (redundancy.isRedundant(RowId(row)))
                redundant = row;
            else
                QCOMPARE(factOf(facts(row), "Redundant"), QString());
        }
        QVERIFY(member >= 0 && redundant >= 0);
        const auto because = session().run()->sampleFromRow(redundancy.because[static_cast<std::size_t>(redundant)]);
        QVERIFY(factOf(facts(redundant), "Redundant").contains(format::sample(because)));
        const auto number = static_cast<std::size_t>(clusters->clusterOf[static_cast<std::size_t>(member)].value());
        const auto& cluster = clusters->clusters[number];
        QVERIFY(factOf(facts(member), "Cluster")
                    .startsWith(QStringLiteral("%1 %2, ")
                                    .arg(session().className(cluster.label))
                                    .arg(clusters->rankInClass[number])));
        QVERIFY(factOf(facts(member), "Head").startsWith(format::sample(session().run()->sampleFromRow(cluster.head))));
    }

    void linksGoThere() {
        std::int64_t member = 0;
        const auto clusters = session().clusters();
        while (
            clusters->clusters[static_cast<std::size_t>(clusters->clusterOf[static_cast<std::size_t>(member)].value())]
                .head == RowId(member))
            ++member;
        const auto& cluster =
            clusters->clusters[static_cast<std::size_t>(clusters->clusterOf[static_cast<std::size_t>(member)].value())];
        FactsSection section(session(), nullptr);
        section.resize(320, 300);
        section.show();
        section.setSample(sampleOf(member));
        QCoreApplication::sendPostedEvents();
        const auto click = [&](const QString& name) {
            for (auto* label : section.findChildren<QLabel*>())
                if (label->accessibleName().startsWith(name + QLatin1Char(' ')) && label->isVisible()) {
                    QTest::mouseClick(label, Qt::LeftButton, {}, QPoint(6, label->fontMetrics().height() / 2));
                    return true;
                }
            return false;
        };
        QVERIFY(click("Cluster"));
        QCOMPARE(session().selection().selected().count(), cluster.size());
        QVERIFY(session().selection().selected().contains(sampleOf(member)));
        QVERIFY(click("Head"));
        QCOMPARE(session().selection().current(), session().run()->sampleFromRow(cluster.head));
    }

    void decisionsAndReasons() {
        const SampleId sample = sampleOf(12);
        for (const auto kind : {curation::Edit::Kind::prune, curation::Edit::Kind::review, curation::Edit::Kind::tag,
                                curation::Edit::Kind::relabel}) {
            curation::Edit edit;
            edit.kind = kind;
            edit.samples = {sample};
            edit.tag = "blurred";
            edit.label = 3;
            session().decide(edit, "edit");
        }
        QVERIFY(m_fixture->wait());
        QCOMPARE(factOf(facts(12), "Pruned"), QStringLiteral("Pruned by hand"));
        QCOMPARE(factOf(facts(12), "Review"), QStringLiteral("marked"));
        QCOMPARE(factOf(facts(12), "Tags"), QStringLiteral("blurred"));
        QCOMPARE(factOf(facts(12), "Relabelled"), QStringLiteral("Dress, in the data T-shirt/top"));
        session().undoStack().undo();
        QCOMPARE(factOf(facts(12), "Relabelled"), QString());
    }

    void asText() {
        const SampleId sample = sampleOf(40);
        const QStringList lines = factsText(session(), sample).split(QLatin1Char('\n'));
        QCOMPARE(lines[0], format::sample(sample) + QLatin1Char('\t') + session().className(session().labelOf(sample)));
        QVERIFY(lines.contains(QStringLiteral("Norm √κ\t") + format::number(session().normOf(sample), 1)));
        QVERIFY(lines.filter(QStringLiteral("Mean κ, own class\t")).size() == 1);
        double sum = 0;
        for (const QString& line : lines.filter(QStringLiteral("p(")))
            sum += QLocale().toDouble(line.section(QLatin1Char('\t'), 1));
        QVERIFY(std::abs(sum - 1) < 1e-4);
    }

    void probabilitiesByFallingValueWithTheLabel() {
        ProbabilitySection section(session(), nullptr);
        section.show();
        for (std::int64_t row = 0; row < 300; row += 7) {
            const SampleId sample = sampleOf(row);
            section.setSample(sample);
            const auto& shown = section.rows().rows().rows();
            QCOMPARE(shown.size(), std::size_t{4});
            const QString label = session().className(session().labelOf(sample)) + QStringLiteral(" (label)");
            QVERIFY(std::any_of(shown.begin(), shown.end(),
                                [&](const ValueRow& line) { return line.name == label && line.strong; }));
            const int prediction = session().predictionOf(sample);
            QVERIFY(shown[0].name.startsWith(session().className(prediction)));
            QCOMPARE(shown[0].values[0],
                     format::probability(static_cast<double>(session().probabilityOf(sample, prediction))));
            QVERIFY(*shown[0].bar >= *shown[1].bar && *shown[1].bar >= *shown[2].bar);
        }
        QTest::mouseClick(section.rows().more(), Qt::LeftButton);
        double sum = 0;
        for (const ValueRow& line : section.rows().rows().rows())
            sum += *line.bar;
        QCOMPARE(section.rows().rows().rows().size(), std::size_t{5});
        QVERIFY(std::abs(sum - 1) < 1e-5);
    }

    void columnsOfTheDataSet() {
        QTemporaryDir folder;
        for (const char* name : {"a.png", "b.png"}) {
            QImage picture(8, 8, QImage::Format_Grayscale8);
            picture.fill(90);
            QVERIFY(picture.save(folder.filePath(QString::fromLatin1(name))));
        }
        QFile table(folder.filePath(QStringLiteral("manifest.csv")));
        QVERIFY(table.open(QIODevice::WriteOnly));
        table.write("path,label,place,weight,year\na.png,cat,Kiel,1.25,2019\nb.png,dog,,,2020\n");
        table.close();
        models::Session own;
        own.openData(table.fileName());
        QTRY_VERIFY_WITH_TIMEOUT(own.data() && own.jobs().running() == 0, 20000);
        const auto first = moreFacts(own, SampleId(0)), second = moreFacts(own, SampleId(1));
        QCOMPARE(factOf(first, "place"), QStringLiteral("Kiel"));
        QCOMPARE(factOf(first, "weight"), QLocale().toString(1.25));
        QCOMPARE(factOf(first, "year"), format::number(2019, 0));
        QCOMPARE(factOf(second, "place") + factOf(second, "weight"), QString());
        QVERIFY(factOf(second, "Path").endsWith(QStringLiteral("b.png")));
    }
};

QTEST_MAIN(TestInspectorFacts)
#include "test_inspector_facts.moc"
