#include "window_case.h"

#include <app/gui/figure_dialog.h>
#include <app/gui/jobs_dock.h>
#include <app/gui/view_area.h>
#include <core/base/hash.h>
#include <core/data/info.h>
#include <helpers/synthetic_run.h>
#include <widgets/models/selection_model.h>
#include <widgets/models/theme.h>
#include <widgets/views/heatmap_canvas.h>
#include <widgets/views/heatmap_map.h>
#include <widgets/views/parts_copy_rows.h>
#include <widgets/views/parts_neighbour_row.h>
#include <widgets/vtk/vtk_host.h>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QRegularExpression>
#include <QTest>
#include <QXmlStreamReader>

using namespace lpntk;
using tests::visible;
using tests::visibleWidget;

namespace {

constexpr int kPatience = 60000;

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Texts of all <text> elements; empty when it is no XML.
QStringList textsOf(const QByteArray& svg) {
    QStringList texts;
    QXmlStreamReader xml(svg);
    while (!xml.atEnd())
        if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == QLatin1String("text"))
            texts << xml.readElementText();
    return xml.hasError() ? QStringList() : texts;
}

/// The streams of a PDF, inflated where they are packed.
QList<QByteArray> streamsOf(const QByteArray& pdf) {
    QList<QByteArray> streams;
    for (qsizetype at = pdf.indexOf("stream\n"); at >= 0; at = pdf.indexOf("stream\n", at + 1)) {
        if (at >= 3 && pdf.mid(at - 3, 3) == "end")
            continue;
        const qsizetype begin = at + 7, end = pdf.indexOf("\nendstream", begin);
        const QByteArray size(4, '\x01'); // qUncompress wants a guess of the size first
        const QByteArray stored = pdf.mid(begin, end - begin), plain = stored.startsWith('\x78') ? qUncompress(size + stored) : stored;
        streams << plain;
    }
    return streams;
}

} // namespace

/// Saving figures of the real window by its keys and dialog.
class TestFigures : public tests::WindowCase {
    Q_OBJECT
public:
    using WindowCase::WindowCase;

private:
    /// Presses a key once the window has the focus again.
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers) {
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTest::keyClick(m_window.get(), key, modifiers);
    }
    gui::FigureDialog* openDialog() {
        key(Qt::Key_P, Qt::ControlModifier);
        auto* dialog = m_window->findChild<gui::FigureDialog*>();
        return dialog && QTest::qWaitForWindowActive(dialog) ? dialog : nullptr;
    }
    static void choose(QWidget& dialog, const char* name, const QString& data) {
        auto* box = visible<QComboBox>(dialog, name);
        box->setCurrentIndex(box->findData(data));
    }
    static void setNumber(QWidget& dialog, const char* name, double value) {
        visibleWidget(dialog, name)->setProperty("value", value);
    }
    static void setScale(QWidget& dialog, int scale) {
        auto* box = visible<QComboBox>(dialog, "figureScale");
        box->setCurrentIndex(box->findData(scale));
    }
    /// Types the file, presses Save and waits until the dialog is gone; false with what the dialog says.
    bool save(gui::FigureDialog* dialog, const QString& file) {
        tests::typeInto(visible<QLineEdit>(*dialog, "figureFile"), file);
        const QPointer<gui::FigureDialog> there(dialog);
        tests::press(visible<QPushButton>(*dialog, "figureSave"));
        const bool gone = QTest::qWaitFor([&] { return !there; }, kPatience);
        if (!gone)
            qWarning("%s", qPrintable(visible<QLabel>(*there, "figureWords")->text()));
        return gone;
    }

private Q_SLOTS:
    void initTestCase() {
        if (!lpntk::vtk::VtkHost::isUsable())
            QSKIP("this platform has no OpenGL widgets");
        models::theme().setDark(false);
        m_run = m_home.file("my-run");
        tests::SyntheticRun run = tests::makeSyntheticRun(240, 3);
        run.classNames = {"T-shirt & top", "Trouser", "Coat"};
        tests::writeSyntheticRun(m_run, run);
        m_window = std::make_unique<gui::MainWindow>();
        m_window->resize(1600, 1000);
        QVERIFY(tests::showActive(*m_window));
        m_window->openPath(QString::fromStdString(m_run.string()));
        QTRY_VERIFY_WITH_TIMEOUT(session().run() && session().coverage() && session().jobs().running() == 0 &&
                                     m_window->isSettled(),
                                 kPatience);
    }
    void cleanupTestCase() { m_window.reset(); }
    void init() {
        m_window->showView(QStringLiteral("heatmap"));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
    }

    void pngHasTheAskedSize_data() {
        QTest::addColumn<int>("scale");
        for (const int scale : {1, 2, 4})
            QTest::addRow("%dx", scale) << scale;
    }
    void pngHasTheAskedSize() {
        QFETCH(int, scale);
        const QRectF shown = m_window->findChild<views::HeatmapCanvas*>()->map().view().visible();
        const QSize size = m_window->views().currentWidget()->size();
        gui::FigureDialog* dialog = openDialog();
        QVERIFY(dialog);
        choose(*dialog, "figureUnit", QStringLiteral("px"));
        setNumber(*dialog, "figureWidth", 720);
        setNumber(*dialog, "figureHeight", 600);
        setScale(*dialog, scale);
        const QString file = m_home.path(QStringLiteral("asked%1.png").arg(scale));
        QVERIFY(save(dialog, file));
        const QImage image(file);
        QCOMPARE(image.size(), QSize(720, 600) * scale);
        // Nothing of that is left in the window.
        QCOMPARE(m_window->views().currentWidget()->size(), size);
        QCOMPARE(m_window->findChild<views::HeatmapCanvas*>()->map().view().visible(), shown);
        // The map is drawn, in the middle of the first class's block.
        const QColor block = image.pixelColor(130 * scale, 60 * scale);
        QVERIFY2(block.blue() != block.red(), qPrintable(block.name()));
    }

    void paperSizeGivesDots() {
        gui::FigureDialog* dialog = openDialog();
        QVERIFY(dialog);
        choose(*dialog, "figureUnit", QStringLiteral("mm"));
        setNumber(*dialog, "figureWidth", 170);
        setNumber(*dialog, "figureHeight", 120);
        setNumber(*dialog, "figureDots", 300);
        setScale(*dialog, 2);
        const QString file = m_home.path(QStringLiteral("paper.png"));
        QVERIFY(save(dialog, file));
        const QImage image(file);
        QVERIFY(std::abs(image.width() - 170 / 25.4 * 300) <= 4 && std::abs(image.height() - 120 / 25.4 * 300) <= 4);
        QCOMPARE(qRound(image.dotsPerMeterX() * 0.0254), 300);
    }

    void everyKindTellsItsRecipe_data() {
        QTest::addColumn<QString>("ending");
        for (const char* ending : {"png", "svg", "pdf"})
            QTest::newRow(ending) << QString::fromLatin1(ending);
    }
    void everyKindTellsItsRecipe() {
        QFETCH(QString, ending);
        gui::FigureDialog* dialog = openDialog();
        QVERIFY(dialog);
        choose(*dialog, "figureUnit", QStringLiteral("shown"));
        const QString file = m_home.path(QStringLiteral("told.") + ending);
        QVERIFY(save(dialog, file));
        const base::Json told = data::describePath(file.toStdString());
        QCOMPARE(QString::fromStdString(told["kind"]), QStringLiteral("figure"));
        QCOMPARE(QString::fromStdString(told["run"]), QStringLiteral("my-run"));
        QCOMPARE(QString::fromStdString(told["title"]), QStringLiteral("Heatmap of my-run"));
        QCOMPARE(QString::fromStdString(told["recipe"]["view"]), QStringLiteral("heatmap"));
        QCOMPARE(QString::fromStdString(told["recipe"]["settings"]["Quantity"]), QStringLiteral("Cosine"));
        base::Sha256 hash;
        hash.add(nlohmann::json(told["recipe"]).dump(-1, ' ', true));
        const QString expected = QString::fromStdString(hash.hex());
        QCOMPARE(QString::fromStdString(told["recipeSha256"]), expected);
        QVERIFY(!bytesOf(file).contains(m_run.parent_path().string().c_str())); // names, no paths
        if (ending == QLatin1String("png"))
            QCOMPARE(QImage(file).text(QStringLiteral("Recipe-SHA256")), expected);
    }

    void svgKeepsWordsAsText_data() {
        QTest::addColumn<QString>("view");
        for (const char* view : {"heatmap", "clusters", "relations", "pruning"})
            QTest::newRow(view) << QString::fromLatin1(view);
    }
    void svgKeepsWordsAsText() {
        QFETCH(QString, view);
        m_window->showView(view);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->isSettled(), kPatience);
        gui::FigureDialog* dialog = openDialog();
        QVERIFY(dialog);
        const QString file = m_home.path(view + QStringLiteral(".svg"));
        QVERIFY(save(dialog, file));
        const QByteArray svg = bytesOf(file);
        const QString texts = textsOf(svg).join(QLatin1Char('\n'));
        QVERIFY2(texts.contains(QStringLiteral("Trouser")) && texts.contains(QStringLiteral("Coat")),
                 qPrintable(texts));
        QVERIFY(svg.contains("mm\""));
    }

    void pdfHasOnePageWithText() {
        gui::FigureDialog* dialog = openDialog();
        QVERIFY(dialog);
        choose(*dialog, "figureUnit", QStringLiteral("mm"));
        setNumber(*dialog, "figureWidth", 210);
        setNumber(*dialog, "figureHeight", 148);
        setNumber(*dialog, "figureDots", 300);
        setScale(*dialog, 2);
        const QString file = m_home.path(QStringLiteral("page.pdf"));
        QVERIFY(save(dialog, file));
        const QByteArray pdf = bytesOf(file);
        QVERIFY(pdf.startsWith("%PDF-"));
        QCOMPARE(pdf.count("/Type /Page\n"), 1);
        static const QRegularExpression box(QStringLiteral("/MediaBox \\[\\S+ \\S+ ([\\d.]+) ([\\d.]+)\\]"));
        const auto size = box.match(QString::fromLatin1(pdf));
        QVERIFY(size.hasMatch());
        QVERIFY(std::abs(size.captured(1).toDouble() - 210 / 25.4 * 72) <= 1.5 &&
                std::abs(size.captured(2).toDouble() - 148 / 25.4 * 72) <= 1.5);
        QVERIFY(pdf.contains("/Type /Font") && pdf.contains("/ToUnicode"));
        QVERIFY(!pdf.contains("/DCTDecode")); // pictures keep their dots
        const auto streams = streamsOf(pdf);
        QVERIFY(std::any_of(streams.begin(), streams.end(),
                            [](const QByteArray& stream) { return stream.count("Tj") > 10; }));
        // Letters of the class names are among those that a reader can find: T r o u s e.
        for (const char letter : QByteArrayLiteral("Trouse")) {
            const QByteArray code = "<" + QByteArray::number(static_cast<int>(letter), 16).rightJustified(4, '0') + ">";
            QVERIFY2(std::any_of(streams.begin(), streams.end(),
                                 [&](const QByteArray& stream) {
                                     return stream.contains("begincmap") && stream.toLower().contains(code);
                                 }),
                     code.constData());
        }
    }

    void otherColoursLeaveTheWindowAlone() {
        models::theme().setDark(false);
        gui::FigureDialog* dialog = openDialog();
        QVERIFY(dialog);
        choose(*dialog, "figureUnit", QStringLiteral("shown"));
        choose(*dialog, "figureColours", QStringLiteral("dark"));
        const QString file = m_home.path(QStringLiteral("dark.png"));
        QVERIFY(save(dialog, file));
        QVERIFY(QImage(file).pixelColor(4, 4).lightness() < 80);
        QVERIFY(!models::theme().isDark());
        QVERIFY(m_window->grab().toImage().pixelColor(5, 500).lightness() > 180);
        // Choices come back.
        dialog = openDialog();
        QVERIFY(dialog);
        QCOMPARE(visible<QComboBox>(*dialog, "figureColours")->currentData().toString(), QStringLiteral("dark"));
        choose(*dialog, "figureColours", QStringLiteral("shown"));
        QVERIFY(save(dialog, file));
        QVERIFY(QImage(file).pixelColor(4, 4).lightness() > 180);
    }

    void wholeWindowAndInspector() {
        for (const char* title : {"The whole window", "Inspector"}) {
            gui::FigureDialog* dialog = openDialog();
            QVERIFY(dialog);
            auto* subject = visible<QComboBox>(*dialog, "figureSubject");
            subject->setCurrentText(QString::fromLatin1(title));
            choose(*dialog, "figureUnit", QStringLiteral("shown"));
            setScale(*dialog, 2);
            const QSize size = dialog->figureSize().dots();
            const QString file = m_home.path(QStringLiteral("subject.png"));
            QVERIFY(save(dialog, file));
            QCOMPARE(QImage(file).size(), size);
            if (subject && QByteArray(title) != "Inspector")
                QCOMPARE(size, m_window->size() * 2);
        }
    }

    void unwritableTargetsBecomeIssues() {
        const QString file = m_home.path(QStringLiteral("no/such/folder/figure.png"));
        session().clearIssues();
        gui::FigureDialog* dialog = openDialog();
        QVERIFY(dialog);
        tests::typeInto(visible<QLineEdit>(*dialog, "figureFile"), file);
        tests::press(visible<QPushButton>(*dialog, "figureSave"));
        QTRY_COMPARE_WITH_TIMEOUT(session().issues().size(), std::size_t{1}, kPatience);
        QVERIFY(session().issues().front().sentence.contains(QStringLiteral("not saved")));
        QVERIFY(session().issues().front().jump);
        QVERIFY(!QFile::exists(file) && !QDir(m_home.path(QStringLiteral("no"))).exists());
        // Mended in the same dialog.
        QVERIFY(save(dialog, m_home.path(QStringLiteral("mended.png"))));
        session().clearIssues();
    }

    void refusesWhatCannotBe() {
        gui::FigureDialog* dialog = openDialog();
        QVERIFY(dialog);
        auto* button = visible<QPushButton>(*dialog, "figureSave");
        tests::typeInto(visible<QLineEdit>(*dialog, "figureFile"), m_home.path(QStringLiteral("figure.xyz")));
        QVERIFY(!button->isEnabled());
        tests::typeInto(visible<QLineEdit>(*dialog, "figureFile"), m_home.path(QStringLiteral("figure.svg")));
        QVERIFY(button->isEnabled());
        QCOMPARE(visible<QComboBox>(*dialog, "figureFormat")->currentData().toString(), QStringLiteral("svg"));
        choose(*dialog, "figureUnit", QStringLiteral("px"));
        setNumber(*dialog, "figureWidth", 8192);
        setNumber(*dialog, "figureHeight", 8192);
        setScale(*dialog, 4);
        QVERIFY(!button->isEnabled());
        setNumber(*dialog, "figureWidth", 20);
        QVERIFY(!button->isEnabled());
        dialog->reject();
        QTRY_VERIFY(!m_window->findChild<gui::FigureDialog*>());
    }

    void copyPutsAPictureOnTheClipboard() {
        QApplication::clipboard()->clear();
        QTRY_VERIFY(!visibleWidget(*m_window, "jobsDock")); // it gives its room back when the last job is done
        QCoreApplication::processEvents();
        const QSize size = m_window->views().currentWidget()->size();
        key(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(
            QApplication::clipboard()->mimeData() && QApplication::clipboard()->mimeData()->hasImage(), kPatience);
        const auto image = QApplication::clipboard()->mimeData()->imageData().value<QImage>();
        QCOMPARE(image.size(), size * 2);
        QVERIFY(QApplication::clipboard()
                    ->mimeData()
                    ->data(QStringLiteral("application/x-lpntk-recipe+json"))
                    .contains("heatmap"));
    }

    void rowsOfListsCopyAsText() {
        session().selection().click(session().run()->sampleFromRow(base::RowId(3)), false, this);
        auto* list = m_window->findChild<views::NeighbourList*>();
        QVERIFY(list);
        QTRY_VERIFY_WITH_TIMEOUT(list->neighbours().rowCount() > 2, kPatience);
        list->setFocus();
        list->clearSelection();
        QTest::keyClick(list, Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), list->neighbours().rowCount());
        QVERIFY(lines.first().startsWith(QString::number(list->neighbours().sampleAt(0).value()) + QLatin1Char('\t')));
        QCOMPARE(lines.first().count(QLatin1Char('\t')), 4);
    }
};

int main(int argc, char** argv) {
    return tests::runWindowTest<TestFigures>(argc, argv);
}
#include "test_figures.moc"
