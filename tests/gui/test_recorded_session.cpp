#include "window_case.h"

#include <app/gui/start_parts.h>
#include <app/gui/view_area.h>
#include <helpers/real_data.h>
#include <widgets/views/clusters_list.h>
#include <widgets/views/clusters_view.h>
#include <widgets/views/heatmap_canvas.h>
#include <widgets/views/heatmap_map.h>
#include <widgets/views/heatmap_view.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_pair_card.h>
#include <widgets/views/pruning_view.h>
#include <widgets/views/relation_pairs.h>
#include <widgets/views/relations_view.h>

#include <QAbstractButton>
#include <QApplication>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QStyleOptionSlider>
#include <QTabBar>
#include <QTableView>
#include <QTest>
#include <QUndoStack>

using namespace lpntk;
using base::SampleId;
using curation::Decision;
using tests::visible;
using tests::visibleWidget;

namespace {

constexpr int kPatience = 240000;
constexpr int kClusters = 10;
constexpr double kKeep = 0.8;

/// Sends the key where a person's would go.
void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QWidget* focus =
        QApplication::activePopupWidget() ? QApplication::activePopupWidget() : QApplication::focusWidget();
    QTest::keyClick(focus ? focus : QApplication::activeWindow(), key, modifiers);
}

void keys(const QString& text) {
    QTest::keyClicks(QApplication::focusWidget(), text);
}

} // namespace

/// A session from the sample project to an exported set and back, once with mouse and keys and once with keys alone.
class TestRecordedSession : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private:
    bool m_mouse = true;
    SampleId m_pairSample, m_mislabelled;
    std::vector<SampleId> m_dropped, m_kept;

    template <typename View> View& view() { return dynamic_cast<View&>(*m_window->views().currentWidget()); }
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience); }

    /// Brings a view to the front: by its tab, or by its key, which also moves the focus there.
    void show(const QString& name) {
        const auto& table = gui::viewTable();
        int index = 0;
        while (table[static_cast<std::size_t>(index)].name != name)
            ++index;
        if (m_mouse) {
            auto* tabs = visible<QTabBar>(*m_window, "viewTabs");
            QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(index).center());
        } else {
            key(static_cast<Qt::Key>(Qt::Key_1 + index), Qt::AltModifier);
        }
        QCOMPARE(m_window->views().currentView(), name);
        settle();
    }

    void pressWords(const QString& words) {
        QAbstractButton* button = nullptr;
        for (auto* candidate : m_window->findChildren<QAbstractButton*>())
            if (candidate->isVisible() && candidate->text() == words)
                button = candidate;
        QVERIFY2(button, qPrintable(words));
        tests::press(button);
    }

    /// By Tab, as a person without a mouse.
    void reach(QWidget* widget) {
        for (int i = 0; i < 300 && QApplication::focusWidget() != widget; ++i)
            key(Qt::Key_Tab);
        QVERIFY2(QApplication::focusWidget() == widget, qPrintable(widget->objectName()));
    }

    void openSample() {
        m_window = std::make_unique<gui::MainWindow>();
        m_window->resize(1500, 950);
        QVERIFY(tests::showActive(*m_window));
        if (m_mouse)
            tests::press(visibleWidget(*m_window, "start.file.openSample"));
        else
            key(Qt::Key_1, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(session().run() != nullptr, kPatience);
        QCOMPARE(session().run()->rows(), std::int64_t{1500});
    }

    void readAPair() {
        show(QStringLiteral("heatmap"));
        auto& canvas = view<views::HeatmapView>().canvas();
        if (m_mouse) {
            const QPoint place(canvas.map().width() / 3, canvas.map().height() / 5);
            QTest::mouseMove(&canvas.map(), place);
            QTRY_VERIFY(canvas.card().isVisible());
        } else {
            QTRY_VERIFY(canvas.map().hasFocus());
            key(Qt::Key_Right);
            key(Qt::Key_Down);
            QTRY_VERIFY(!canvas.map().accessibleDescription().isEmpty()); // spoken, where nobody points
        }
        const auto run = session().run();
        const auto row = run->rowFromSample(canvas.card().first()), column = run->rowFromSample(canvas.card().second());
        QCOMPARE(canvas.card().cosine(), run->cosine(row, column));
        QCOMPARE(canvas.card().kappa(), run->kappa(row, column));
        m_pairSample = canvas.card().second();
    }

    void jumpToTheSample() {
        if (m_mouse)
            view<views::HeatmapView>().canvas().map().setFocus();
        key(Qt::Key_G);
        QTRY_VERIFY(QApplication::activeModalWidget() && qobject_cast<QLineEdit*>(QApplication::focusWidget()));
        keys(QString::number(m_pairSample.value()));
        key(Qt::Key_Return);
        QTRY_COMPARE(session().selection().current(), m_pairSample);
        settle();
    }

    void clickThroughClusters() {
        show(QStringLiteral("clusters"));
        auto& clusters = view<views::ClustersView>();
        std::vector<int> seen;
        for (int i = 0; i < kClusters; ++i) {
            if (m_mouse) {
                const QModelIndex index = clusters.list().model()->index(i, 0);
                clusters.list().scrollTo(index);
                QTest::mouseClick(clusters.list().viewport(), Qt::LeftButton, {},
                                  clusters.list().visualRect(index).center());
            } else {
                if (i == 0) {
                    QTRY_VERIFY(clusters.list().hasFocus());
                    key(Qt::Key_Home);
                } else {
                    key(Qt::Key_Down);
                }
            }
            const int wanted = clusters.list().clusters().clusterAt(i);
            QTRY_COMPARE(clusters.shownCluster(), wanted);
            seen.push_back(wanted);
        }
        QCOMPARE(seen.size(), static_cast<std::size_t>(kClusters));
    }

    void dropOne() {
        const auto clusters = session().clusters();
        const auto& cluster = clusters->clusters[static_cast<std::size_t>(view<views::ClustersView>().shownCluster())];
        m_dropped.clear();
        for (const base::RowId row : cluster.members)
            m_dropped.push_back(session().run()->sampleFromRow(row));
        if (m_mouse)
            pressWords(QStringLiteral("Drop"));
        else
            key(Qt::Key_P, Qt::ShiftModifier);
        for (const SampleId sample : m_dropped)
            QTRY_VERIFY(session().decisions().of(sample).verdict == Decision::Verdict::prune);
        QVERIFY(session().undoStack().undoText().contains(QStringLiteral("Drop"), Qt::CaseInsensitive));
    }

    void relabelOfAContradictoryPair() {
        show(QStringLiteral("relations"));
        auto* table = view<views::RelationsView>().findChild<QTableView*>();
        QVERIFY(table && table->model()->rowCount() > 0);
        if (m_mouse) {
            const QModelIndex first = table->model()->index(0, views::RelationPairModel::first);
            QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(first).center());
        } else {
            reach(table);
            key(Qt::Key_Home, Qt::ControlModifier);
            key(Qt::Key_Down);
            key(Qt::Key_Up);
        }
        QTRY_VERIFY(session().predictionOf(session().selection().current()) >= 0);
        m_mislabelled = session().selection().current();
        settle();
        if (m_mouse)
            table->setFocus();
        key(Qt::Key_R);
        QTRY_VERIFY(QApplication::activePopupWidget());
        const int before = session().labelOf(m_mislabelled);
        key(Qt::Key_Down);
        key(Qt::Key_Return);
        QTRY_VERIFY(session().decisions().of(m_mislabelled).relabel >= 0);
        QVERIFY(session().decisions().of(m_mislabelled).relabel != before);
    }

    void pruneToEighty() {
        show(QStringLiteral("pruning"));
        QSlider& slider = view<views::PruningView>().slider();
        const int wanted = static_cast<int>(kKeep * 1000);
        if (m_mouse) {
            QStyleOptionSlider option;
            option.initFrom(&slider);
            option.orientation = Qt::Horizontal;
            option.minimum = slider.minimum();
            option.maximum = slider.maximum();
            option.sliderPosition = slider.sliderPosition();
            option.sliderValue = slider.value();
            const QRect handle =
                slider.style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, &slider);
            option.sliderPosition = option.sliderValue = wanted;
            const QRect goal =
                slider.style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, &slider);
            QTest::mousePress(&slider, Qt::LeftButton, {}, handle.center());
            QTest::mouseMove(&slider, goal.center());
            QTest::mouseRelease(&slider, Qt::LeftButton, {}, goal.center());
            slider.setFocus(); // a pixel is more than a step: the keys do the rest
        } else {
            reach(&slider);
        }
        for (int i = 0; i < 2000 && slider.value() != wanted; ++i)
            key(slider.value() > wanted ? Qt::Key_Left : Qt::Key_Right);
        QCOMPARE(slider.value(), wanted);
        settle();
        QTRY_COMPARE(session().pruneOptions().keep, kKeep);
    }

    void lookAtWhatWasLost() {
        auto& gallery = view<views::PruningView>().pruned();
        const SampleId lost = gallery.sections().front().samples.front();
        if (m_mouse) {
            gallery.ensureVisible(lost);
            QTest::mouseClick(gallery.viewport(), Qt::LeftButton, {}, gallery.rectOf(lost).center());
        } else {
            reach(&gallery);
            key(Qt::Key_Home);
        }
        QTRY_COMPARE(session().selection().current(), lost);
        QVERIFY(session().isPruned(lost));
        settle();
    }

    void overrideTwoAndUndoOne() {
        auto& gallery = view<views::PruningView>().pruned();
        m_kept.clear();
        for (int i = 0; i < 2; ++i) {
            settle();
            // Those that no hand has touched.
            SampleId chosen;
            for (const auto& section : gallery.sections())
                for (const SampleId sample : section.samples)
                    if (!chosen.isValid() && session().decisions().of(sample).isEmpty() &&
                        gallery.rectOf(sample).isValid())
                        chosen = sample;
            QVERIFY(chosen.isValid());
            if (m_mouse) {
                gallery.ensureVisible(chosen);
                QTest::mouseClick(gallery.viewport(), Qt::LeftButton, {}, gallery.rectOf(chosen).center());
            } else {
                key(Qt::Key_Home);
                for (int step = 0; step < 3000 && session().selection().current() != chosen; ++step)
                    key(Qt::Key_Right);
            }
            QTRY_COMPARE(session().selection().current(), chosen);
            key(Qt::Key_K);
            QTRY_VERIFY(session().decisions().of(chosen).verdict == Decision::Verdict::keep);
            m_kept.push_back(chosen);
        }
        key(Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(session().decisions().of(m_kept[1]).verdict == Decision::Verdict::none);
        QVERIFY(session().decisions().of(m_kept[0]).verdict == Decision::Verdict::keep);
        settle();
        QVERIFY(!session().isPruned(m_kept[0]) && session().isPruned(m_kept[1]));
    }

    void exportTheSet() {
        key(Qt::Key_E, Qt::ControlModifier);
        QTRY_VERIFY(visibleWidget(*m_window, "exportDialog") &&
                    visibleWidget(*m_window, "exportDialog")->isActiveWindow());
        auto* folder = visible<QLineEdit>(*m_window, "exportFolder");
        if (!m_mouse)
            reach(folder);
        const QString out = m_home.path(m_mouse ? QStringLiteral("by-mouse") : QStringLiteral("by-keys"));
        tests::typeInto(folder, out);
        auto* button = visible<QAbstractButton>(*m_window, "primaryButton");
        QTRY_VERIFY_WITH_TIMEOUT(button->isEnabled(), kPatience);
        if (m_mouse)
            tests::press(button);
        else
            key(Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(out + QStringLiteral("/recipe.json")), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!visibleWidget(*m_window, "exportDialog"), kPatience);
        settle();
    }

    QString saveTheProject() {
        const QString path = m_home.path(m_mouse ? QStringLiteral("by-mouse.lpntk") : QStringLiteral("by-keys.lpntk"));
        key(Qt::Key_S, Qt::ControlModifier);
        auto dialog = [&] { return visibleWidget(*m_window, "saveDialog"); };
        [&] { QTRY_VERIFY(dialog() && dialog()->isActiveWindow()); }(); // before that keys lead elsewhere
        auto* name = visible<QLineEdit>(*m_window, "fileNameEdit");
        tests::typeInto(name, path);
        if (m_mouse)
            tests::press(dialog()->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save));
        else
            QTest::keyClick(name, Qt::Key_Return); // its completions may be in front
        [&] { QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(path) && !m_window->project().isModified(), kPatience); }();
        return path;
    }

    void everythingIsThere(const QString& path) {
        m_window->close();
        m_window = std::make_unique<gui::MainWindow>();
        m_window->resize(1500, 950);
        QVERIFY(tests::showActive(*m_window));
        QWidget* recent = nullptr;
        for (auto* row : m_window->findChildren<gui::RecentRow*>())
            if (row->isVisible() && row->toolTip() == path)
                recent = row;
        QVERIFY(recent);
        if (m_mouse) {
            tests::press(recent);
        } else {
            reach(recent);
            key(Qt::Key_Space);
        }
        QTRY_VERIFY_WITH_TIMEOUT(session().run() && session().coverage(), kPatience);
        settle();
        QCOMPARE(m_window->views().currentView(), QStringLiteral("pruning"));
        QCOMPARE(session().pruneOptions().keep, kKeep);
        for (const SampleId sample : m_dropped)
            QVERIFY(sample == m_kept[0] || session().isPruned(sample));
        QVERIFY(session().decisions().of(m_mislabelled).relabel >= 0);
        QVERIFY(!session().isPruned(m_kept[0]) && session().isPruned(m_kept[1]));
        m_window->close();
        m_window.reset();
    }

private Q_SLOTS:
    void initTestCase() {
        if (!tests::fashionMnist())
            QSKIP("The Fashion-MNIST images (dataset-fashion-mnist) are not installed.");
        QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    }
    void fromSampleToSetAndBack_data() {
        QTest::addColumn<bool>("mouse");
        QTest::addRow("mouse and keys") << true;
        QTest::addRow("keys alone") << false;
    }
    void fromSampleToSetAndBack() {
        QFETCH(bool, mouse);
        m_mouse = mouse;
        const std::function<void()> steps[] = {[this] { openSample(); },
                                               [this] { readAPair(); },
                                               [this] { jumpToTheSample(); },
                                               [this] { clickThroughClusters(); },
                                               [this] { dropOne(); },
                                               [this] { relabelOfAContradictoryPair(); },
                                               [this] { pruneToEighty(); },
                                               [this] { lookAtWhatWasLost(); },
                                               [this] { overrideTwoAndUndoOne(); },
                                               [this] { exportTheSet(); }};
        for (const auto& step : steps) {
            step();
            if (QTest::currentTestFailed())
                return;
        }
        const QString path = saveTheProject();
        if (!QTest::currentTestFailed())
            everythingIsThere(path);
    }
    void cleanup() { m_window.reset(); }
};

int main(int argc, char** argv) {
    return tests::runWindowTest<TestRecordedSession>(argc, argv);
}
#include "test_recorded_session.moc"
