#include <widgets/models/theme.h>

#include <QFontInfo>
#include <QSignalSpy>
#include <QWidget>
#include <QtTest>

using namespace lpntk::models;

namespace {

int pixelsOf(const QImage& image, QColor colour) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += image.pixelColor(x, y).rgb() == colour.rgb() && image.pixelColor(x, y).alpha() == 255;
    return count;
}

} // namespace

class TestTheme : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { theme().apply(*qApp); }
    void cleanup() { theme().setDark(true); }

    void coloursAreTheTokens() {
        QCOMPARE(theme().colour(Role::window), QColor("#17181B"));
        QCOMPARE(theme().classColour(0, 10), QColor("#589CE6"));
        QCOMPARE(theme().classColour(0, 12), QColor("#589CE6"));
        QCOMPARE(theme().classColour(23, 100), theme().classColour(3, 100));
        QCOMPARE(theme().classColour(-1, 10), theme().nan());
        theme().setDark(false);
        QCOMPARE(theme().colour(Role::window), QColor("#F1F2F4"));
        QCOMPARE(theme().diverging()[8], QColor("#004885"));
        QCOMPARE(theme().sequential()[0], QColor("#E2F3EC"));
    }

    void sizesAreTheTokens() {
        QCOMPARE(theme().row("toolBar"), 44);
        QCOMPARE(theme().dock("inspector"), 320);
        QCOMPARE(theme().thumbnail("gallery"), 56);
    }

    void interIsShipped() {
        for (const auto weight : {QFont::Normal, QFont::Medium, QFont::DemiBold}) {
            const QFontInfo info(theme().font(13, weight));
            QCOMPARE(info.family(), QStringLiteral("Inter"));
            QCOMPARE(info.weight(), static_cast<int>(weight));
        }
    }

    void iconsTakeTheColourOfTheMoment() {
        const QIcon icon = theme().icon("heatmap", Role::danger);
        QVERIFY(pixelsOf(icon.pixmap(64, 64).toImage(), theme().colour(Role::danger)) > 100);
        theme().setDark(false);
        QVERIFY(pixelsOf(icon.pixmap(64, 64).toImage(), theme().colour(Role::danger)) > 100);
        QVERIFY(pixelsOf(icon.pixmap(64, 64, QIcon::Disabled).toImage(), theme().colour(Role::disabledText)) > 100);
    }

    void applicationFollows() {
        QSignalSpy spy(&theme(), &Theme::changed);
        theme().setDark(false);
        QCOMPARE(spy.count(), 1);
        QCOMPARE(QApplication::palette().color(QPalette::Window), theme().colour(Role::window));
        QVERIFY(!qApp->styleSheet().contains('@'));
        theme().setDark(false);
        QCOMPARE(spy.count(), 1);
        theme().setTextScale(1.5);
        QCOMPARE(theme().row("list"), 60);
        QCOMPARE(theme().dock("inspector"), 480);
        QCOMPARE(QApplication::font().pixelSize(), 20);
        theme().setTextScale(1);
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
