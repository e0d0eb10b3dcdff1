#include "program.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace lpntk::tests;

/// What holds for every command: help, exit codes, and one sentence when something is wrong.
class TestUsage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void versionAndHelp();
    void everyCommandHasHelp_data();
    void everyCommandHasHelp();
    void wrongUsageIsTwo_data();
    void wrongUsageIsTwo();
    void unknownCommandIsNamed();
    void failureIsOneWithASentence_data();
    void failureIsOneWithASentence();
};

void TestUsage::versionAndHelp() {
    const auto version = runProgram({"--version"});
    QCOMPARE(version.exitCode, 0);
    QVERIFY(version.out.startsWith("lpntk "));
    const auto help = runProgram({"--help"});
    QCOMPARE(help.exitCode, 0);
    QVERIFY(help.out.contains("kernel"));
    QVERIFY(help.err.isEmpty());
}

void TestUsage::everyCommandHasHelp_data() {
    QTest::addColumn<QString>("command");
    for (const char* command : {"info", "train", "eval", "plan", "kernel", "neighbours", "relations", "redundant",
                                "clusters", "heads", "layers", "select", "prune", "export", "replay", "score"})
        QTest::newRow(command) << QString(command);
}

void TestUsage::everyCommandHasHelp() {
    QFETCH(QString, command);
    const auto help = runProgram({command, "--help"});
    QCOMPARE(help.exitCode, 0);
    for (const char* option : {"--json", "--quiet", "--help"})
        QVERIFY2(help.out.contains(option), option);
}

void TestUsage::wrongUsageIsTwo_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("no command") << QStringList{};
    QTest::newRow("unknown command") << QStringList{"kernels"};
    QTest::newRow("unknown option") << QStringList{"eval", "--data", ".", "--modell", "lenet5"};
    QTest::newRow("missing option") << QStringList{"kernel", "--model", "lenet5"};
    QTest::newRow("unknown choice") << QStringList{"kernel", "--data", ".",           "--model", "lenet5",
                                                   "--out",  "x",      "--precision", "fp8"};
    QTest::newRow("not a number") << QStringList{"eval", "--data", ".", "--model", "lenet5", "--limit", "many"};
    QTest::newRow("negative") << QStringList{"eval", "--data", ".", "--model", "lenet5", "--limit", "-3"};
    QTest::newRow("not a size") << QStringList{"plan", "--data", ".", "--model", "lenet5", "--memory", "lots"};
    QTest::newRow("excluding") << QStringList{"plan",    "--data", ".",           "--model", "lenet5",
                                              "--limit", "5",      "--per-class", "5"};
    QTest::newRow("mean without std") << QStringList{"eval", "--data", ".", "--model", "lenet5", "--mean", "0.5"};
}

void TestUsage::wrongUsageIsTwo() {
    QFETCH(QStringList, arguments);
    const auto plain = runProgram(arguments);
    QCOMPARE(plain.exitCode, 2);
    QVERIFY(plain.out.isEmpty());
    QVERIFY(plain.err.startsWith("lpntk: "));
    QCOMPARE(plain.err.count('\n'), 1);
    const auto json = runProgram(arguments + QStringList{"--json"});
    QCOMPARE(json.exitCode, 2);
    QVERIFY(json.json().contains("error"));
}

void TestUsage::unknownCommandIsNamed() {
    for (const QStringList& arguments : {QStringList{"kernels"}, {"kernels", "--help"}, {"--quiet", "kernels"}}) {
        const auto outcome = runProgram(arguments);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.err.contains("\"kernels\"") && outcome.err.contains("info, train, eval"), outcome.err.constData());
    }
}

void TestUsage::failureIsOneWithASentence_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("named");
    QTest::newRow("info") << QStringList{"info", "/no/such/file"} << "/no/such/file";
    QTest::newRow("data") << QStringList{"eval", "--data", "/no/such/data", "--model", "lenet5"} << "/no/such/data";
    QTest::newRow("run") << QStringList{"relations", "/no/such/run"} << "/no/such/run";
    QTest::newRow("subset") << QStringList{"export", "/no/such/subset", "--out", "/tmp/x"} << "/no/such/subset";
    QTest::newRow("no model") << QStringList{"plan", "--data", LPNTK_SOURCE_DIR} << "--model";
    QTest::newRow("weights") << QStringList{"plan", "--data", LPNTK_SOURCE_DIR, "--weights", "/no/such/weights"}
                             << "/no/such/weights";
    QTest::newRow("history score") << QStringList{"score",    "--data",     ".",     "--model", "lenet5",
                                                  "--scores", "forgetting", "--out", "x.csv"}
                                   << "training history";
}

void TestUsage::failureIsOneWithASentence() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, named);
    const auto plain = runProgram(arguments);
    QCOMPARE(plain.exitCode, 1);
    QVERIFY(plain.out.isEmpty());
    QVERIFY2(plain.err.startsWith("lpntk: ") && plain.err.contains(named.toUtf8()), plain.err.constData());
    const auto json = runProgram(arguments + QStringList{"--json"});
    QCOMPARE(json.exitCode, 1);
    QVERIFY2(json.json()["error"].toString().contains(named), json.out.constData());
}

QTEST_GUILESS_MAIN(TestUsage)
#include "test_usage.moc"
