#include "window_case.h"

#include <app/gui/view_area.h>

#include <core/engine/environment.h>

#include <helpers/real_data.h>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QTest>

using namespace lpntk;
using tests::visible;
using tests::visibleWidget;

namespace {

constexpr int kPatience = 240000;
constexpr int kPerClass = 30;

} // namespace

/// What a person does from an empty window to an exported set, by keys and mouse, on real images with the engine running.
class TestWholePath : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private Q_SLOTS:
    void fromOpenToExport() {
        const auto images = tests::fashionMnist();
        if (!images)
            QSKIP("The Fashion-MNIST images (dataset-fashion-mnist) are not installed.");
        if (!std::filesystem::exists(tests::sampleCheckpoint()))
            QSKIP("The sample checkpoint is not in resources/checkpoints.");
        gui::MainWindow window;
        window.resize(1500, 950);
        QVERIFY(tests::showActive(window));
        models::Session& session = window.session();
        QVERIFY(!engine::engineIsOpen());

        // The data set, from the start page by its key.
        QTest::keyClick(&window, Qt::Key_D, Qt::ControlModifier);
        QTRY_VERIFY(visibleWidget(window, "openDialog"));
        tests::typeInto(visible<QLineEdit>(window, "pathLine"), QString::fromStdString(images->string()));
        QTRY_VERIFY_WITH_TIMEOUT(visible<QPushButton>(window, "primaryButton")->isEnabled(), kPatience);
        tests::press(visibleWidget(window, "primaryButton"));
        QTRY_VERIFY_WITH_TIMEOUT(session.data() != nullptr, kPatience);
        QVERIFY(!engine::engineIsOpen());

        // The checkpoint: guessed network, measured accuracy.
        QTest::keyClick(&window, Qt::Key_M, Qt::ControlModifier);
        QTRY_VERIFY(visibleWidget(window, "checkpointDialog"));
        tests::typeInto(visible<QLineEdit>(window, "pathLine"), QString::fromStdString(tests::sampleCheckpoint().string()));
        QTRY_VERIFY_WITH_TIMEOUT(visible<QPushButton>(window, "primaryButton")->isEnabled(), kPatience);
        QVERIFY(visible<QLabel>(window, "checkpointWords")->text().contains(QStringLiteral("Accuracy")));
        QTest::keyClick(visibleWidget(window, "checkpointDialog"), Qt::Key_Escape);
        QTRY_VERIFY(!visibleWidget(window, "checkpointDialog") && window.isActiveWindow());
        // Return before the check is done opens it when it is.
        QTest::keyClick(&window, Qt::Key_M, Qt::ControlModifier);
        QTRY_VERIFY(visibleWidget(window, "checkpointDialog"));
        tests::typeInto(visible<QLineEdit>(window, "pathLine"),
                        QString::fromStdString(tests::sampleCheckpoint().string()));
        QVERIFY(!visible<QPushButton>(window, "primaryButton")->isEnabled());
        QTest::keyClick(visibleWidget(window, "checkpointDialog"), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(session.checkpoints().size() == 1 && session.checkpoints()[0].accuracy.has_value(), kPatience);
        QVERIFY(*session.checkpoints()[0].accuracy > 0.8);

        computeKernel(window);
        if (QTest::currentTestFailed())
            return;

        // One click in a gallery moves every view; K and P are decisions that undo takes back.
        window.showView(QStringLiteral("pruning"));
        QTRY_VERIFY_WITH_TIMEOUT(window.isSettled(), kPatience);
        const base::SampleId sample = session.run()->sampleFromRow(base::RowId(11));
        session.selection().click(sample, false, this);
        auto* inspector = visibleWidget(window, "view.inspector");
        QVERIFY(inspector);
        inspector->setFocus();
        QTest::keyClick(inspector, Qt::Key_P);
        QTRY_VERIFY(session.decisions().of(sample).verdict == curation::Decision::Verdict::prune);
        QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(session.decisions().of(sample).isEmpty());
        QTest::keyClick(inspector, Qt::Key_K);
        QTRY_VERIFY(session.decisions().of(sample).verdict == curation::Decision::Verdict::keep);
        QTRY_VERIFY_WITH_TIMEOUT(window.isSettled() && session.subset() && session.subset()->handEdits == 1, kPatience);

        exportSet(window);
    }

private:
    void computeKernel(gui::MainWindow& window) {
        models::Session& session = window.session();
        auto* offer = visibleWidget(window, "emptyPageButton");
        QVERIFY(offer);
        tests::press(offer);
        QTRY_VERIFY(visibleWidget(window, "kernelDialog"));
        // A budget that cannot work is said in the dialog, with nothing started.
        visible<QSpinBox>(window, "sampleCount")->setValue(6000);
        visible<QSpinBox>(window, "memoryBudget")->setValue(64);
        auto* run = visible<QPushButton>(window, "primaryButton");
        QTRY_VERIFY_WITH_TIMEOUT(visible<QLabel>(window, "kernelWords") && !run->isEnabled(), kPatience);
        visible<QSpinBox>(window, "memoryBudget")->setValue(2048);
        visible<QSpinBox>(window, "sampleCount")->setValue(kPerClass);
        QTRY_VERIFY_WITH_TIMEOUT(run->isEnabled(), kPatience);
        QVERIFY(visible<QLabel>(window, "planCost")->text().contains(QStringLiteral("300")));
        auto* layers = visible<QTableWidget>(window, "planLayers");
        layers->setFocus();
        QTest::keyClick(layers, Qt::Key_C, Qt::ControlModifier);
        const QStringList copied = QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(copied.size(), layers->rowCount());
        QVERIFY2(copied[0].startsWith(QStringLiteral("conv1\texplicit\t156\t")), qPrintable(copied[0]));
        const auto* header = layers->horizontalHeader();
        for (int column = 0; column < header->count(); ++column)
            QVERIFY2(header->sectionSize(column) >= header->sectionSizeHint(column), qPrintable(QString::number(column)));
        tests::typeInto(visible<QLineEdit>(window, "runFolder"), m_home.path(QStringLiteral("runs/three-hundred")));
        // Return starts the run, also when the number was just typed and its plan is not there yet.
        auto* count = visible<QSpinBox>(window, "sampleCount");
        count->setFocus();
        count->selectAll();
        QTest::keyClicks(count, QString::number(kPerClass));
        QTest::keyClick(count, Qt::Key_Return);
        QVERIFY(!run->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(!visibleWidget(window, "kernelDialog"), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(session.run() != nullptr, kPatience);
        QCOMPARE(session.run()->rows(), std::int64_t{10 * kPerClass});
        QTRY_VERIFY_WITH_TIMEOUT(window.isSettled(), kPatience);
    }

    void exportSet(gui::MainWindow& window) {
        models::Session& session = window.session();
        QTest::keyClick(&window, Qt::Key_E, Qt::ControlModifier);
        QTRY_VERIFY(visibleWidget(window, "exportDialog"));
        auto* format = visible<QComboBox>(window, "exportFormat");
        format->setFocus();
        QTest::keyClick(format, Qt::Key_Down);
        const QString out = m_home.path(QStringLiteral("kept-set"));
        tests::typeInto(visible<QLineEdit>(window, "exportFolder"), out);
        auto* button = visible<QPushButton>(window, "primaryButton");
        QTRY_VERIFY_WITH_TIMEOUT(button->isEnabled(), kPatience);
        tests::press(button);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(out + QStringLiteral("/keep_indices.npy")), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(session.jobs().running(), 0, kPatience);
        for (const char* name : {"pruned_indices.npy", "keep_mask.npy", "manifest.csv", "recipe.json", "load_subset.py"})
            QVERIFY2(QFileInfo::exists(out + QLatin1Char('/') + QLatin1String(name)), name);
        const auto pictures = QDir(out).entryInfoList({QStringLiteral("*")}, QDir::Dirs | QDir::NoDotAndDotDot);
        QVERIFY(!pictures.isEmpty());
    }
};

int main(int argc, char** argv) {
    return tests::runWindowTest<TestWholePath>(argc, argv);
}
#include "test_whole_path.moc"
