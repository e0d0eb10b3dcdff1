#include <app/gui/project_file.h>

#include <core/base/files.h>

#include <QTemporaryDir>
#include <QTest>

using namespace lpntk;
using gui::ProjectFile;

namespace {

ProjectFile example(const std::filesystem::path& folder) {
    ProjectFile project;
    project.dataSource = "idx:" + (folder / "images").string();
    gui::ProjectCheckpoint checkpoint{"lenet5", folder / "weights.safetensors", 7, "weights", 0.891, {}};
    checkpoint.preprocessing = data::preprocessingPreset("mnist");
    project.checkpoints = {checkpoint, {"mlp", {}, 3, "mlp", {}, {}}};
    project.currentCheckpoint = 1;
    project.runs = {folder / "runs" / "a", folder.parent_path() / "beside", "/elsewhere/far/run"};
    project.currentRun = folder / "runs" / "a";
    project.thresholds = {0.25f, 0.15f};
    project.mode = analysis::Mode::referenceCode;
    project.clusterRatio = 0.3;
    project.prune.method = curation::Method::thinLargest;
    project.prune.keep = 0.42;
    project.prune.thinShare = 0.25;
    project.prune.seed = 12345678901234567ULL;
    project.decisions.apply({curation::Edit::Kind::prune, {base::SampleId(4), base::SampleId(9)}, -1, {}, "by hand", "2024-11-21T09:00:00Z"});
    project.decisions.apply({curation::Edit::Kind::relabel, {base::SampleId(4)}, 2, {}, {}, "2024-11-21T09:01:00Z"});
    project.selections = {{"Odd ones", {1, 3, 5}, "index in (1, 3, 5)"}, {"none", {}, {}}};
    project.layout = {"clusters", "relations", "AAAA", false, true, false, 865};
    return project;
}

void compare(const ProjectFile& a, const ProjectFile& b) {
    QCOMPARE(a.dataSource, b.dataSource);
    QCOMPARE(a.checkpoints.size(), b.checkpoints.size());
    for (std::size_t i = 0; i < a.checkpoints.size(); ++i) {
        QCOMPARE(a.checkpoints[i].model, b.checkpoints[i].model);
        QCOMPARE(a.checkpoints[i].weights, b.checkpoints[i].weights);
        QCOMPARE(a.checkpoints[i].seed, b.checkpoints[i].seed);
        QCOMPARE(a.checkpoints[i].accuracy, b.checkpoints[i].accuracy);
        QCOMPARE(a.checkpoints[i].preprocessing.has_value(), b.checkpoints[i].preprocessing.has_value());
    }
    QCOMPARE(a.currentCheckpoint, b.currentCheckpoint);
    QCOMPARE(a.runs, b.runs);
    QCOMPARE(a.currentRun, b.currentRun);
    QVERIFY(a.thresholds == b.thresholds);
    QVERIFY(a.mode == b.mode);
    QCOMPARE(a.clusterRatio, b.clusterRatio);
    QVERIFY(a.prune.method == b.prune.method);
    QCOMPARE(a.prune.keep, b.prune.keep);
    QCOMPARE(a.prune.thinShare, b.prune.thinShare);
    QCOMPARE(a.prune.seed, b.prune.seed);
    QVERIFY(a.decisions.edits() == b.decisions.edits());
    QVERIFY(a.decisions.all() == b.decisions.all());
    QVERIFY(a.selections == b.selections);
    QVERIFY(a.layout == b.layout);
}

} // namespace

class TestProjectFile : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }

    /// The sentence with which a damaged project is refused, empty when it is read.
    std::string refusal(const base::Json& json) const {
        try {
            gui::projectFromJson(json, folder(), "p.lpntk");
            return {};
        } catch (const base::Error& problem) {
            return problem.what();
        }
    }

private Q_SLOTS:
    void writesAndReadsEverything() {
        const ProjectFile project = example(folder());
        gui::writeProjectFile(folder() / "p.lpntk", project);
        compare(gui::readProjectFile(folder() / "p.lpntk"), project);
    }

    void anEmptyProjectIsAProject() {
        gui::writeProjectFile(folder() / "empty.lpntk", {});
        compare(gui::readProjectFile(folder() / "empty.lpntk"), {});
    }

    void movesWithItsFolder() {
        const auto first = folder() / "here" / "project", second = folder() / "there" / "project";
        std::filesystem::create_directories(first);
        std::filesystem::create_directories(second);
        const base::Json json = gui::toJson(example(first), first);
        const ProjectFile moved = gui::projectFromJson(json, second, "p.lpntk");
        QCOMPARE(moved.currentRun, second / "runs" / "a");
        QCOMPARE(moved.dataSource, "idx:" + (second / "images").string());
        QCOMPARE(moved.runs[1], second.parent_path() / "beside");
        QCOMPARE(moved.runs[2], std::filesystem::path("/elsewhere/far/run"));
    }

    void everyMissingKeyIsNamed() {
        const base::Json whole = gui::toJson(example(folder()), folder());
        for (const auto& [key, value] : whole.items()) {
            if (key == "program")
                continue;
            base::Json damaged = whole;
            damaged.erase(key);
            const std::string sentence = refusal(damaged);
            QVERIFY2(sentence.find('"' + key + '"') != std::string::npos, (key + ": " + sentence).c_str());
        }
    }

    void everyKeyOfTheWrongKindIsRefused() {
        const base::Json whole = gui::toJson(example(folder()), folder());
        for (const auto& [key, value] : whole.items()) {
            if (key == "program")
                continue;
            base::Json damaged = whole;
            damaged[key] = value.is_string() ? base::Json(17) : base::Json("wrong");
            QVERIFY2(!refusal(damaged).empty(), key.c_str());
        }
    }

    void absurdNumbersAreRefused_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::newRow("ratio") << "/clusterRatio" << "1.5";
        QTest::newRow("keep") << "/prune/keep" << "-0.1";
        QTest::newRow("threshold") << "/thresholds/plus" << "7";
        QTest::newRow("sample") << "/selections/0/samples/1" << "9000000000000000000";
        QTest::newRow("negative sample") << "/selections/0/samples/1" << "-1";
        QTest::newRow("checkpoint") << "/currentCheckpoint" << "9";
        QTest::newRow("version") << "/version" << "99";
        QTest::newRow("method") << "/prune/method" << "\"guess\"";
        QTest::newRow("mode") << "/mode" << "\"guess\"";
        QTest::newRow("accuracy") << "/checkpoints/0/accuracy" << "12";
    }
    void absurdNumbersAreRefused() {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        base::Json json = gui::toJson(example(folder()), folder());
        json[base::Json::json_pointer(pointer.toStdString())] = base::Json::parse(value.toStdString());
        QVERIFY(!refusal(json).empty());
    }

    void aTruncatedFileIsRefusedWhereverItEnds() {
        const auto path = folder() / "cut.lpntk";
        gui::writeProjectFile(path, example(folder()));
        const std::string whole = base::readTextFile(path);
        const std::size_t end = whole.find_last_of('}');
        for (std::size_t length = 0; length < end; length += 13) {
            base::writeFileAtomically(path, std::string_view(whole).substr(0, length));
            QVERIFY_EXCEPTION_THROWN(gui::readProjectFile(path), base::Error);
        }
    }
};

QTEST_GUILESS_MAIN(TestProjectFile)
#include "test_project_file.moc"
