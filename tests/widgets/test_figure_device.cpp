#include <widgets/models/figure_sinks.h>
#include <widgets/models/figures.h>
#include <widgets/views/figure_painter.h>

#include <QPainter>
#include <QtTest>
#include <QWidget>
#include <QXmlStreamReader>

using namespace lpntk;

namespace {

/// Paints like a thumbnail: a clip of its own, restored, then more.
class Painted : public QWidget {
public:
    Painted(const QString& text, QWidget* parent) : QWidget(parent), m_text(text) {}

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.fillRect(rect(), Qt::yellow);
        painter.save();
        painter.setClipRect(QRect(0, 0, 10, 10), Qt::IntersectClip);
        painter.fillRect(QRect(0, 0, 40, 40), Qt::red);
        painter.restore();
        painter.fillRect(QRect(20, 0, 10, 10), Qt::blue);
        painter.drawText(QPointF(2, 30), m_text);
        models::drawFigures(painter, QRectF(0, 40, 60, 20), Qt::AlignRight, QStringLiteral("1,234"));
    }

private:
    QString m_text;
};

struct Element {
    QString name, text;
    QRectF rect;
    QString fill, clip;
};

/// All drawn elements of an SVG with the clip that they stand in; empty when it is no XML.
QList<Element> elementsOf(const QByteArray& svg) {
    QList<Element> all;
    QString clip;
    bool definitions = false;
    QXmlStreamReader xml(svg);
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isEndElement() && xml.name() == QLatin1String("g"))
            clip.clear();
        if (xml.name() == QLatin1String("defs"))
            definitions = xml.isStartElement();
        if (!xml.isStartElement() || definitions)
            continue;
        const auto value = [attributes = xml.attributes()](const char* name) {
            return attributes.value(QLatin1String(name)).toString();
        };
        if (xml.name() == QLatin1String("g"))
            clip = value("clip-path");
        Element element{
            xml.name().toString(),
            {},
            QRectF(value("x").toDouble(), value("y").toDouble(), value("width").toDouble(), value("height").toDouble()),
            value("fill"),
            clip};
        if (element.name == QLatin1String("text"))
            element.text = xml.readElementText();
        all << element;
    }
    return xml.hasError() ? QList<Element>() : all;
}

} // namespace

/// Figures that keep text and shapes, against the same widgets painted as a picture.
class TestFigureDevice : public QObject {
    Q_OBJECT

    std::unique_ptr<QWidget> m_window;
    Painted* m_inner = nullptr;

    QByteArray svg() {
        models::SvgSink sink;
        models::FigureDevice device(m_window->size(), 2, sink);
        QPainter painter(&device);
        views::paintFigure(painter, *m_window, 2);
        painter.end();
        return sink.document(m_window->size(), QStringLiteral("10mm"), QStringLiteral("10mm"), QStringLiteral("a < b"),
                             {});
    }

private Q_SLOTS:
    void initTestCase() {
        m_window = std::make_unique<QWidget>();
        m_window->resize(200, 150);
        auto* outer = new Painted(QStringLiteral("Coat & more"), m_window.get());
        outer->setGeometry(30, 20, 100, 100);
        m_inner = new Painted(QStringLiteral("Bag"), outer);
        m_inner->setGeometry(70, 70, 100, 100); // sticks out
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanupTestCase() { m_window.reset(); }

    void textStaysText() {
        QStringList texts;
        for (const Element& element : elementsOf(svg()))
            if (!element.text.isEmpty())
                texts << element.text;
        QCOMPARE(texts, (QStringList{QStringLiteral("Coat & more"), QStringLiteral("1,234"), QStringLiteral("Bag")}));
    }

    void shapesStandWhereTheyAreOnTheScreen() {
        QRectF yellow, blue;
        for (const Element& element : elementsOf(svg())) {
            if (element.fill == QColor(Qt::yellow).name() && yellow.isNull())
                yellow = element.rect;
            if (element.fill == QColor(Qt::blue).name() && blue.isNull()) {
                blue = element.rect;
                QVERIFY(element.clip.isEmpty()); // the clip before it was taken back
            }
        }
        QCOMPARE(yellow, QRectF(30, 20, 100, 100));
        QCOMPARE(blue, QRectF(50, 20, 10, 10));
    }

    /// A sink that paints again gives the picture that the widgets give themselves, clips included.
    void paintedAgainItIsTheSamePicture() {
        const auto picture = [this](const auto& paint) {
            QImage image(m_window->size() * 2, QImage::Format_RGB32);
            image.setDevicePixelRatio(2);
            image.fill(Qt::gray);
            QPainter painter(&image);
            paint(painter);
            return image;
        };
        const QImage direct = picture([this](QPainter& painter) { views::paintFigure(painter, *m_window, 2); });
        const QImage again = picture([this](QPainter& painter) {
            models::PainterSink sink(painter);
            models::FigureDevice device(m_window->size(), 2, sink);
            QPainter figure(&device);
            views::paintFigure(figure, *m_window, 2);
        });
        const auto same = [&](QPoint place) { return direct.pixelColor(2 * place) == again.pixelColor(2 * place); };
        for (const QPoint place : {QPoint(32, 22), QPoint(45, 22), QPoint(52, 22), QPoint(102, 92), QPoint(122, 92),
                                   QPoint(131, 92), QPoint(129, 119), QPoint(125, 121)})
            QVERIFY2(same(place), qPrintable(QStringLiteral("%1, %2").arg(place.x()).arg(place.y())));
        QCOMPARE(again.pixelColor(2 * QPoint(32, 22)), QColor(Qt::red));
        QCOMPARE(again.pixelColor(2 * QPoint(45, 22)), QColor(Qt::yellow));
    }

    void theStageLeavesNoTrace() {
        m_inner->move(70, 70);
        const QRect before = m_inner->parentWidget()->geometry();
        {
            views::FigureLook look;
            look.size = QSize(60, 50);
            const views::FigureStage stage(*m_inner->parentWidget(), look);
            QCOMPARE(m_inner->parentWidget()->size(), QSize(60, 50));
        }
        QCOMPARE(m_inner->parentWidget()->geometry(), before);
    }
};

QTEST_MAIN(TestFigureDevice)
#include "test_figure_device.moc"
