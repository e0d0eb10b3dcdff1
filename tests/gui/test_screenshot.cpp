#include "gui_fixture.h"

#include <helpers/synthetic_run.h>


#include <QFileInfo>
#include <QImage>
#include <QProcess>
#include <QSet>
#include <QTest>

using namespace lpntk;

class TestScreenshot : public QObject {
    Q_OBJECT

    tests::OwnHome m_home;
    QString m_run;

    struct Answer {
        int code = -1;
        QString error;
    };
    Answer program(const QStringList& arguments) {
        QProcess process;
        process.start(QStringLiteral(LPNTK_BINARY_DIR "/bin/lpntk-explorer"), arguments);
        if (!process.waitForFinished(120000))
            return {-1, process.errorString()};
        return {process.exitCode(), QString::fromLocal8Bit(process.readAllStandardError())};
    }
    /// Number of different colours on a coarse grid: an empty window has a handful.
    static int colours(const QImage& image) {
        QSet<QRgb> seen;
        for (int y = 0; y < image.height(); y += 3)
            for (int x = 0; x < image.width(); x += 3)
                seen.insert(image.pixel(x, y));
        return static_cast<int>(seen.size());
    }

private Q_SLOTS:
    void initTestCase() {
        m_run = m_home.path(QStringLiteral("run"));
        tests::writeSyntheticRun(m_run.toStdString(), tests::makeSyntheticRun(240, 4));
    }

    void drawsEveryView_data() {
        QTest::addColumn<QString>("view");
        for (const char* view : {"heatmap", "clusters", "relations", "map", "pruning", "inspector"})
            QTest::newRow(view) << QString::fromLatin1(view);
    }
    void drawsEveryView() {
        QFETCH(QString, view);
        const QString file = m_home.path(view + QStringLiteral(".png"));
        const Answer answer = program({m_run, QStringLiteral("--view"), view, QStringLiteral("--screenshot"), file, QStringLiteral("--dark"),
                                       QStringLiteral("--size"), QStringLiteral("1300x800")});
        QVERIFY2(answer.code == 0, qPrintable(answer.error));
        const QImage image(file);
        QCOMPARE(image.size(), QSize(1300, 800));
        QVERIFY(colours(image) > 40);
    }

    void scalesAndTurnsLight() {
        const QString dark = m_home.path(QStringLiteral("start-dark.png")), light = m_home.path(QStringLiteral("start-light.png"));
        QCOMPARE(program({QStringLiteral("--screenshot"), dark, QStringLiteral("--dark"), QStringLiteral("--size"), QStringLiteral("1000x700")}).code, 0);
        QCOMPARE(program({QStringLiteral("--screenshot"), light, QStringLiteral("--light"), QStringLiteral("--size"), QStringLiteral("1000x700"),
                          QStringLiteral("--scale"), QStringLiteral("2")}).code, 0);
        QCOMPARE(QImage(dark).size(), QSize(1000, 700));
        QCOMPARE(QImage(light).size(), QSize(2000, 1400));
        QVERIFY(QImage(dark).pixelColor(5, 400).lightness() < 60);
        QVERIFY(QImage(light).pixelColor(10, 800).lightness() > 200);
    }

    void saysWhatIsWrong() {
        const QString file = m_home.path(QStringLiteral("never.png"));
        Answer answer = program({m_home.path(QStringLiteral("nowhere")), QStringLiteral("--screenshot"), file});
        QCOMPARE(answer.code, 1);
        QVERIFY(answer.error.contains(QStringLiteral("nowhere")));
        answer = program({m_run, QStringLiteral("--screenshot"), m_home.path(QStringLiteral("no/such/folder/a.png"))});
        QCOMPARE(answer.code, 1);
        QVERIFY(answer.error.contains(QStringLiteral("could not be written")));
        answer = program({m_run, QStringLiteral("--screenshot"), file, QStringLiteral("--sample"), QStringLiteral("999999")});
        QCOMPARE(answer.code, 1);
        QVERIFY(answer.error.contains(QStringLiteral("999999")));
        answer = program({m_run, QStringLiteral("--view"), QStringLiteral("globe")});
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.error.contains(QStringLiteral("heatmap")));
        QVERIFY(!QFileInfo::exists(file));
    }
};

QTEST_GUILESS_MAIN(TestScreenshot)
#include "test_screenshot.moc"
