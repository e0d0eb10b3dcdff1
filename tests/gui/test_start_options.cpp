#include <app/gui/start_options.h>

#include <helpers/real_data.h>

#include <QTest>

using namespace lpntk::gui;

class TestStartOptions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsEverything() {
        QString error;
        const auto options = parseStartOptions({QStringLiteral("run"), QStringLiteral("--view"), QStringLiteral("clusters"),
                                                QStringLiteral("--screenshot=a.png"), QStringLiteral("--size"), QStringLiteral("800x600"),
                                                QStringLiteral("--scale"), QStringLiteral("2"), QStringLiteral("--light"),
                                                QStringLiteral("--sample"), QStringLiteral("865")},
                                               &error);
        QVERIFY2(options, qPrintable(error));
        QCOMPARE(options->path, QStringLiteral("run"));
        QCOMPARE(options->view, QStringLiteral("clusters"));
        QCOMPARE(options->screenshot, QStringLiteral("a.png"));
        QCOMPARE(options->size, QSize(800, 600));
        QCOMPARE(options->scale, 2.0);
        QVERIFY(options->colours == StartOptions::Colours::light);
        QCOMPARE(options->sample, std::optional<qint64>(865));
    }

    void unknownViewsListTheKnownOnes() {
        for (const char* name : {"training", "nonsense"}) {
            QString error;
            QVERIFY(!parseStartOptions({QStringLiteral("--view"), QString::fromLatin1(name)}, &error));
            QVERIFY2(error.contains(QLatin1String(name)) &&
                         error.contains(QLatin1String("heatmap, clusters, relations, map, pruning, inspector")),
                     qPrintable(error));
        }
    }

    void wrongUsageIsASentence_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("size") << QStringList{"--size", "12"};
        QTest::newRow("huge size") << QStringList{"--size", "99999x99999"};
        QTest::newRow("scale") << QStringList{"--scale", "9"};
        QTest::newRow("sample") << QStringList{"--sample", "-3"};
        QTest::newRow("missing value") << QStringList{"--view"};
        QTest::newRow("unknown option") << QStringList{"--colour"};
        QTest::newRow("two paths") << QStringList{"a", "b"};
    }
    void wrongUsageIsASentence() {
        QFETCH(QStringList, arguments);
        QString error;
        QVERIFY(!parseStartOptions(arguments, &error));
        QVERIFY(error.endsWith(QLatin1Char('.')));
    }

    void weightsMakeNoPicture() {
        if (!std::filesystem::exists(lpntk::tests::sampleCheckpoint()))
            QSKIP("The sample checkpoint is not in resources/checkpoints.");
        const QString weights = QString::fromStdString(lpntk::tests::sampleCheckpoint().string());
        QString error;
        QVERIFY(parseStartOptions({weights}, &error));
        QVERIFY(!parseStartOptions({weights, QStringLiteral("--screenshot"), QStringLiteral("a.png")}, &error));
        QVERIFY2(error.contains(weights) && error.endsWith(QLatin1Char('.')), qPrintable(error));
    }

    void aPathMayLookLikeAnOption() {
        QString error;
        const auto options = parseStartOptions({QStringLiteral("--"), QStringLiteral("--view")}, &error);
        QVERIFY(options);
        QCOMPARE(options->path, QStringLiteral("--view"));
    }
};

QTEST_GUILESS_MAIN(TestStartOptions)
#include "test_start_options.moc"
