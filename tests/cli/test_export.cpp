#include "program.h"
#include "small_run.h"

#include <core/base/files.h>
#include <core/formats/images.h>
#include <core/formats/npz.h>

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

#include <cstring>

using namespace lpntk;
using namespace lpntk::tests;

/// `lpntk export` in every format and `lpntk replay`: what is written holds the very pixels and labels of the IDX files
/// that the subset was made from.
class TestExport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void infoNamesTheSubset();
    void indices();
    void imageFolder();
    void idx();
    void npz();
    void prunedPicturesToo();
    void anExistingFolderIsKept();
    void replayWritesTheSame();
    void replaySaysWhichInputChanged_data();
    void replaySaysWhichInputChanged();

private:
    Outcome exportAs(const QString& format, const QString& out, const QStringList& more = {}) const {
        return runProgram(QStringList{"export", subset(), "--format", format, "--out", m_run.path(out), "--json"} +
                          more);
    }
    QString subset() const { return m_run.subset(); }
    std::int64_t label(std::int64_t sample) const { return m_run.trainLabels()[static_cast<std::size_t>(sample)]; }
    void compareIdx(const QString& folder, const std::vector<std::int64_t>& samples) const;

    SmallRun m_run;
    std::vector<std::int64_t> m_kept, m_pruned;
};

namespace {

QByteArray contentOf(const QString& name) {
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray bigEndian(std::initializer_list<std::size_t> numbers) {
    QByteArray bytes;
    for (const std::size_t number : numbers)
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes.append(static_cast<char>(number >> shift & 0xff));
    return bytes;
}

} // namespace

void TestExport::initTestCase() {
    const QString problem = m_run.makeWithSubset();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    m_kept = readArray<std::int64_t>(m_run.path("subset/keep_indices.npy"));
    m_pruned = readArray<std::int64_t>(m_run.path("subset/pruned_indices.npy"));
    QVERIFY(m_kept.size() > 80 && m_kept.size() + m_pruned.size() == SmallRun::kRows);
}

void TestExport::infoNamesTheSubset() {
    const auto info = runProgram({"info", subset(), "--json"});
    QCOMPARE(info.json()["kind"].toString(), QString("subset"));
    QVERIFY2(info.json()["summary"].toString().contains(QString::number(m_kept.size())), info.out.constData());
}

void TestExport::indices() {
    const auto exported = exportAs("indices", "as-indices");
    QVERIFY2(exported.exitCode == 0, exported.err.constData());
    QCOMPARE(exported.json()["kept"].toInteger(), qint64(m_kept.size()));
    for (const char* name : {"keep_indices.npy", "pruned_indices.npy", "keep_mask.npy", "scores.npy", "manifest.csv"})
        QCOMPARE(contentOf(m_run.path("as-indices/") + name), contentOf(subset() + "/" + name));
    QCOMPARE(exported.json()["files"].toInteger(), QDir(m_run.path("as-indices")).entryList(QDir::Files).size());
}

void TestExport::imageFolder() {
    const auto exported = exportAs("imagefolder", "as-folder");
    QVERIFY2(exported.exitCode == 0, exported.err.constData());
    QDirIterator each(m_run.path("as-folder/train"), {"*.png"}, QDir::Files, QDirIterator::Subdirectories);
    std::vector<std::int64_t> found;
    while (each.hasNext()) {
        const QFileInfo file(each.next());
        const std::int64_t sample = file.baseName().toLongLong();
        const auto bytes = base::readFile(file.filePath().toStdString(), 1 << 20);
        const auto picture = formats::decodeImage(bytes, 0, file.fileName().toStdString());
        QCOMPARE(picture.size.channels, 1);
        const auto expected = m_run.trainPixels(sample);
        QCOMPARE(picture.pixels.size(), expected.size());
        QVERIFY(std::memcmp(picture.pixels.data(), expected.data(), expected.size()) == 0);
        QVERIFY(file.dir().dirName().startsWith(QString::number(label(sample))));
        found.push_back(sample);
    }
    std::sort(found.begin(), found.end());
    QCOMPARE(found, m_kept);
    // The folder is a data set again, with the classes in their order.
    const auto info = runProgram({"info", m_run.path("as-folder/train"), "--json"});
    QCOMPARE(info.json()["classNames"].toArray().size(), 10);
    QCOMPARE(info.json()["splits"][0]["samples"].toInteger(), qint64(m_kept.size()));
}

void TestExport::compareIdx(const QString& folder, const std::vector<std::int64_t>& samples) const {
    QByteArray images = bigEndian({0x803, samples.size(), 28, 28}), labels = bigEndian({0x801, samples.size()});
    for (const std::int64_t sample : samples) {
        const auto pixels = m_run.trainPixels(sample);
        images.append(reinterpret_cast<const char*>(pixels.data()), qsizetype(pixels.size()));
        labels.append(static_cast<char>(label(sample)));
    }
    QVERIFY(contentOf(folder + "/train-images-idx3-ubyte") == images);
    QVERIFY(contentOf(folder + "/train-labels-idx1-ubyte") == labels);
}

void TestExport::idx() {
    const auto exported = exportAs("idx", "as-idx");
    QVERIFY2(exported.exitCode == 0, exported.err.constData());
    compareIdx(m_run.path("as-idx"), m_kept);
}

void TestExport::npz() {
    const auto exported = exportAs("npz", "as-npz");
    QVERIFY2(exported.exitCode == 0, exported.err.constData());
    const formats::NpzArchive archive(m_run.path("as-npz/train.npz").toStdString());
    const auto images = archive.array("images");
    QCOMPARE(images.shape().front(), std::int64_t(m_kept.size()));
    QCOMPARE(archive.array("labels").toInt64().size(), m_kept.size());
    for (std::size_t i = 0; i < m_kept.size(); ++i) {
        const auto expected = m_run.trainPixels(m_kept[i]);
        QVERIFY(std::memcmp(images.bytes().data() + i * expected.size(), expected.data(), expected.size()) == 0);
        QCOMPARE(archive.array("labels").toInt64()[i], label(m_kept[i]));
    }
}

void TestExport::prunedPicturesToo() {
    const auto exported = exportAs("idx", "as-both", {"--include-pruned"});
    QVERIFY2(exported.exitCode == 0, exported.err.constData());
    compareIdx(m_run.path("as-both"), m_kept);
    compareIdx(m_run.path("as-both/pruned"), m_pruned);
}

void TestExport::anExistingFolderIsKept() {
    QCOMPARE(exportAs("indices", "twice").exitCode, 0);
    const auto again = exportAs("idx", "twice");
    QCOMPARE(again.exitCode, 1);
    QVERIFY2(again.err.contains("exists already"), again.err.constData());
    QVERIFY(!QFile::exists(m_run.path("twice/train-images-idx3-ubyte")));
    QCOMPARE(exportAs("idx", "twice", {"--replace"}).exitCode, 0);
    compareIdx(m_run.path("twice"), m_kept);
    // A folder of somebody else is never replaced.
    QVERIFY(QDir().mkpath(m_run.path("letters")));
    QFile letter(m_run.path("letters/letter.txt"));
    QVERIFY(letter.open(QIODevice::WriteOnly));
    letter.close();
    QCOMPARE(exportAs("idx", "letters", {"--replace"}).exitCode, 1);
    QVERIFY(letter.exists());
}

void TestExport::replayWritesTheSame() {
    const QString out = m_run.path("replayed");
    const auto replayed = runProgram({"replay", subset() + "/recipe.json", "--out", out, "--json"});
    QVERIFY2(replayed.exitCode == 0, replayed.err.constData());
    QVERIFY(replayed.json()["same"].toBool());
    QVERIFY(replayed.json()["differences"].toArray().isEmpty());
    QCOMPARE(readArray<std::int64_t>(out + "/keep_indices.npy"), m_kept);
}

void TestExport::replaySaysWhichInputChanged_data() {
    QTest::addColumn<QString>("section");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QJsonValue>("value");
    QTest::addColumn<QString>("named");
    QTest::newRow("share") << "prune"
                           << "keep" << QJsonValue(0.2) << "kept samples";
    QTest::newRow("data set") << "data"
                              << "sha256" << QJsonValue(QString(64, '0')) << "data set (SHA-256)";
    QTest::newRow("weights") << "model"
                             << "sha256" << QJsonValue(QString(64, '0')) << "weights (SHA-256)";
}

void TestExport::replaySaysWhichInputChanged() {
    QFETCH(QString, section);
    QFETCH(QString, key);
    QFETCH(QJsonValue, value);
    QFETCH(QString, named);
    auto recipe = QJsonDocument::fromJson(contentOf(subset() + "/recipe.json")).object();
    auto part = recipe[section].toObject();
    QVERIFY(part.contains(key));
    part[key] = value;
    recipe[section] = part;
    const QString file = m_run.path("changed.json");
    QFile changed(file);
    QVERIFY(changed.open(QIODevice::WriteOnly));
    changed.write(QJsonDocument(recipe).toJson());
    changed.close();
    const auto replayed = runProgram({"replay", file});
    // Another share gives another array; another hash alone is told although the array is the same.
    QCOMPARE(replayed.exitCode, section == "prune" ? 1 : 0);
    QVERIFY2(replayed.err.contains(named.toUtf8()), replayed.err.constData());
}

QTEST_GUILESS_MAIN(TestExport)
#include "test_export.moc"
