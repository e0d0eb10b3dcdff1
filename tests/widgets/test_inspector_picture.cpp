#include "run_fixture.h"

#include <core/data/array_source.h>
#include <helpers/show_window.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_picture.h>
#include <widgets/views/inspector_view.h>

#include <QTemporaryDir>
#include <QtTest>

#include <cstring>

using namespace lpntk;
using namespace lpntk::views;
using base::RowId;

namespace {

data::ArraySource sourceOf(std::vector<std::byte>& bytes, const data::ImageShape& shape,
                           data::ArraySource::Element element) {
    const bool planar = element == data::ArraySource::Element::float32;
    const auto layout = planar ? data::PixelLayout::planar(shape) : data::PixelLayout::interleaved(shape);
    return data::ArraySource({{bytes, nullptr, 1, "pictures"}}, layout, element);
}

void wheel(QWidget& widget, QPointF place, int steps) {
    QWheelEvent event(place, widget.mapToGlobal(place), {}, {0, steps * 120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&widget, &event);
}

} // namespace

/// The picture in large: whole zooms, and the numbers of the data set under the pointer.
class TestInspectorPicture : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;

private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_CONFIG_HOME", m_home.path().toLocal8Bit());
        QCoreApplication::setOrganizationName(QStringLiteral("lpntk"));
        QCoreApplication::setApplicationName(QStringLiteral("lpntk-explorer"));
        models::theme().apply(*qApp);
    }

    void valuesAsStored() {
        std::vector<std::byte> colours(2 * 3 * 3);
        for (std::size_t i = 0; i < colours.size(); ++i)
            colours[i] = static_cast<std::byte>(10 * i);
        const PixelValues bytes = readPixels(sourceOf(colours, {3, 2, 3}, data::ArraySource::Element::byte), 0);
        QCOMPARE(bytes.at({0, 0}), QStringLiteral("0, 10, 20"));
        QCOMPARE(bytes.at({2, 1}), QStringLiteral("150, 160, 170"));
        QCOMPARE(bytes.at({3, 1}), QString());
        QCOMPARE(bytes.at({0, -1}), QString());

        const std::vector<float> numbers{-1.5f, 0.25f, 3, 1e-7f, 5, 6, 7, 8};
        std::vector<std::byte> raw(numbers.size() * sizeof(float));
        std::memcpy(raw.data(), numbers.data(), raw.size());
        const auto source = sourceOf(raw, {2, 2, 2}, data::ArraySource::Element::float32);
        const PixelValues floats = readPixels(source, 0);
        QCOMPARE(floats.at({0, 0}), QStringLiteral("-1.5, 5"));
        QCOMPARE(floats.at({1, 1}), QStringLiteral("1e-07, 8"));
    }

    void zoomsByWholeSteps() {
        PictureCanvas canvas(nullptr);
        canvas.resize(300, 200);
        canvas.show();
        canvas.setPicture(QImage(28, 14, QImage::Format_RGB32));
        QCOMPARE(canvas.zoom(), 10); // 300 / 28
        QCOMPARE(canvas.pixelAt(canvas.target().topLeft() + QPointF(1, 1)), std::optional(QPoint(0, 0)));
        QCOMPARE(canvas.pixelAt(canvas.target().bottomRight() - QPointF(1, 1)), std::optional(QPoint(27, 13)));
        QVERIFY(!canvas.pixelAt(canvas.target().topLeft() - QPointF(1, 1)));
        // The pixel under the pointer stays there.
        const QPointF place(203, 103);
        const auto pixel = canvas.pixelAt(place);
        QVERIFY(pixel);
        for (int notch = 0; notch < 8; ++notch) {
            const int before = canvas.zoom();
            wheel(canvas, place, 1);
            QVERIFY(canvas.zoom() > before);
            QCOMPARE(canvas.pixelAt(place), pixel);
        }
        for (int notch = 0; notch < 40; ++notch)
            wheel(canvas, place, -1);
        QCOMPARE(canvas.zoom(), 1);
        QTest::keyClick(&canvas, Qt::Key_0);
        QCOMPARE(canvas.zoom(), 10);
        canvas.resize(200, 200);
        QTRY_COMPARE(canvas.zoom(), 7);
    }

    void largePicturesInWholeParts() {
        PictureCanvas canvas(nullptr);
        canvas.resize(300, 200);
        canvas.show();
        canvas.setPicture(QImage(1000, 500, QImage::Format_RGB32));
        QCOMPARE(canvas.zoom(), -4); // a quarter
        QTest::keyClick(&canvas, Qt::Key_Minus);
        QCOMPARE(canvas.zoom(), -4);
        for (const int zoom : {-3, -2, 1, 2}) {
            QTest::keyClick(&canvas, Qt::Key_Plus);
            QCOMPARE(canvas.zoom(), zoom);
        }
        // Moving ends at the edges of the picture.
        for (int i = 0; i < 100; ++i)
            QTest::keyClick(&canvas, Qt::Key_Left);
        QCOMPARE(canvas.target().left(), 0.0);
    }

    void neverSmoothed() {
        PictureCanvas canvas(nullptr);
        canvas.resize(200, 160);
        QImage board(20, 16, QImage::Format_RGB32);
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 20; ++x)
                board.setPixel(x, y, (x + y) % 2 == 0 ? 0xff203040 : 0xffd0c010);
        canvas.setPicture(board);
        const QImage seen = canvas.grab().toImage().convertToFormat(QImage::Format_RGB32);
        QSet<QRgb> colours;
        const QRect inside = canvas.target().toRect().adjusted(2, 2, -2, -2);
        for (int y = inside.top(); y < inside.bottom(); ++y)
            for (int x = inside.left(); x < inside.right(); ++x)
                colours.insert(seen.pixel(x, y));
        QCOMPARE(colours.size(), 2);
    }

    void windowTellsThePixelUnderThePointer() {
        tests::RunFixture fixture(300, 5);
        QVERIFY(fixture.wait());
        if (!fixture.session.data())
            QSKIP("Fashion-MNIST is not installed");
        InspectorView view(fixture.session);
        view.resize(320, 700);
        QVERIFY(tests::showActive(view));
        const auto sample = fixture.session.run()->sampleFromRow(RowId(40));
        fixture.session.selection().click(sample, false, nullptr);
        fixture.session.selection().flush();
        QTRY_VERIFY(view.isReady());
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_Z);
        QVERIFY(view.picture());
        PictureWindow& window = *view.picture();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        PictureCanvas& canvas = window.canvas();
        QTRY_COMPARE(canvas.values().shape.width, 28);
        const auto image = fixture.session.data()->split("train").images->image(sample.value());
        for (const QPoint pixel : {QPoint(0, 0), QPoint(13, 9), QPoint(27, 27)}) {
            const QPointF place = canvas.target().topLeft() + (QPointF(pixel) + QPointF(0.5, 0.5)) * canvas.zoom();
            QTest::mouseMove(&canvas, place.toPoint());
            QTRY_COMPARE(window.status(), QStringLiteral("x %1, y %2: %3")
                                              .arg(pixel.x())
                                              .arg(pixel.y())
                                              .arg(image.pixels[static_cast<std::size_t>(pixel.y() * 28 + pixel.x())]));
        }
        // It follows the current sample, and Esc closes it.
        const auto other = fixture.session.run()->sampleFromRow(RowId(200));
        fixture.session.selection().click(other, false, nullptr);
        fixture.session.selection().flush();
        QTRY_VERIFY(window.windowTitle().contains(QString::number(other.value())));
        QPointer<PictureWindow> alive(&window);
        QTest::keyClick(&window, Qt::Key_Escape);
        QTRY_VERIFY(!alive);
        QVERIFY(fixture.wait());
    }
};

QTEST_MAIN(TestInspectorPicture)
#include "test_inspector_picture.moc"
