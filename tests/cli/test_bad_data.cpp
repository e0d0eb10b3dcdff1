#include "damage.h"
#include "refusal.h"
#include "small_run.h"

#include <core/formats/npz.h>

#include <QFile>
#include <QtTest>

using namespace lpntk;
using namespace lpntk::tests;

/// Data sets and weights that are damaged, do not fit or are something else: one sentence that names the file, the
/// place in it, what was expected and what to do; and no run folder.
class TestBadData : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void damagedIdx_data();
    void damagedIdx();
    void otherData_data();
    void otherData();
    void badWeights_data();
    void badWeights();
    void nothingOfThemIsRun();

private:
    void refuse(const QStringList& arguments, const QStringList& words);
    QString out() const { return m_run.path("out"); }

    SmallRun m_run;
};

namespace {

using Change = std::function<void(QByteArray&)>;

constexpr const char* kImages = "/train-images-idx3-ubyte";
constexpr const char* kLabels = "/train-labels-idx1-ubyte";

void writeArchive(const QString& file, const std::vector<std::int64_t>& labels) {
    const std::vector<std::uint8_t> images(labels.size() * 8 * 8);
    const auto count = static_cast<std::int64_t>(labels.size());
    formats::writeNpz(
        file.toStdString(),
        std::vector<formats::NpzArray>{{"images", formats::DType::u8, {count, 8, 8}, std::as_bytes(std::span(images))},
                                       {"labels", formats::DType::i64, {count}, std::as_bytes(std::span(labels))}});
}

/// A change of the JSON header of a safetensors file that keeps its length.
Change inHeader(const QByteArray& from, const QByteArray& to) {
    return [from, to](QByteArray& bytes) {
        const auto at = bytes.indexOf(from);
        QVERIFY2(at > 0 && from.size() == to.size(), "the header is not as this test expects");
        bytes.replace(at, from.size(), to);
    };
}

} // namespace

void TestBadData::initTestCase() {
    const QString problem = m_run.make();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

void TestBadData::refuse(const QStringList& arguments, const QStringList& words) {
    const QString wrong = wrongRefusal(runProgram(arguments + QStringList{"--out", out()}), 1, words);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY2(!QFile::exists(out()), "a refused job left its folder");
}

void TestBadData::damagedIdx_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char* name, const QString& file, const Change& change, const QStringList& words) {
        QTest::newRow(name) << file << change << words;
    };
    row("cut off", kImages, [](QByteArray& bytes) { bytes.chop(5); }, {"313595", "313600", "truncated; get it again"});
    row("cut in the header", kImages, [](QByteArray& bytes) { bytes.truncate(7); },
        {"byte 7", "IDX header", "get it again"});
    row("too long", kImages, [](QByteArray& bytes) { bytes.append("123"); }, {"313603", "313600", "damaged"});
    // Damage must not make a split vanish: the test images are whole.
    row("other type", kImages, [](QByteArray& bytes) { bytes[2] = 0x0d; }, {"0x0d", "unsigned bytes"});
    row("text", kImages, [](QByteArray& bytes) { bytes = "These are not images."; },
        {"is not an IDX file", "00 00 08"});
    row("absurd size", kImages, [](QByteArray& bytes) { bytes.replace(4, 8, QByteArray(8, '\x7f')); }, {});
    row("labels cut off", kLabels, [](QByteArray& bytes) { bytes.chop(1); }, {"399", "400", "truncated; get it again"});
    row("one label fewer", kLabels,
        [](QByteArray& bytes) {
            bytes.chop(1);
            bytes[7] = char(bytes[7] - 1);
        },
        {"400 images", "399 labels", "must be equal"});
    row("label out of range", kLabels, [](QByteArray& bytes) { bytes[20] = char(200); },
        {"201 classes", "fc3.weight is (10, 84), needed (201, 84)", "Check"});
}

void TestBadData::damagedIdx() {
    QFETCH(QString, file);
    QFETCH(Change, change);
    QFETCH(QStringList, words);
    const QString folder = m_run.path("damaged");
    copyFolder(m_run.data(), folder);
    damage(folder + file, change);
    // A label of its own fits the file and only not the network, so there the weights are named.
    const QString named = words.contains("Check") ? SmallRun::weights() : folder + file;
    refuse({"kernel", "--data", folder, "--weights", SmallRun::weights()}, words + QStringList{named});
}

void TestBadData::otherData_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QStringList>("words");
    writeArchive(m_run.path("negative.npz"), {0, 1, -1, 1});
    QTest::newRow("negative label") << "negative.npz" << QStringList{"image 2", "label -1", "0 to 1 were expected"};
    writeArchive(m_run.path("absurd.npz"), {0, 1, 1'000'000'000, 1});
    QTest::newRow("absurd label") << "absurd.npz" << QStringList{"image 2", "label 1000000000", "0 to 99999"};
    writeArchive(m_run.path("cut.npz"), {0, 1, 0, 1});
    damage(m_run.path("cut.npz"), [](QByteArray& bytes) { bytes.chop(30); });
    QTest::newRow("archive cut off") << "cut.npz" << QStringList{"zip archive", "truncated or damaged; get it again"};
    QByteArray records;
    for (int i = 0; i < 20; ++i)
        records += QByteArray(1, i == 4 ? 12 : char(i % 10)) + QByteArray(3072, char(i));
    for (const char* batch :
         {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"})
        writeBytes(m_run.path("cifar/") + batch + ".bin", records);
    QTest::newRow("CIFAR label") << "cifar"
                                 << QStringList{"data_batch_1.bin", "record 4 (byte 12292)", "label 12", "0 to 9"};
    writeBytes(m_run.path("set.csv"), "path,label\nnowhere.png,cat\nneither.png,dog\n");
    QTest::newRow("missing image") << "set.csv" << QStringList{"line 2", "nowhere.png", "missing"};
    writeBytes(m_run.path("columns.csv"), "path,kind\nnowhere.png,cat\n");
    QTest::newRow("missing column") << "columns.csv" << QStringList{"no column \"label\"", "path and label are needed"};
    writeBytes(m_run.path("folder/cat/1.png"), "\x89PNG\r\n\x1a\n........");
    writeBytes(m_run.path("folder/dog/2.png"), "no picture");
    QTest::newRow("images of nothing") << "folder" << QStringList{".png", "PNG"};
    writeBytes(m_run.path("notes.txt"), "no data");
    QTest::newRow("something else") << "notes.txt" << QStringList{"not a data set", "IDX or CIFAR files"};
    QTest::newRow("not there") << "nowhere" << QStringList{"no such file or folder"};
}

void TestBadData::otherData() {
    QFETCH(QString, name);
    QFETCH(QStringList, words);
    refuse({"kernel", "--data", m_run.path(name), "--model", "mlp"}, words + QStringList{m_run.path(name)});
}

void TestBadData::badWeights_data() {
    QTest::addColumn<QString>("ending");
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char* name, const Change& change, const QStringList& words,
                        const char* ending = ".safetensors") {
        QTest::newRow(name) << QString(ending) << change << words;
    };
    row("cut off", [](QByteArray& bytes) { bytes.truncate(bytes.size() / 2); },
        {"fc1.weight", "truncated; get it again"});
    row("too long", [](QByteArray& bytes) { bytes.append("12"); }, {"246826", "246824", "damaged; get it again"});
    row("empty", [](QByteArray& bytes) { bytes.clear(); }, {"is empty", "safetensors"});
    row(
        "text", [](QByteArray& bytes) { bytes = "hello world"; }, {"unknown first bytes", "save"}, ".pt");
    row("not a number", [](QByteArray& bytes) { bytes.replace(bytes.size() - 4, 4, QByteArray("\0\0\xc0\x7f", 4)); },
        {"not finite", "diverged"});
    row("another network", inHeader("conv1.weight", "conv9.weight"), {"does not fit", "conv1.weight", "conv9.weight"});
    row("unknown network", inHeader("\"lenet5\"", "\"lenetX\""), {"no built-in network \"lenetX\"", "lenet5"});
    row("damaged preprocessing", inHeader("{\\\"name\\\":", "{\\\"name\\\" "), {"not valid JSON", "--preprocess"});
}

void TestBadData::badWeights() {
    QFETCH(QString, ending);
    QFETCH(Change, change);
    QFETCH(QStringList, words);
    const QString file = m_run.path("weights" + ending);
    writeBytes(file, readBytes(SmallRun::weights()));
    damage(file, change);
    // The list of networks is no matter of the file.
    const QStringList named = words.first().startsWith("no built-in") ? QStringList{} : QStringList{file};
    refuse({"kernel", "--data", m_run.data(), "--weights", file}, words + named);
}

void TestBadData::nothingOfThemIsRun() {
    // A pickle that would make a folder when it is loaded in Python.
    const QString trace = m_run.path("trace");
    const QByteArray code = "cos\nmkdir\n(S'" + trace.toUtf8() + "'\ntR.";
    writeBytes(m_run.path("code.pt"), QByteArray("\x80\x02", 2) + code);
    const auto outcome = runProgram(
        {"kernel", "--data", m_run.data(), "--model", "lenet5", "--weights", m_run.path("code.pt"), "--out", out()});
    const QString wrong = wrongRefusal(outcome, 1, {m_run.path("code.pt")});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY(!QFile::exists(trace));
    QVERIFY(!QFile::exists(out()));
}

QTEST_GUILESS_MAIN(TestBadData)
#include "test_bad_data.moc"
