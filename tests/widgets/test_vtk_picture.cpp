#include <widgets/views/figure_painter.h>
#include <widgets/vtk/curve_chart.h>

#include <QPainter>
#include <QtTest>

using namespace lpntk;

/// Pictures of OpenGL widgets at other resolutions than the screen's, which figures take where nothing else is told.
class TestVtkPicture : public QObject {
    Q_OBJECT

    std::unique_ptr<QWidget> m_window;
    lpntk::vtk::CurveChart* m_chart = nullptr;

    static int redDots(const QImage& image, int y) {
        int count = 0;
        for (int x = 0; x < image.width(); ++x) {
            const QColor colour = image.pixelColor(x, y);
            count += colour.red() > 200 && colour.green() < 80 && colour.blue() < 80;
        }
        return count;
    }

private Q_SLOTS:
    void initTestCase() {
        if (!lpntk::vtk::VtkHost::isUsable())
            QSKIP("this platform has no OpenGL widgets");
        m_window = std::make_unique<QWidget>();
        m_window->resize(400, 300);
        m_chart = new lpntk::vtk::CurveChart(m_window.get());
        m_chart->setGeometry(50, 40, 300, 200);
        m_chart->setStyle({Qt::white, Qt::black, Qt::gray, Qt::red, {}, 11});
        m_chart->setRanges(0, 1, 0, 1);
        m_chart->setCurves({{QStringLiteral("red"), {0.5, 0.5}, {0, 1}, Qt::red, 6, lpntk::vtk::LineStyle::solid}});
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QTRY_VERIFY(m_chart->framesPainted() > 0);
    }
    void cleanupTestCase() { m_window.reset(); }

    void linesGrowWithTheResolution() {
        const QImage before = m_chart->picture();
        const QImage large = m_chart->pictureAt(3);
        QCOMPARE(large.size(), QSize(900, 600));
        QCOMPARE(large.devicePixelRatio(), 3.0);
        const int wide = redDots(large, 300), narrow = redDots(before, 100);
        QVERIFY2(narrow >= 4 && narrow <= 8, qPrintable(QString::number(narrow)));
        QVERIFY2(wide >= 15 && wide <= 21, qPrintable(QString::number(wide)));
        // The screen's picture is what it was.
        QCOMPARE(m_chart->picture(), before);
        QCOMPARE(m_chart->devicePixelRatioF(), m_window->devicePixelRatioF());
    }

    void figuresTakeThem() {
        QImage image(1200, 900, QImage::Format_RGB32);
        image.setDevicePixelRatio(3);
        image.fill(Qt::black);
        QPainter painter(&image);
        views::paintFigure(painter, *m_window, 3);
        painter.end();
        const int wide = redDots(image, 3 * 140);
        QVERIFY2(wide >= 15 && wide <= 21, qPrintable(QString::number(wide)));
    }
};

int main(int argc, char** argv) {
    lpntk::vtk::prepareOpenGl();
    QApplication application(argc, argv);
    TestVtkPicture test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_vtk_picture.moc"
