#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QPainter>
#include <QtTest>

#include <cmath>
#include <limits>

namespace format = lpntk::models::format;

namespace {

const QString kNarrow = QChar(0x202F);
const QString kSpace = QChar(0x00A0);
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

} // namespace

class TestFormat : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void counts() {
        QCOMPARE(format::count(1500), QStringLiteral("1,500"));
        QCOMPARE(format::count(-3), QStringLiteral("−3"));
        QCOMPARE(format::countOf(865, 1499), QStringLiteral("865 of 1,499"));
        QCOMPARE(format::counted(1, "1 edit", "%1 edits"), QStringLiteral("1 edit"));
        QCOMPARE(format::counted(0, "1 edit", "%1 edits"), QStringLiteral("0 edits"));
        QCOMPARE(format::sample(lpntk::base::SampleId(51483)), QStringLiteral("#51483"));
    }

    void sentences() {
        QCOMPARE(format::sentence(" there is no such file "), QStringLiteral("there is no such file."));
        QCOMPARE(format::sentence("Gone."), QStringLiteral("Gone."));
        QCOMPARE(format::sentence("Really?"), QStringLiteral("Really?"));
        QCOMPARE(format::sentence(""), QString());
    }

    void cosines() {
        QCOMPARE(format::cosine(0.784), QStringLiteral("+0.78"));
        QCOMPARE(format::cosine(-0.371), QStringLiteral("−0.37"));
        QCOMPARE(format::cosine(-0.004), QStringLiteral("0.00")); // zero has no sign
        QCOMPARE(format::cosineExact(-0.2862), QStringLiteral("−0.286"));
        QCOMPARE(format::cosine(kNaN), QStringLiteral("–"));
        QCOMPARE(format::angle(-0.286), QStringLiteral("106.6°"));
        QCOMPARE(format::angle(1.0000001), QStringLiteral("0.0°"));
        QCOMPARE(format::threshold(0.1), QStringLiteral("+0.10") + kSpace + QStringLiteral("84.3°"));
    }

    void kappas_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("large") << -60.44 << "−60.4";
        QTest::newRow("thousands") << 12345.6 << "+12,345.6";
        QTest::newRow("three figures") << 3.1415 << "+3.14";
        QTest::newRow("small") << -0.01234 << "−0.0123";
        QTest::newRow("just below ten") << 9.999 << "+10.0";
        QTest::newRow("tiny") << 1.234e-7 << "+1.23e−07";
        QTest::newRow("zero") << 0.0 << "0";
    }

    void kappas() {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(format::kappa(value), text);
    }

    void sharesSizesTimes() {
        QCOMPARE(format::share(0.1967), QStringLiteral("19.7") + kNarrow + QLatin1Char('%'));
        QCOMPARE(format::share(1, 0), QStringLiteral("100") + kNarrow + QLatin1Char('%'));
        QCOMPARE(format::prediction("Coat", 0.384), QStringLiteral("→ Coat 0.38"));
        QCOMPARE(format::bytesOf(412.0 * (1 << 20), 4.0 * (1LL << 30)), QStringLiteral("412") + kSpace + QStringLiteral("MB of 4") + kSpace + QStringLiteral("GB"));
        QCOMPARE(format::timeLeft(337), QStringLiteral("5 min 37 s left").replace("5 min 37 s", QStringLiteral("5") + kSpace + "min" + kSpace + "37" + kSpace + "s"));
        QCOMPARE(format::timeLeft(-1), QString());
        QCOMPARE(format::rate(3.14, "tiles"), QStringLiteral("3.1") + kSpace + QStringLiteral("tiles/s"));
    }

    void otherLocales() {
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        QCOMPARE(format::count(1500), QStringLiteral("1.500"));
        QCOMPARE(format::cosine(0.5), QStringLiteral("+0,50"));
        QLocale::setDefault(QLocale::c());
        QCOMPARE(format::count(1500), QStringLiteral("1,500"));
        initTestCase();
    }

    void figuresHaveEqualWidth() {
        const QFont font = lpntk::models::theme().font(13);
        QCOMPARE(lpntk::models::figuresWidth(font, "111"), lpntk::models::figuresWidth(font, "800"));
        QVERIFY(lpntk::models::figuresWidth(font, "−0.11") > lpntk::models::figuresWidth(font, "0.11"));
        QImage image(100, 30, QImage::Format_ARGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        painter.setFont(font);
        lpntk::models::drawFigures(painter, QRectF(0, 0, 100, 30), Qt::AlignRight | Qt::AlignVCenter, "+0.78");
        painter.end();
        const auto dark = [&](QRect rect) {
            for (int y = rect.top(); y <= rect.bottom(); ++y)
                for (int x = rect.left(); x <= rect.right(); ++x)
                    if (qGray(image.pixel(x, y)) < 128)
                        return true;
            return false;
        };
        QVERIFY(dark(QRect(60, 0, 40, 30)));
        QVERIFY(!dark(QRect(0, 0, 50, 30)));
    }
};

QTEST_MAIN(TestFormat)
#include "test_session_format.moc"
