#include "damage.h"
#include "refusal.h"
#include "small_run.h"

#include <QDir>
#include <QFile>
#include <QLibrary>
#include <QtTest>

using namespace lpntk::tests;

/// Run and subset folders, index lists, scores and options that cannot work.
class TestBadRuns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void damagedRun_data();
    void damagedRun();
    void valuesThatAreNoNumbers_data();
    void valuesThatAreNoNumbers();
    void damagedSubset_data();
    void damagedSubset();
    void indices_data();
    void indices();
    void scores_data();
    void scores();
    void edits_data();
    void edits();
    void jobsThatCannotWork_data();
    void jobsThatCannotWork();
    void numbersThatCannotWork_data();
    void numbersThatCannotWork();
    void takenFolders();

private:
    void refuse(const QStringList& arguments, const QStringList& words, int exitCode = 1);
    QString out() const { return m_run.path("out"); }

    SmallRun m_run;
};

namespace {

using Change = std::function<void(QByteArray&)>;

constexpr int kNpyHeader = 128;

Change replaced(const QByteArray& from, const QByteArray& to) {
    return [from, to](QByteArray& bytes) {
        QVERIFY2(bytes.contains(from), from.constData());
        bytes.replace(from, to);
    };
}

/// A quiet NaN in the place of one float32 of an array.
Change notANumberAt(int element) {
    return [element](QByteArray& bytes) { bytes.replace(kNpyHeader + 4 * element, 4, QByteArray("\0\0\xc0\x7f", 4)); };
}

} // namespace

void TestBadRuns::initTestCase() {
    const QString problem = m_run.makeWithSubset();
    if (m_run.isMissing())
        QSKIP(qPrintable(problem));
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
}

void TestBadRuns::refuse(const QStringList& arguments, const QStringList& words, int exitCode) {
    const QString wrong = wrongRefusal(runProgram(arguments), exitCode, words);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY2(!QFile::exists(out()), "a refused command left its folder");
}

void TestBadRuns::damagedRun_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char* name, const QString& file, const Change& change, const QStringList& words) {
        QTest::newRow(name) << file << change << words;
    };
    row("kernel cut off", "kernel.npy", [](QByteArray& bytes) { bytes.truncate(100'000); },
        {"(300, 300)", "truncated", "lpntk repair"});
    row("kernel of integers", "kernel.npy", replaced("<f4", "<i4"), {"int32", "float32 was expected"});
    row("array cut off", "norms.npy", [](QByteArray& bytes) { bytes.truncate(100); },
        {"byte 100", "truncated", "lpntk repair"});
    row("label out of range", "labels.npy", [](QByteArray& bytes) { bytes[kNpyHeader] = 77; },
        {"row 0", "label 77", "0 to 9"});
    row("neighbour out of range", "top_index.npy", [](QByteArray& bytes) { bytes[kNpyHeader + 1] = 77; }, {"0 to 299"});
    row("manifest cut off", "manifest.json", [](QByteArray& bytes) { bytes.truncate(50); }, {"not valid JSON", "get it again"});
    row("manifest of something else", "manifest.json", replaced("lpntk-run", "other-run"), {"\"format\""});
    row("manifest of the future", "manifest.json", replaced("\"format_version\": 1", "\"format_version\": 99"),
        {"version 99", "use the program that wrote it"});
    row("fewer rows", "manifest.json", replaced("\"rows\": 300", "\"rows\": 299"), {"299"});
    row("not finished", "manifest.json", replaced("\"finished\"", "\"running\""), {"not finished", "--resume"});
}

void TestBadRuns::damagedRun() {
    QFETCH(QString, file);
    QFETCH(Change, change);
    QFETCH(QStringList, words);
    const QString run = m_run.path("damaged-run");
    copyFolder(m_run.folder(), run);
    damage(run + "/" + file, change);
    // A run that is merely not finished is named by its folder.
    const QString named = words.contains("--resume") ? run : run + "/" + file;
    refuse({"relations", run}, words + QStringList{named});
    refuse({"prune", run, "--method", "heads", "--out", out()}, words + QStringList{named});
}

void TestBadRuns::valuesThatAreNoNumbers_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("neighbours") << QStringList{"neighbours", "RUN", "--sample", QString::number(m_run.sample(0))};
    QTest::newRow("relations") << QStringList{"relations", "RUN", "--plus", "0.1234"};
    QTest::newRow("clusters") << QStringList{"clusters", "RUN", "--mode", "reference-code", "--ratio", "1"};
    QTest::newRow("prune") << QStringList{"prune",          "RUN",   "--method", "heads", "--mode",
                                          "reference-code", "--out", out()};
}

void TestBadRuns::valuesThatAreNoNumbers() {
    // A kernel is too large to be looked through when it is opened; whoever reads the row must notice.
    QFETCH(QStringList, arguments);
    const QString run = m_run.path("nan-run");
    copyFolder(m_run.folder(), run);
    damage(run + "/kernel.npy", notANumberAt(1));
    damage(run + "/kernel.npy", notANumberAt(int(SmallRun::kRows)));
    arguments.replace(1, run);
    refuse(arguments, {run + "/kernel.npy", "nan", "damaged; compute the run again"});
}

void TestBadRuns::damagedSubset_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("words");
    QTest::newRow("cut off") << Change([](QByteArray& bytes) { bytes.truncate(300); })
                             << QStringList{"recipe.json", "not valid JSON"};
    QTest::newRow("something else") << replaced("lpntk-subset-recipe", "other")
                                    << QStringList{"recipe.json", "is not the recipe"};
    QTest::newRow("unknown rule") << replaced("\"heads\"", "\"tails\"")
                                  << QStringList{"no pruning method \"tails\"", "random-member"};
    QTest::newRow("run gone") << replaced("/run\"", "/gone\"") << QStringList{"gone", "put it back"};
}

void TestBadRuns::damagedSubset() {
    QFETCH(Change, change);
    QFETCH(QStringList, words);
    const QString subset = m_run.path("damaged-subset");
    copyFolder(m_run.subset(), subset);
    damage(subset + "/recipe.json", change);
    refuse({"export", subset, "--format", "idx", "--out", out()}, words);
    refuse({"replay", subset + "/recipe.json", "--out", out()}, words);
}

void TestBadRuns::indices_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QStringList>("words");
    const auto list = [](const std::vector<std::int64_t>& values) {
        return npyBytes("<i8", "(" + QByteArray::number(qsizetype(values.size())) + ",)",
                        QByteArray(reinterpret_cast<const char*>(values.data()), qsizetype(values.size() * 8)));
    };
    QTest::newRow("too large") << list({1, 400, 3}) << QStringList{"sample 400", "0 to 399"};
    QTest::newRow("negative") << list({1, -2, 3}) << QStringList{"-2", "start at 0"};
    QTest::newRow("twice") << list({1, 2, 2}) << QStringList{"sample 2 twice"};
    QTest::newRow("none") << list({}) << QStringList{"FILE", "at least one"};
    QTest::newRow("no integers") << npyBytes("<f8", "(1,)", QByteArray(8, 0))
                                 << QStringList{"FILE", "float64", "integers"};
    QTest::newRow("two dimensions") << npyBytes("<i8", "(1, 1)", QByteArray(8, 0))
                                    << QStringList{"FILE", "one-dimensional"};
    QTest::newRow("cut off") << npyBytes("<i8", "(9,)", QByteArray(8, 0)) << QStringList{"FILE", "truncated"};
    QTest::newRow("text") << QByteArray("1, 2, 3\n") << QStringList{"FILE", "not an .npy file"};
}

void TestBadRuns::indices() {
    QFETCH(QByteArray, file);
    QFETCH(QStringList, words);
    const QString name = m_run.path("indices.npy");
    writeBytes(name, file);
    for (QString& word : words)
        word.replace("FILE", name);
    refuse({"kernel", "--data", m_run.data(), "--weights", SmallRun::weights(), "--indices", name, "--out", out()},
           words);
}

void TestBadRuns::scores_data() {
    QTest::addColumn<QByteArray>("lines");
    QTest::addColumn<QStringList>("words");
    QByteArray whole = "index,el2n\n";
    for (int sample = 0; sample < SmallRun::kRows; ++sample)
        whole += QByteArray::number(sample) + "," + QByteArray::number(sample % 7) + "\n";
    QTest::newRow("other column") << QByteArray("index,grand\n0,1\n")
                                  << QStringList{"no column \"el2n\"", "index, grand"};
    QTest::newRow("sample missing") << whole.chopped(6) << QStringList{"no el2n score for sample 299", "score all"};
    QTest::newRow("no number") << QByteArray(whole).replace("\n5,5\n", "\n5,?\n") << QStringList{"line 7", "a number"};
    QTest::newRow("not a number") << QByteArray(whole).replace("\n5,5\n", "\n5,nan\n") << QStringList{"sample 5"};
    QTest::newRow("twice") << whole + "0,3\n" << QStringList{"line 302", "sample 0", "second time"};
}

void TestBadRuns::scores() {
    QFETCH(QByteArray, lines);
    QFETCH(QStringList, words);
    const QString name = m_run.path("scores.csv");
    writeBytes(name, lines);
    refuse({"prune", m_run.folder(), "--method", "el2n", "--scores", name, "--out", out()}, words + QStringList{name});
}

void TestBadRuns::edits_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QStringList>("words");
    QTest::newRow("cut off") << QByteArray(R"({"edits": [)") << QStringList{"edits.json", "not valid JSON"};
    QTest::newRow("no list") << QByteArray(R"({"edits": 5})") << QStringList{"edits.json", "\"edits\""};
    QTest::newRow("unknown edit") << QByteArray(R"({"edits": [{"kind": "burn", "samples": [1]}]})")
                                  << QStringList{"edits.json, edit 1", "no edit \"burn\"", "keep, prune"};
    QTest::newRow("negative sample") << QByteArray(R"({"edits": [{"kind": "keep", "samples": [-1]}]})")
                                     << QStringList{"sample -1"};
    QTest::newRow("label out of range") << QByteArray(
                                               R"({"edits": [{"kind": "relabel", "samples": [1], "label": 10}]})")
                                        << QStringList{"sample 1", "label 10", "0 to 9"};
}

void TestBadRuns::edits() {
    QFETCH(QByteArray, json);
    QFETCH(QStringList, words);
    writeBytes(m_run.path("edits.json"), json);
    words.replaceInStrings("edits.json, ", "edits.json\", ");
    refuse({"prune", m_run.folder(), "--method", "heads", "--edits", m_run.path("edits.json"), "--out", out()}, words);
}

void TestBadRuns::jobsThatCannotWork_data() {
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char* name, const QStringList& options, const QStringList& words) {
        QTest::newRow(name) << options << words;
    };
    row("one byte", {"--memory", "1"}, {"--memory", "4G"});
    row("too little memory", {"--memory", "20M"},
        {"--memory 20.0 MB", "is not enough", "Give at least --memory", "fewer samples"});
    if (!QLibrary(QStringLiteral("cuda"), 1).load()) // with a driver the command works
        row("GPU", {"--device", "cuda"}, {"--device cuda", "use --device cpu"});
    row("unknown device", {"--device", "tpu"}, {"\"tpu\"", "cpu"});
    row("GPU arithmetic", {"--precision", "fp16"}, {"--precision fp16", "use fp32 or fp64"});
    row("unknown split", {"--split", "third"}, {"no split \"third\"", "train, test"});
    row("deviation 0", {"--mean", "0.5", "--std", "0"}, {"standard deviation of 0", "above 0"});
    row("three means", {"--mean", "1,2,3", "--std", "1,2,3"}, {"1 channel", "choose another preset"});
    row("pictures too small", {"--resize", "8"}, {"lenet5", "larger pictures"});
}

void TestBadRuns::jobsThatCannotWork() {
    QFETCH(QStringList, options);
    QFETCH(QStringList, words);
    const QStringList job{"--data", m_run.data(), "--weights", SmallRun::weights()};
    refuse(QStringList{"kernel", "--out", out()} + job + options, words);
    refuse(QStringList{"plan"} + job + options, words);
}

void TestBadRuns::numbersThatCannotWork_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QStringList>("words");
    const QString run = m_run.folder();
    QTest::newRow("sample") << QStringList{"neighbours", run, "--sample", "300"} << 1
                            << QStringList{"sample 300", run, "0 to 299"};
    QTest::newRow("negative top") << QStringList{"neighbours", run, "--sample", "0", "--top", "-1"} << 2
                                  << QStringList{"--top", "-1"};
    QTest::newRow("plus") << QStringList{"relations", run, "--plus", "2"} << 2 << QStringList{"--plus", "0 to 1"};
    QTest::newRow("minus with sign") << QStringList{"relations", run, "--minus", "-0.1"} << 2
                                     << QStringList{"without sign"};
    QTest::newRow("ratio") << QStringList{"clusters", run, "--ratio", "0"} << 2 << QStringList{"--ratio", "above 0"};
    QTest::newRow("keep") << QStringList{"prune", run, "--method", "random", "--keep", "1.5", "--out", out()} << 2
                          << QStringList{"1.5", "at most 1"};
    QTest::newRow("keep in percent") << QStringList{"prune", run, "--method", "random", "--keep", "30%", "--out", out()}
                                     << 2 << QStringList{"\"30%\" is not a number", "0.3"};
    QTest::newRow("keep nan") << QStringList{"prune", run, "--method", "random", "--keep", "nan", "--out", out()} << 2
                              << QStringList{"nan"};
    QTest::newRow("thin") << QStringList{"prune", run, "--method", "thin-largest", "--thin", "2", "--out", out()} << 2
                          << QStringList{"from 0 to 1"};
    QTest::newRow("small") << QStringList{"prune", run, "--method", "drop-small", "--small", "-1", "--out", out()} << 2
                           << QStringList{"-1"};
    QTest::newRow("no scores") << QStringList{"prune", run, "--method", "el2n", "--out", out()} << 1
                               << QStringList{"--scores", "lpntk score"};
    QTest::newRow("no samples") << QStringList{"kernel", "--data", m_run.data(), "--limit", "0", "--out", out()} << 2
                                << QStringList{"--limit: 0 is not possible, 1 is the least ("};
    QTest::newRow("empty name") << QStringList{"relations", ""} << 2 << QStringList{"empty", "variable"};
}

void TestBadRuns::numbersThatCannotWork() {
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    QFETCH(QStringList, words);
    refuse(arguments, words, exitCode);
}

void TestBadRuns::takenFolders() {
    const QStringList job{"kernel", "--data", m_run.data(), "--weights", SmallRun::weights(), "--limit", "50", "--out"};
    const QByteArray before = readBytes(m_run.path("run/manifest.json"));
    refuse(job + QStringList{m_run.folder()}, {m_run.folder(), "finished run", "choose another folder"});
    refuse(job + QStringList{m_run.folder(), "--resume"}, {"cannot be resumed", "300", "50", "choose another folder"});
    QCOMPARE(readBytes(m_run.path("run/manifest.json")), before);
    refuse(job + QStringList{m_run.subset()}, {"something else than a run", "choose another folder"});
    refuse(job + QStringList{SmallRun::weights()}, {"is a file", "choose another name"});
    const QString inside = m_run.path("data/inside");
    const QStringList words{inside, m_run.data(), "lies inside", "choose a folder elsewhere"};
    refuse({"export", m_run.subset(), "--out", inside}, words);
    refuse(job + QStringList{inside}, words);
    refuse({"train", "--data", m_run.data(), "--model", "mlp", "--epochs", "1", "--out", inside}, words);
    QVERIFY(!QFile::exists(inside));
    refuse({"export", m_run.subset(), "--out", m_run.path("subset/inside")}, {"one inside the other"});
    QVERIFY(!QFile::exists(m_run.path("subset/inside")));
}

QTEST_GUILESS_MAIN(TestBadRuns)
#include "test_bad_runs.moc"
