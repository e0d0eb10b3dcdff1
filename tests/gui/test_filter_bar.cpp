#include "window_case.h"

#include <helpers/synthetic_run.h>

#include <app/gui/filter_line.h>
#include <app/gui/side_list.h>

#include <core/curation/tags.h>

#include <QApplication>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QTest>
#include <QUndoStack>

using namespace lpntk;
using models::SampleSet;
using tests::visible;
using tests::visibleWidget;

namespace {

constexpr int kPatience = 60000;
constexpr std::int64_t kRows = 240;

} // namespace

/// Selecting by a condition, the history of selections, saved selections and tags, in the real window by keys.
class TestFilterBar : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private:
    tests::SyntheticRun m_dense;

    models::SelectionModel& selection() { return session().selection(); }
    gui::FilterLine* line() { return visible<gui::FilterLine>(*m_window, "filterLine"); }
    QString words(const char* name) {
        const auto* label = visible<QLabel>(*m_window, name);
        return label ? label->text() : QString();
    }
    void openBar() {
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
        QTRY_VERIFY(line() && line()->hasFocus());
    }
    void write(const QString& filter) {
        tests::typeInto(line(), filter);
        QCOMPARE(line()->text(), filter);
    }
    SampleSet where(const std::function<bool(std::int64_t row)>& wanted) const {
        SampleSet set;
        for (std::int64_t row = 0; row < kRows; ++row)
            if (wanted(row))
                set.insert(base::SampleId(m_dense.samples[static_cast<std::size_t>(row)]));
        return set;
    }
    std::int64_t label(std::int64_t row) const { return m_dense.labels[static_cast<std::size_t>(row)]; }
    std::int64_t sample(std::int64_t row) const { return m_dense.samples[static_cast<std::size_t>(row)]; }

    /// The row of the project list whose words are these; fails when there is none.
    gui::SideRow sideRow(const QString& text) {
        const auto* list = m_window->findChild<gui::SideList*>(QStringLiteral("projectList"));
        for (int row = 0; row < list->rows().rowCount(); ++row)
            if (const auto& found = list->rows().at(list->rows().index(row)); found.text == text && !found.section)
                return found;
        return {};
    }
    void answer(const char* dialog, const QString& text) {
        QTRY_VERIFY(visible<QInputDialog>(*m_window, dialog));
        auto* asked = visible<QInputDialog>(*m_window, dialog);
        asked->setTextValue(text);
        asked->accept();
    }

private Q_SLOTS:
    void initTestCase() {
        m_run = m_home.file("demo-run");
        m_dense = tests::makeSyntheticRun(kRows, 4);
        m_dense.classNames = {"Coat", "Shirt", "Bag", "Ankle boot"};
        tests::writeSyntheticRun(m_run, m_dense);
    }

    void init() {
        m_window = std::make_unique<gui::MainWindow>();
        m_window->resize(1400, 900);
        QVERIFY(tests::showActive(*m_window));
        m_window->openPath(QString::fromStdString(m_run.string()));
        QTRY_VERIFY_WITH_TIMEOUT(session().run() && session().coverage() && session().jobs().running() == 0, kPatience);
    }
    void cleanup() { m_window.reset(); }

    void returnSelectsAddsAndNarrows() {
        QVERIFY(!visibleWidget(*m_window, "filterBar"));
        openBar();
        write(QStringLiteral("class == Shirt and index < 400"));
        const SampleSet shirts = where([this](std::int64_t row) { return label(row) == 1 && sample(row) < 400; });
        QTRY_COMPARE(words("filterCount"), QStringLiteral("%1 of 240").arg(shirts.count()));
        QVERIFY(selection().selected().isEmpty()); // counting selects nothing
        QTest::keyClick(line(), Qt::Key_Return);
        QTRY_VERIFY(selection().selected() == shirts);
        write(QStringLiteral("class in (Coat, \"Ankle boot\")"));
        QTest::keyClick(line(), Qt::Key_Return, Qt::ShiftModifier); // without waiting for the count
        QTRY_VERIFY(selection().selected() == where([this](std::int64_t row) {
                        return label(row) % 3 == 0 || (label(row) == 1 && sample(row) < 400);
                    }));
        write(QStringLiteral("index > 300"));
        QTest::keyClick(line(), Qt::Key_Return, Qt::AltModifier);
        QTRY_VERIFY(selection().selected() == where([this](std::int64_t row) {
                        return sample(row) > 300 && (label(row) % 3 == 0 || (label(row) == 1 && sample(row) < 400));
                    }));
        write(QStringLiteral("class == Bag"));
        tests::press(visibleWidget(*m_window, "filterSelect"));
        QTRY_VERIFY(selection().selected() == where([this](std::int64_t row) { return label(row) == 2; }));
    }

    void errorsStandBelowTheLine() {
        openBar();
        write(QStringLiteral("margn < 0 "));
        QTRY_VERIFY2(words("filterSentence").contains(QStringLiteral("did you mean \"margin\"?")),
                     qPrintable(words("filterSentence")));
        QVERIFY(line()->property("error").toBool());
        QVERIFY(!visibleWidget(*m_window, "filterSelect")->isEnabled());
        QVERIFY(words("filterCount").isEmpty());
        QTest::keyClick(line(), Qt::Key_Return);
        QVERIFY(selection().selected().isEmpty());
        // What is still being written is not wrong yet.
        write(QStringLiteral("margin < "));
        QTRY_VERIFY(words("filterSentence").contains(QStringLiteral("xpected a value or a column")));
        QVERIFY(!line()->property("error").toBool());
        write(QStringLiteral("margin < 0"));
        QTRY_COMPARE(words("filterCount"), QStringLiteral("0 of 240"));
        QVERIFY(!line()->property("error").toBool());
    }

    void theLineCompletes() {
        openBar();
        write(QStringLiteral("misc"));
        QTRY_VERIFY(visibleWidget(*m_window, "filterList"));
        QTest::keyClick(line(), Qt::Key_Tab);
        QCOMPARE(line()->text(), QStringLiteral("misclassified "));
        QVERIFY(line()->hasFocus());
        QTest::keyClicks(line(), QStringLiteral("or class == ank"));
        QTRY_COMPARE(visible<QListWidget>(*m_window, "filterList")->item(0)->text(), QStringLiteral("\"Ankle boot\""));
        QTest::keyClick(line(), Qt::Key_Down);
        QTest::keyClick(line(), Qt::Key_Return); // what was chosen, not the filter
        QCOMPARE(line()->text(), QStringLiteral("misclassified or class == \"Ankle boot\" "));
        QVERIFY(selection().selected().isEmpty());
        QTest::keyClick(line(), Qt::Key_Return);
        QTRY_VERIFY(selection().selected() == where([this](std::int64_t row) { return label(row) == 3; }));
        QTest::keyClick(line(), Qt::Key_Space, Qt::ControlModifier);
        QTRY_VERIFY(visibleWidget(*m_window, "filterList"));
        QTest::keyClick(line(), Qt::Key_Escape);
        QVERIFY(!visibleWidget(*m_window, "filterList") && visibleWidget(*m_window, "filterBar"));
        QTest::keyClick(line(), Qt::Key_Escape);
        QVERIFY(!visibleWidget(*m_window, "filterBar"));
        QVERIFY(!selection().selected().isEmpty()); // Escape of the line is not "select nothing"
    }

    void formerFiltersComeBack() {
        openBar();
        for (const char* filter : {"index < 7", "index < 8"}) {
            write(QString::fromLatin1(filter));
            QTest::keyClick(line(), Qt::Key_Return);
            QTRY_VERIFY(!selection().selected().isEmpty());
        }
        write(QStringLiteral("not yet"));
        QTest::keyClick(line(), Qt::Key_Up);
        QCOMPARE(line()->text(), QStringLiteral("index < 8"));
        QTest::keyClick(line(), Qt::Key_Up);
        QCOMPARE(line()->text(), QStringLiteral("index < 7"));
        QTest::keyClick(line(), Qt::Key_Down);
        QTest::keyClick(line(), Qt::Key_Down);
        QCOMPARE(line()->text(), QStringLiteral("not yet"));
        m_window = std::make_unique<gui::MainWindow>(); // another start
        m_window->openPath(QString::fromStdString(m_run.string()));
        QVERIFY(tests::showActive(*m_window));
        QTRY_VERIFY_WITH_TIMEOUT(session().run() && session().coverage() && session().jobs().running() == 0, kPatience);
        openBar();
        QTest::keyClick(line(), Qt::Key_Up);
        QCOMPARE(line()->text(), QStringLiteral("index < 8"));
    }

    void countsAgainWhenSomethingChanges() {
        openBar();
        write(QStringLiteral("review or selected"));
        QTRY_COMPARE(words("filterCount"), QStringLiteral("0 of 240"));
        curation::Edit edit;
        edit.kind = curation::Edit::Kind::review;
        edit.samples = {base::SampleId(sample(3)), base::SampleId(sample(9))};
        session().decide(edit, QStringLiteral("Review"));
        QTRY_COMPARE(words("filterCount"), QStringLiteral("2 of 240"));
        selection().click(base::SampleId(sample(50)), false, nullptr);
        QTRY_COMPARE(words("filterCount"), QStringLiteral("3 of 240"));
        write(QStringLiteral("cos_current > 0.999"));
        QTRY_COMPARE(words("filterCount"), QStringLiteral("1 of 240"));
        session().closeAll();
        QTRY_VERIFY(!visibleWidget(*m_window, "filterBar"));
    }

    void keysGoThroughFormerSelections() {
        QTest::keyClick(m_window.get(), Qt::Key_A, Qt::ControlModifier);
        QTRY_COMPARE(selection().selected().count(), kRows);
        openBar();
        write(QStringLiteral("class == Coat"));
        QTest::keyClick(line(), Qt::Key_Return);
        const SampleSet coats = where([this](std::int64_t row) { return label(row) == 0; });
        QTRY_VERIFY(selection().selected() == coats && m_window->actions().find("select.back")->isEnabled());
        QTest::keyClick(line(), Qt::Key_Left, Qt::AltModifier);
        QTRY_VERIFY(selection().selected().count() == kRows && m_window->actions().find("select.forward")->isEnabled());
        QTest::keyClick(line(), Qt::Key_Right, Qt::AltModifier);
        QTRY_VERIFY(selection().selected() == coats);
        QTRY_VERIFY(!m_window->actions().find("select.forward")->isEnabled());
    }

    void savedSelectionsKeepTheirFilter() {
        openBar();
        write(QStringLiteral("class == Bag"));
        QTest::keyClick(line(), Qt::Key_Return);
        const SampleSet bags = where([this](std::int64_t row) { return label(row) == 2; });
        QTRY_VERIFY(selection().selected() == bags);
        QTRY_VERIFY(m_window->actions().find("select.save")->isEnabled());
        m_window->actions().find("select.save")->trigger();
        answer("nameDialog", QStringLiteral("Bags"));
        QCOMPARE(QString::fromStdString(session().savedSelections().all().at(0).filter),
                 QStringLiteral("class == Bag"));
        QVERIFY(sideRow(QStringLiteral("Bags")).tip.contains(QStringLiteral("class == Bag")));
        QTest::keyClick(line(), Qt::Key_Escape);
        sideRow(QStringLiteral("Bags")).menu(QPoint(100, 100));
        QTRY_VERIFY(visible<QMenu>(*m_window, "selectionMenu"));
        visible<QMenu>(*m_window, "selectionMenu")->actions().at(1)->trigger(); // Filter again
        QTRY_COMPARE(line()->text(), QStringLiteral("class == Bag"));
        visible<QMenu>(*m_window, "selectionMenu")->close();

        sideRow(QStringLiteral("Bags")).rename();
        answer("selectionNameDialog", QStringLiteral("All bags"));
        QCOMPARE(sideRow(QStringLiteral("All bags")).value, QString::number(bags.count()));
        selection().click(base::SampleId(sample(5)), false, nullptr);
        session().savedSelections().update(0, selection().selected());
        QCOMPARE(sideRow(QStringLiteral("All bags")).value, QStringLiteral("1"));
        QVERIFY(session().savedSelections().all().at(0).filter.empty());
        sideRow(QStringLiteral("All bags")).remove();
        QVERIFY(session().savedSelections().all().empty());
        for (int i = 0; i < 3; ++i)
            session().undoStack().undo();
        QCOMPARE(sideRow(QStringLiteral("Bags")).value, QString::number(bags.count()));
        QCOMPARE(session().savedSelections().samples(0).count(), bags.count());
    }

    void tagsAreListedRenamedAndRemoved() {
        const base::SampleId a(sample(3)), b(sample(9));
        selection().click(a, false, nullptr);
        selection().click(b, true, nullptr);
        QTRY_VERIFY(m_window->actions().find("edit.tag")->isEnabled());
        QTest::keyClick(m_window.get(), Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(visibleWidget(*m_window, "newTag"));
        QTest::keyClicks(visibleWidget(*m_window, "newTag"), QStringLiteral("blurry"));
        QTest::keyClick(visibleWidget(*m_window, "newTag"), Qt::Key_Return);
        QTRY_COMPARE(sideRow(QStringLiteral("blurry")).value, QStringLiteral("2"));
        selection().setSelected({}, nullptr);
        sideRow(QStringLiteral("blurry")).activate();
        QCOMPARE(selection().selected().count(), 2);

        const int steps = session().undoStack().count();
        sideRow(QStringLiteral("blurry")).rename();
        answer("tagNameDialog", QStringLiteral("out of focus"));
        QTRY_COMPARE(sideRow(QStringLiteral("out of focus")).value, QStringLiteral("2"));
        QCOMPARE(session().undoStack().count(), steps + 1);
        QVERIFY(sideRow(QStringLiteral("blurry")).text.isEmpty());
        sideRow(QStringLiteral("out of focus")).remove();
        QTRY_VERIFY(curation::tagCounts(session().decisions()).empty());
        QCOMPARE(session().undoStack().count(), steps + 2);
        session().undoStack().undo();
        session().undoStack().undo();
        QTRY_COMPARE(sideRow(QStringLiteral("blurry")).value, QStringLiteral("2"));
        openBar();
        write(QStringLiteral("tag == blurry"));
        QTRY_COMPARE(words("filterCount"), QStringLiteral("2 of 240"));
    }
};

int main(int argc, char** argv) {
    return tests::runWindowTest<TestFilterBar>(argc, argv);
}
#include "test_filter_bar.moc"
