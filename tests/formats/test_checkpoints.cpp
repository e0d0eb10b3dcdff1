#include "damage.h"

#include <core/formats/checkpoints.h>

#include <QtTest>

using namespace lpntk;
using namespace lpntk::tests;

/// Which files of a folder are a training history, and in which order.
class TestCheckpoints : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void orderFollowsTheNumbers_data();
    void orderFollowsTheNumbers();
    void patternsChooseOneTraining();
    void unclearHistoriesAreRefused_data();
    void unclearHistoriesAreRefused();
    void placesThatStandForHistories();
};

namespace {

QStringList found(const std::filesystem::path& place) {
    QStringList names;
    for (const formats::Checkpoint& checkpoint : formats::findCheckpoints(place))
        names << QString::fromStdString(checkpoint.file.filename().string() + " = " + checkpoint.unit) + QString::number(checkpoint.number);
    return names;
}

void write(const Scratch& scratch, const QStringList& names) {
    for (const QString& name : names)
        scratch.write(name.toStdString(), "weights");
}

} // namespace

void TestCheckpoints::orderFollowsTheNumbers_data() {
    QTest::addColumn<QStringList>("files");
    QTest::addColumn<QStringList>("expected");
    QTest::newRow("our own") << QStringList{"epoch-010.safetensors", "epoch-002.safetensors", "history.json"}
                             << QStringList{"epoch-002.safetensors = epoch2", "epoch-010.safetensors = epoch10"};
    QTest::newRow("without leading zeros") << QStringList{"model_iter1200.pth", "model_iter90.pth", "best.pth"}
                                           << QStringList{"model_iter90.pth = iteration90", "model_iter1200.pth = iteration1200"};
    QTest::newRow("epoch and step") << QStringList{"epoch=1-step=200.ckpt", "epoch=0-step=100.ckpt", "last.ckpt"}
                                    << QStringList{"epoch=0-step=100.ckpt = iteration100", "epoch=1-step=200.ckpt = iteration200"};
    QTest::newRow("bare numbers") << QStringList{"10.pt", "9.pt", "optimizer.pt", "9.txt"} << QStringList{"9.pt = 9", "10.pt = 10"};
    QTest::newRow("a number in the network's name") << QStringList{"resnet18_epoch3.pt", "resnet18_epoch1.pt"}
                                                    << QStringList{"resnet18_epoch1.pt = epoch1", "resnet18_epoch3.pt = epoch3"};
}

void TestCheckpoints::orderFollowsTheNumbers() {
    QFETCH(QStringList, files);
    QFETCH(QStringList, expected);
    const Scratch scratch;
    write(scratch, files);
    QCOMPARE(found(scratch.folder()), expected);
}

void TestCheckpoints::patternsChooseOneTraining() {
    const Scratch scratch;
    write(scratch, {"a_1.pt", "a_2.pt", "b_1.pt", "b_22.pt", "b_3.weights"});
    QCOMPARE(found(scratch.folder() / "a_*.pt"), QStringList({"a_1.pt = 1", "a_2.pt = 2"}));
    QCOMPARE(found(scratch.folder() / "b_?.*"), QStringList({"b_1.pt = 1", "b_3.weights = 3"}));
    QCOMPARE(found(scratch.folder() / "*22*"), QStringList({"b_22.pt = 22"}));
}

void TestCheckpoints::unclearHistoriesAreRefused_data() {
    QTest::addColumn<QStringList>("files");
    QTest::addColumn<QString>("word");
    QTest::newRow("empty") << QStringList{} << "holds no checkpoints";
    QTest::newRow("no numbers") << QStringList{"best.pt", "last.pt"} << "holds no checkpoints";
    QTest::newRow("two trainings") << QStringList{"a_1.pt", "b_1.pt"} << "the same number";
    QTest::newRow("two units") << QStringList{"epoch-1.pt", "iteration-100.pt"} << "some checkpoints";
    QTest::newRow("number beyond 64 bits") << QStringList{"99999999999999999999.pt"} << "holds no checkpoints";
}

void TestCheckpoints::unclearHistoriesAreRefused() {
    QFETCH(QStringList, files);
    QFETCH(QString, word);
    const Scratch scratch;
    write(scratch, files);
    const std::string message = refusal([&] { formats::findCheckpoints(scratch.folder()); });
    QVERIFY2(QString::fromStdString(message).contains(word), message.c_str());
    QVERIFY2(message.find(scratch.folder().string()) != std::string::npos, message.c_str());
}

void TestCheckpoints::placesThatStandForHistories() {
    const Scratch scratch;
    write(scratch, {"a_1.pt", "really*.pt"});
    QVERIFY(formats::namesHistory(scratch.folder()));
    QVERIFY(formats::namesHistory(scratch.folder() / "a_*.pt"));
    QVERIFY(!formats::namesHistory(scratch.folder() / "a_1.pt"));
    QVERIFY(!formats::namesHistory(scratch.folder() / "really*.pt"));
    QVERIFY(!formats::namesHistory(scratch.folder() / "missing.pt"));
    QVERIFY(!formats::namesHistory({}));
    QVERIFY(!refusal([&] { formats::findCheckpoints(scratch.folder() / "missing" / "*.pt"); }).empty());
}

QTEST_GUILESS_MAIN(TestCheckpoints)
#include "test_checkpoints.moc"
