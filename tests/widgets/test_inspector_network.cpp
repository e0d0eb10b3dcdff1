#include <core/analysis/relations.h>
#include <core/data/preprocessing.h>
#include <core/engine/engine.h>
#include <helpers/real_data.h>
#include <helpers/tiny_data.h>
#include <widgets/models/format.h>
#include <widgets/models/run_network.h>
#include <widgets/models/session.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_labels.h>
#include <widgets/views/inspector_layers.h>
#include <widgets/views/inspector_rows.h>
#include <widgets/views/inspector_view.h>
#include <widgets/views/parts_neighbour_row.h>

#include <QPushButton>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <QUndoStack>

#include <cmath>

using namespace lpntk;
using namespace lpntk::views;
using base::RowId;
using base::SampleId;
namespace format = models::format;

namespace {

constexpr std::int64_t kRows = 150;
constexpr int kPatience = 60000;

} // namespace

/// The sections that ask the network, on a real run of Fashion-MNIST: what they show is in the run's kernel.
class TestInspectorNetwork : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;
    std::unique_ptr<models::Session> m_session;
    std::unique_ptr<InspectorView> m_view;

    std::filesystem::path folder(const char* name) const {
        return std::filesystem::path(m_home.path().toStdString()) / name;
    }
    const run::Run& run() const { return *m_session->run(); }
    bool settled() {
        return QTest::qWaitFor(
            [this] { return m_session->clusters() && m_session->jobs().running() == 0 && m_view->isReady(); },
            kPatience);
    }
    bool choose(std::int64_t row) {
        m_session->selection().click(run().sampleFromRow(RowId(row)), false, nullptr);
        m_session->selection().flush();
        return settled();
    }
    const std::vector<ValueRow>& labelRows() const { return m_view->labels().rows().rows().rows(); }
    /// The row of the run whose sample contradicts most others.
    std::int64_t mostContradictory() const {
        std::int64_t best = 0, most = -1;
        for (std::int64_t row = 0; row < kRows; ++row) {
            const auto count = analysis::neighbourhood(run(), RowId(row), {}, 1).counts.contradictory;
            if (count > most) {
                most = count;
                best = row;
            }
        }
        return best;
    }

private Q_SLOTS:
    void initTestCase() {
        const auto images = tests::fashionMnist();
        if (!images)
            QSKIP("The Fashion-MNIST images (dataset-fashion-mnist) are not installed.");
        qputenv("XDG_CONFIG_HOME", m_home.path().toLocal8Bit());
        QCoreApplication::setOrganizationName(QStringLiteral("lpntk"));
        QCoreApplication::setApplicationName(QStringLiteral("lpntk-explorer"));
        models::theme().apply(*qApp);
        tests::writeIdxFolder(folder("data"), *data::loadDataset(images->string()), kRows, 20);
        engine::KernelRequest request;
        request.network = {"lenet5", tests::sampleCheckpoint(), 0};
        request.dataSource = folder("data").string();
        request.data = data::loadDataset(request.dataSource);
        request.preprocessing = data::defaultPreprocessing(*request.data);
        engine::engine().kernel(request, folder("run"), {});
        m_session = std::make_unique<models::Session>();
        m_view = std::make_unique<InspectorView>(*m_session);
        m_view->resize(320, 900);
        m_view->show();
        m_session->openRun(folder("run"));
        QVERIFY(QTest::qWaitFor(
            [this] { return m_session->run() && m_session->clusters() && m_session->jobs().running() == 0; },
            kPatience));
    }
    void cleanupTestCase() {
        m_view.reset();
        m_session.reset();
    }

    void layersAddUpToTheCosineOfThePair() {
        QVERIFY(choose(3));
        QVERIFY(m_view->layers().rows().rows().rows().empty()); // folded: nothing was asked
        m_view->layers().setOpen(true);
        QTRY_VERIFY_WITH_TIMEOUT(m_view->layers().rows().rows().rows().size() == 5, kPatience);
        const SampleId shown = run().sampleFromRow(RowId(3)), top = m_view->interchangeable().neighbours().sampleAt(0);
        QCOMPARE(m_view->layers().other(), top);
        QVERIFY(m_view->layers().button()->text().contains(format::sample(top)));
        models::RunNetwork network(m_session->run());
        for (const std::int64_t row : {std::int64_t{17}, std::int64_t{80}, std::int64_t{149}}) {
            const SampleId other = run().sampleFromRow(RowId(row));
            const auto parts = network.layerParts(shown, other, {});
            double sum = 0;
            for (const double part : parts.cosines)
                sum += part;
            QCOMPARE(parts.layers, (std::vector<std::string>{"conv1", "conv2", "fc1", "fc2", "fc3"}));
            QVERIFY(std::abs(sum - static_cast<double>(run().cosine(RowId(3), RowId(row)))) < 1e-5);
            QVERIFY(std::abs(parts.cosine - sum) < 1e-12);
            QCOMPARE(network.layerParts(other, shown, {}).cosines, parts.cosines); // kept
        }
    }

    void layersFollowTheHoveredSample() {
        QVERIFY(choose(3));
        const SampleId hovered = run().sampleFromRow(RowId(60));
        m_session->selection().setHovered(hovered, nullptr);
        m_session->selection().flush();
        QCOMPARE(m_view->layers().other(), hovered);
        const QString cosine = format::cosineExact(static_cast<double>(run().cosine(RowId(3), RowId(60))));
        QTRY_COMPARE_WITH_TIMEOUT(m_view->layers().aside()->text(), cosine, kPatience);
        m_session->selection().setHovered({}, nullptr);
        m_session->selection().flush();
        QCOMPARE(m_view->layers().other(), hovered); // to be looked at in peace
        QVERIFY(choose(4));
        QCOMPARE(m_view->layers().other(), m_view->interchangeable().neighbours().sampleAt(0));
        m_view->layers().setOpen(false);
    }

    void everyLabelWithThePresentOneFirst() {
        m_view->labels().setMomentSeconds(1000);
        m_view->labels().setOpen(true);
        for (const std::int64_t row : {std::int64_t{5}, mostContradictory()}) {
            QVERIFY(choose(row));
            QTRY_COMPARE_WITH_TIMEOUT(labelRows().size(), std::size_t{5}, kPatience);
            QTRY_VERIFY_WITH_TIMEOUT(m_view->labels().isSettled(), kPatience);
            const int label = run().labelOf(RowId(row));
            const auto counts = analysis::neighbourhood(run(), RowId(row), {}, 1).counts;
            QCOMPARE(labelRows()[0].name, m_session->className(label) + QStringLiteral(" (now)"));
            QCOMPARE(labelRows()[0].values[1], format::count(counts.contradictory));
            double sum = 0;
            const auto range = run().classRange(label);
            for (std::int64_t j = range.begin; j < range.end; ++j)
                sum += j == row ? 0 : static_cast<double>(run().cosine(RowId(row), RowId(j)));
            QCOMPARE(labelRows()[0].values[0], format::cosine(sum / static_cast<double>(range.size() - 1)));
        }
        QTest::mouseClick(m_view->labels().rows().more(), Qt::LeftButton);
        QCOMPARE(labelRows().size(), std::size_t{10});
    }

    void thresholdsCountAnewWithoutTheNetwork() {
        QVERIFY(choose(mostContradictory()));
        QTRY_VERIFY_WITH_TIMEOUT(m_view->labels().isSettled() && labelRows().size() == 10, kPatience);
        m_session->setThresholds({0.1f, 0.9f});
        QTRY_COMPARE_WITH_TIMEOUT(labelRows()[0].values[1], QStringLiteral("0"), kPatience);
        m_session->setThresholds({});
        QVERIFY(settled());
    }

    void relabelsToTheBestLabelInOneStep() {
        const std::int64_t row = mostContradictory();
        QVERIFY(choose(row));
        auto* button = m_view->labels().relabelButton();
        QTRY_VERIFY_WITH_TIMEOUT(m_view->labels().isSettled() && button->isVisible(), kPatience);
        const SampleId sample = run().sampleFromRow(RowId(row));
        const QString best = labelRows()[1].name;
        QCOMPARE(button->text(), QStringLiteral("Relabel as ") + best);
        const int steps = m_session->undoStack().count();
        button->click();
        QCOMPARE(m_session->undoStack().count(), steps + 1);
        QCOMPARE(m_session->className(m_session->decisions().of(sample).relabel), best);
        QTRY_COMPARE_WITH_TIMEOUT(labelRows()[0].name, best + QStringLiteral(" (now)"), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!button->isVisible(), kPatience);
        m_session->undoStack().undo();
        QTRY_COMPARE_WITH_TIMEOUT(
            labelRows()[0].name, m_session->className(run().labelOf(RowId(row))) + QStringLiteral(" (now)"), kPatience);
        QVERIFY(settled());
    }

    void waitsToBeAskedWhereItTakesLong() {
        m_view->labels().setMomentSeconds(-1);
        QVERIFY(choose(8));
        auto* button = m_view->labels().startButton();
        QTRY_VERIFY(button->isVisible());
        QVERIFY(!m_view->labels().rows().isVisible());
        button->click();
        QTRY_VERIFY_WITH_TIMEOUT(m_view->labels().rows().isVisible() && m_view->labels().isSettled(), kPatience);
        QCOMPARE(labelRows()[0].name, m_session->className(run().labelOf(RowId(8))) + QStringLiteral(" (now)"));
        QVERIFY(settled());
    }

    /// The last of the tests, for it spoils the run.
    void whatIsMissingIsSaid() {
        std::filesystem::rename(folder("data"), folder("moved"));
        auto other = std::make_unique<InspectorView>(*m_session);
        other->labels().setMomentSeconds(1000);
        other->labels().setOpen(true);
        other->show();
        QTRY_VERIFY_WITH_TIMEOUT(other->labels().startButton()->isVisible() &&
                                     other->labels().startButton()->text() == QStringLiteral("Try again"),
                                 kPatience);
        std::filesystem::rename(folder("moved"), folder("data"));
        other->labels().startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(other->labels().rows().isVisible(), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(m_session->jobs().running(), 0, kPatience);
    }
};

QTEST_MAIN(TestInspectorNetwork)
#include "test_inspector_network.moc"
