#include "picture_case.h"

#include <widgets/models/theme.h>
#include <widgets/views/inspector_labels.h>
#include <widgets/views/inspector_layers.h>
#include <widgets/views/inspector_section.h>
#include <widgets/views/inspector_view.h>
#include <widgets/views/parts_neighbour_row.h>

#include <QCursor>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <QUndoStack>

using namespace lpntk;
using namespace lpntk::views;
using base::SampleId;

namespace {

struct Shown {
    Shown() : fixture(300, 5), view(fixture.session) {
        view.resize(320, 860);
        view.show();
    }
    bool choose(std::int64_t row) {
        const auto sample = fixture.session.run()->sampleFromRow(base::RowId(row));
        fixture.session.selection().click(sample, false, nullptr);
        fixture.session.selection().flush();
        return fixture.wait() && QTest::qWaitFor([this] { return view.isReady(); });
    }
    QPushButton* button(const QString& name) {
        for (auto* candidate : view.findChildren<QPushButton*>())
            if (candidate->accessibleName() == name)
                return candidate;
        return nullptr;
    }
    QPushButton* link(const QString& text) {
        for (auto* candidate : view.findChildren<QPushButton*>())
            if (candidate->text() == text && candidate->isVisible())
                return candidate;
        return nullptr;
    }
    tests::RunFixture fixture;
    InspectorView view;
};

} // namespace

class TestInspectorView : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;

private Q_SLOTS:
    void initTestCase() {
        // What is unfolded is remembered: not where the user's own settings are.
        qputenv("XDG_CONFIG_HOME", m_home.path().toLocal8Bit());
        QCoreApplication::setOrganizationName(QStringLiteral("lpntk"));
        QCoreApplication::setApplicationName(QStringLiteral("lpntk-explorer"));
        models::theme().apply(*qApp);
    }

    void showsNeighboursOfTheCurrentSample() {
        Shown shown;
        QVERIFY(shown.fixture.wait());
        QVERIFY(shown.choose(40));
        const auto expected = analysis::neighbourhood(*shown.fixture.session.run(), base::RowId(40), {}, 50);
        auto& model = shown.view.interchangeable().neighbours();
        QCOMPARE(model.rowCount(), static_cast<int>(expected.interchangeable.size()));
        for (int row = 0; row < model.rowCount(); ++row)
            QCOMPARE(model.cosineAt(row), expected.interchangeable[static_cast<std::size_t>(row)].cosine);
        QCOMPARE(shown.view.contradictory().neighbours().rowCount(), static_cast<int>(expected.contradictory.size()));
        bool found = false;
        for (auto* label : shown.view.findChildren<QLabel*>())
            found |= label->text() == QStringLiteral("%1 of 299").arg(expected.counts.interchangeable);
        QVERIFY(found);
    }

    void rapidChangesEndWithTheLast() {
        Shown shown;
        QVERIFY(shown.fixture.wait());
        for (std::int64_t row = 0; row < 100; ++row) {
            shown.fixture.session.selection().click(shown.fixture.session.run()->sampleFromRow(base::RowId(row)), false, nullptr);
            shown.fixture.session.selection().flush();
        }
        QVERIFY(shown.choose(99));
        const auto expected = analysis::neighbourhood(*shown.fixture.session.run(), base::RowId(99), {}, 50);
        QCOMPARE(shown.view.interchangeable().neighbours().cosineAt(0), expected.interchangeable[0].cosine);
    }

    void buttonsDecideAboutTheShownSample() {
        Shown shown;
        QVERIFY(shown.fixture.wait());
        QVERIFY(shown.choose(7));
        auto& session = shown.fixture.session;
        const auto sample = session.selection().current();
        QTest::mouseClick(shown.button("Keep"), Qt::LeftButton);
        QCOMPARE(session.decisions().of(sample).verdict, curation::Decision::Verdict::keep);
        QVERIFY(shown.button("Keep")->isChecked());
        QTest::mouseClick(shown.button("Prune"), Qt::LeftButton);
        QCOMPARE(session.decisions().of(sample).verdict, curation::Decision::Verdict::prune);
        QVERIFY(!shown.button("Keep")->isChecked() && shown.button("Prune")->isChecked());
        session.undoStack().undo();
        QTRY_VERIFY(shown.button("Keep")->isChecked());
        QVERIFY(shown.fixture.wait());
    }

    void backAndForward() {
        Shown shown;
        QVERIFY(shown.fixture.wait());
        QVERIFY(!shown.view.backButton()->isEnabled());
        QVERIFY(shown.choose(1));
        QVERIFY(shown.choose(2));
        QVERIFY(shown.view.backButton()->isEnabled());
        shown.view.backButton()->click();
        QTRY_COMPARE(shown.fixture.session.selection().current(), shown.fixture.session.run()->sampleFromRow(base::RowId(1)));
        QTRY_VERIFY(shown.view.forwardButton()->isEnabled());
        QVERIFY(shown.fixture.wait());
    }

    void listsShowAFewAndAllOnDemand() {
        Shown shown;
        QVERIFY(shown.fixture.wait());
        QVERIFY(shown.choose(40));
        auto& list = shown.view.interchangeable();
        const int row = models::theme().row("list");
        QCOMPARE(list.height(), 4 * row);
        auto* more = shown.link("Show all 50");
        QVERIFY(more);
        QTest::mouseClick(more, Qt::LeftButton);
        QTRY_COMPARE(list.height(), 50 * row);
        QCOMPARE(more->text(), QStringLiteral("Show fewer"));
        QCOMPARE(list.verticalScrollBar()->maximum(), 0); // the Inspector scrolls, not the list
    }

    void sectionsRememberWhetherTheyAreOpen() {
        {
            Shown shown;
            QVERIFY(shown.fixture.wait());
            QVERIFY(shown.choose(40));
            auto* facts = shown.view.findChild<FoldSection*>("section.facts");
            QVERIFY(facts && facts->isOpen() && facts->body()->isVisible());
            QVERIFY(!shown.view.layers().isOpen() && !shown.view.labels().isOpen());
            QTest::mouseClick(facts->button(), Qt::LeftButton);
            QVERIFY(!facts->body()->isVisible());
            shown.view.labels().button()->setFocus();
            QTest::keyClick(shown.view.labels().button(), Qt::Key_Space);
            QVERIFY(shown.view.labels().isOpen());
            QVERIFY(shown.fixture.wait());
        }
        Shown again;
        QVERIFY(!again.view.findChild<FoldSection*>("section.facts")->isOpen());
        QVERIFY(again.view.labels().isOpen());
        QSettings().clear();
    }

    void fitsItsWidthAtAnyTextScale_data() {
        QTest::addColumn<double>("scale");
        QTest::newRow("1") << 1.0;
        QTest::newRow("1.5") << 1.5;
    }
    void fitsItsWidthAtAnyTextScale() {
        QFETCH(double, scale);
        Shown shown;
        QVERIFY(shown.fixture.wait());
        QVERIFY(shown.choose(40));
        models::theme().setTextScale(scale);
        QCoreApplication::sendPostedEvents();
        auto* scroll = shown.view.findChild<QScrollArea*>();
        QTRY_COMPARE(scroll->widget()->width(), scroll->viewport()->width());
        QString cut;
        for (const auto* button : scroll->findChildren<QAbstractButton*>())
            if (button->isVisible() && (button->width() < button->minimumSizeHint().width() ||
                                        button->height() < button->fontMetrics().height()))
                cut += button->text() + QLatin1Char(' ');
        for (const auto* label : scroll->findChildren<QLabel*>())
            if (label->isVisible() && !label->wordWrap() && label->width() < label->sizeHint().width())
                cut += label->text() + QLatin1Char(' ');
        models::theme().setTextScale(1);
        QCOMPARE(cut, QString());
    }

    void samplesOutsideTheRun() {
        Shown shown;
        QVERIFY(shown.fixture.wait());
        shown.fixture.session.selection().click(SampleId(2), false, nullptr); // ids of the fixture are 3 n + 1
        shown.fixture.session.selection().flush();
        QTRY_VERIFY(shown.view.isReady());
        QCOMPARE(shown.view.interchangeable().neighbours().rowCount(), 0);
    }

    void pictures_data() { tests::addPictureRows("inspector"); }
    void pictures() {
        QFETCH(bool, dark);
        Shown shown;
        QVERIFY(shown.fixture.wait());
        QVERIFY(shown.choose(40));
        // No row lies under the pointer, wherever the screen has it.
        QCursor::setPos(shown.view.mapToGlobal(QPoint(shown.view.width() + 60, 10)));
        QTRY_VERIFY(!shown.view.underMouse());
        tests::checkPicture(shown.view, shown.fixture, dark, QString::fromLatin1(QTest::currentDataTag()));
    }
};

QTEST_MAIN(TestInspectorView)
#include "test_inspector_view.moc"
