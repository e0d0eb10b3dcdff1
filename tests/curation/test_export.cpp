#include "curation_fixture.h"
#include "export_fixture.h"

#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/formats/csv.h>
#include <core/formats/idx.h>
#include <core/formats/images.h>
#include <core/formats/npz.h>

#include <QProcess>
#include <QtTest>

#include <algorithm>
#include <cstdlib>
#include <set>

using namespace lpntk;
using namespace lpntk::tests;
using base::RowId;
using base::SampleId;
namespace fs = std::filesystem;

namespace {

std::set<std::string> entriesOf(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        names.insert(fs::relative(entry.path(), folder).string());
    return names;
}

template <typename T> std::vector<T> npy(const fs::path& file) {
    const auto array = formats::NpyArray::open(file);
    const auto values = array.as<T>({-1});
    return {values.begin(), values.end()};
}

} // namespace

class TestExport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void arraysAndManifest() {
        ExportFixture fixture;
        const fs::path out = fixture.path("out");
        const auto report = curation::exportSubset(fixture.source, fixture.subset, {}, out);
        QCOMPARE(entriesOf(out), (std::set<std::string>{"README.md", "keep_indices.npy", "keep_mask.npy", "load_subset.py", "manifest.csv",
                                                        "pruned_indices.npy", "recipe.json", "scores.npy"}));
        QCOMPARE(report.files, std::int64_t{8});
        const auto keep = npy<std::int64_t>(out / "keep_indices.npy"), pruned = npy<std::int64_t>(out / "pruned_indices.npy");
        const auto mask = npy<bool>(out / "keep_mask.npy");
        const auto scores = npy<float>(out / "scores.npy");
        const auto count = fixture.images().count();
        QCOMPARE(static_cast<std::int64_t>(mask.size()), count);
        QCOMPARE(static_cast<std::int64_t>(scores.size()), count);
        QVERIFY(std::is_sorted(keep.begin(), keep.end()) && std::is_sorted(pruned.begin(), pruned.end()));
        QCOMPARE(static_cast<std::int64_t>(keep.size()), report.kept);
        for (std::int64_t sample = 0; sample < count; ++sample) {
            const RowId row = fixture.run->rowFromSample(SampleId(sample));
            const bool kept = row.isValid() && fixture.subset.kept[static_cast<std::size_t>(row.value())];
            QCOMPARE(mask[static_cast<std::size_t>(sample)], kept);
            QCOMPARE(std::binary_search(keep.begin(), keep.end(), sample), kept);
            QCOMPARE(std::binary_search(pruned.begin(), pruned.end(), sample), row.isValid() && !kept);
            if (row.isValid())
                QCOMPARE(scores[static_cast<std::size_t>(sample)], fixture.subset.score[static_cast<std::size_t>(row.value())]);
            else
                QVERIFY(std::isnan(scores[static_cast<std::size_t>(sample)]));
        }
        checkManifest(fixture, out);
    }

    void relabelledSamples() {
        ExportFixture fixture;
        curation::Edit edit;
        edit.kind = curation::Edit::Kind::relabel;
        edit.samples = {fixture.run->sampleFromRow(RowId(0))};
        edit.label = 2;
        fixture.source.decisions.apply(edit);
        curation::exportSubset(fixture.source, fixture.subset, {}, fixture.path("out"));
        auto labels = fixture.labels();
        labels[static_cast<std::size_t>(edit.samples[0].value())] = 2;
        QCOMPARE(npy<std::int64_t>(fixture.path("out") / "labels.npy"), labels);
        const auto table = formats::readCsv(fixture.path("out") / "manifest.csv");
        const auto& line = table.rows[static_cast<std::size_t>(edit.samples[0].value())];
        QCOMPARE(line[*table.column("edits")], std::string("relabel class/0 -> class 2"));
        QCOMPARE(line[*table.column("label")], std::string("2"));
        edit.label = 77;
        fixture.source.decisions.apply(edit);
        QVERIFY_EXCEPTION_THROWN(curation::exportSubset(fixture.source, fixture.subset, {}, fixture.path("other")), base::OptionError);
    }

    void idxIsReadBack() {
        ExportFixture fixture;
        curation::ExportOptions options;
        options.format = "idx";
        options.includePruned = true;
        const fs::path out = fixture.path("out");
        curation::exportSubset(fixture.source, fixture.subset, options, out);
        for (const auto& [folder, file] : {std::pair(out, "keep_indices.npy"), std::pair(out / "pruned", "pruned_indices.npy")}) {
            const auto samples = npy<std::int64_t>(out / file);
            const auto images = formats::readIdx(folder / "train-images-idx3-ubyte");
            const auto labels = formats::readIdx(folder / "train-labels-idx1-ubyte");
            QCOMPARE(images.shape, (std::vector<std::int64_t>{static_cast<std::int64_t>(samples.size()), 4, 5}));
            for (std::size_t i = 0; i < samples.size(); ++i) {
                const auto bytes = fixture.images().bytes(samples[i]);
                QVERIFY(std::equal(bytes.begin(), bytes.end(), images.bytes.begin() + static_cast<std::ptrdiff_t>(i * bytes.size())));
                QCOMPARE(static_cast<std::int64_t>(labels.bytes[i]), fixture.labels()[static_cast<std::size_t>(samples[i])]);
            }
        }
        const auto again = data::loadDataset("idx:" + out.string());
        QCOMPARE(again->split("train").count(), static_cast<std::int64_t>(npy<std::int64_t>(out / "keep_indices.npy").size()));
    }

    void npzIsReadBack_data() { pictureKinds(); }
    void npzIsReadBack() {
        QFETCH(int, kind);
        ExportFixture fixture(static_cast<PictureKind>(kind));
        curation::ExportOptions options;
        options.format = "npz";
        const fs::path out = fixture.path("out");
        curation::exportSubset(fixture.source, fixture.subset, options, out);
        const formats::NpzArchive archive(out / "train.npz");
        QCOMPARE(archive.names(), (std::vector<std::string>{"images", "labels", "indices"}));
        const auto images = archive.array("images");
        const auto samples = archive.array("indices").toInt64(), labels = archive.array("labels").toInt64();
        QCOMPARE(samples, npy<std::int64_t>(out / "keep_indices.npy"));
        const auto n = static_cast<std::int64_t>(samples.size());
        const std::vector<std::int64_t> shapes[] = {{n, 4, 5}, {n, 4, 5, 3}, {n, 3, 4, 5}, {n, 4, 5, 3}};
        QCOMPARE(images.shape(), shapes[kind]);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const auto expected = fixture.exactPixels(samples[i]);
            QVERIFY(std::equal(expected.begin(), expected.end(), images.bytes().begin() + static_cast<std::ptrdiff_t>(i * expected.size())));
            QCOMPARE(labels[i], fixture.labels()[static_cast<std::size_t>(samples[i])]);
        }
    }

    void imageFolderOfArraysIsLosslessPng() {
        for (const PictureKind kind : {PictureKind::grey, PictureKind::colour}) {
            ExportFixture fixture(kind);
            curation::ExportOptions options;
            options.format = "imagefolder";
            const fs::path out = fixture.path("out");
            const auto report = curation::exportSubset(fixture.source, fixture.subset, options, out);
            // "class/0" cannot be a folder and would sort after "class 1": all get their number.
            std::int64_t files = 0;
            for (const std::int64_t sample : npy<std::int64_t>(out / "keep_indices.npy")) {
                const auto label = fixture.labels()[static_cast<std::size_t>(sample)];
                const std::string folder = label == 0 ? "0_class_0" : "2_class 2";
                const fs::path file = out / "train" / (label == 1 ? "1_class 1" : folder) / fixture.pngName(sample);
                const auto decoded = formats::decodeImage(base::readFile(file, 1 << 20), 0, "picture");
                QCOMPARE(decoded.pixels, fixture.images().image(sample).pixels);
                ++files;
            }
            QCOMPARE(files, report.kept);
            QVERIFY(!report.notes.empty());
        }
    }

    void imageFolderOfFilesIsByteExact() {
        ExportFixture fixture(PictureKind::files);
        curation::ExportOptions options;
        options.format = "imagefolder";
        options.includePruned = true;
        const fs::path out = fixture.path("out");
        const auto report = curation::exportSubset(fixture.source, fixture.subset, options, out);
        // All files have one of two names, so nearly all clash; none is lost and each keeps its bytes.
        for (const auto& [folder, indices] : {std::pair(out / "train", "keep_indices.npy"), std::pair(out / "pruned" / "train", "pruned_indices.npy")}) {
            std::multiset<std::string> written, expected;
            for (const auto& entry : fs::recursive_directory_iterator(folder)) {
                if (entry.is_regular_file())
                    written.insert(base::sha256OfFile(entry.path()));
            }
            for (const std::int64_t sample : npy<std::int64_t>(out / indices))
                expected.insert(base::sha256OfFile(fixture.images().file(sample)));
            QVERIFY(written == expected);
        }
        QVERIFY(std::any_of(report.notes.begin(), report.notes.end(), [](const std::string& note) { return note.find("was taken") != std::string::npos; }));
    }

    void refusedExportsLeaveNothing_data() {
        QTest::addColumn<QString>("out");
        QTest::addColumn<QString>("format");
        QTest::addColumn<bool>("replace");
        QTest::addColumn<QString>("says");
        QTest::newRow("inside the data") << "data/sub/subset" << "indices" << false << "lies inside";
        QTest::newRow("the data itself") << "data" << "indices" << true << "lies inside";
        QTest::newRow("inside the run") << "run/subset" << "indices" << false << "lies inside";
        QTest::newRow("through a link") << "link/subset" << "indices" << false << "lies inside";
        QTest::newRow("around the sources") << "." << "indices" << true << "holds";
        QTest::newRow("exists") << "taken" << "indices" << false << "exists already";
        QTest::newRow("is no subset") << "taken" << "indices" << true << "no exported subset";
        QTest::newRow("unknown format") << "out" << "parquet" << false << "no export format";
        QTest::newRow("no folder") << "" << "indices" << false << "no folder";
        QTest::newRow("a file in the way") << "taken/notes.txt/out" << "indices" << false << "cannot";
    }
    void refusedExportsLeaveNothing() {
        QFETCH(QString, out);
        QFETCH(QString, format);
        QFETCH(bool, replace);
        QFETCH(QString, says);
        ExportFixture fixture;
        fs::create_directories(fixture.path("taken"));
        base::writeFileAtomically(fixture.path("taken") / "notes.txt", "mine");
        fs::create_directory_symlink(fixture.path("data"), fixture.path("link"));
        curation::ExportOptions options;
        options.format = format.toStdString();
        options.replace = replace;
        const auto before = entriesOf(fixture.path(""));
        QString message;
        try {
            curation::exportSubset(fixture.source, fixture.subset, options, out.isEmpty() ? fs::path() : fixture.path(out.toUtf8().constData()));
        } catch (const base::Error& error) {
            message = error.what();
        }
        QVERIFY2(message.contains(says), qPrintable(message));
        QCOMPARE(entriesOf(fixture.path("")), before);
    }

    void whatCannotBeWritten() {
        curation::ExportOptions options;
        const auto refused = [&](ExportFixture& fixture, const char* format) {
            options.format = format;
            try {
                curation::planExport(fixture.source, fixture.subset, options, fixture.path("out"));
            } catch (const base::Error&) {
                return !fs::exists(fixture.path("out"));
            }
            return false;
        };
        ExportFixture floats(PictureKind::floats), colour(PictureKind::colour), nothing, without, other;
        QVERIFY(refused(floats, "idx") && refused(floats, "imagefolder"));
        QVERIFY(refused(colour, "idx"));
        std::fill(nothing.subset.kept.begin(), nothing.subset.kept.end(), char{0});
        QVERIFY(refused(nothing, "indices"));
        without.source.data = nullptr;
        QVERIFY(refused(without, "npz"));
        const auto report = curation::exportSubset(without.source, without.subset, {}, without.path("out"));
        QVERIFY(!report.notes.empty());
        other.changeLabels();
        QVERIFY(refused(other, "indices"));
    }

    void replacesItsOwn() {
        ExportFixture fixture;
        curation::ExportOptions options;
        options.format = "npz";
        curation::exportSubset(fixture.source, fixture.subset, options, fixture.path("out"));
        options.format = "indices";
        options.replace = true;
        curation::exportSubset(fixture.source, fixture.subset, options, fixture.path("out"));
        QVERIFY(!fs::exists(fixture.path("out") / "train.npz"));
    }

    void cancelledMidwayLeavesNothing_data() {
        QTest::addColumn<QString>("phase");
        QTest::newRow("hashes") << "hashes";
        QTest::newRow("pictures") << "pictures";
    }
    void cancelledMidwayLeavesNothing() {
        QFETCH(QString, phase);
        ExportFixture fixture(PictureKind::files);
        const auto before = entriesOf(fixture.path(""));
        std::stop_source source;
        bool reached = false;
        base::JobContext context{source.get_token(), [&](const base::Progress& progress) {
                                     if (progress.phase == phase.toStdString()) {
                                         reached = true;
                                         source.request_stop();
                                     }
                                 }};
        curation::ExportOptions options;
        options.format = "imagefolder";
        QVERIFY_EXCEPTION_THROWN(curation::exportSubset(fixture.source, fixture.subset, options, fixture.path("out"), context), base::Cancelled);
        QVERIFY(reached);
        QCOMPARE(entriesOf(fixture.path("")), before);
    }

    void loadedAgainAndReplayed_data() {
        QTest::addColumn<int>("method");
        for (const curation::Method method : {curation::Method::heads, curation::Method::random, curation::Method::forgetting})
            QTest::newRow(curation::nameOf(method)) << static_cast<int>(method);
    }
    void loadedAgainAndReplayed() {
        QFETCH(int, method);
        ExportFixture fixture;
        fixture.pruneBy(static_cast<curation::Method>(method));
        const fs::path out = fixture.path("out");
        curation::exportSubset(fixture.source, fixture.subset, {}, out);
        const auto loaded = curation::loadSubset(out);
        QVERIFY(loaded.subset.kept == fixture.subset.kept);
        QVERIFY(loaded.source.data != nullptr);
        curation::exportSubset(loaded.source, loaded.subset, {}, fixture.path("again"));
        for (const char* file : {"keep_indices.npy", "pruned_indices.npy", "keep_mask.npy", "scores.npy", "recipe.json"})
            QCOMPARE(base::sha256OfFile(out / file), base::sha256OfFile(fixture.path("again") / file));
        QVERIFY(curation::replayRecipe(out / "recipe.json").same);
        QVERIFY(curation::replayRecipe(out).same);
    }

    void replaySaysWhatChanged() {
        ExportFixture fixture;
        const fs::path out = fixture.path("out");
        curation::exportSubset(fixture.source, fixture.subset, {}, out);
        // The same run folder now holds another kernel.
        fs::remove_all(fixture.path("run"));
        SyntheticOptions options;
        options.dataSource = "idx:" + fixture.path("data").string();
        writeSyntheticRun(fixture.path("run"), makeSyntheticRun(fixture.run->rows(), 3, 99), options);
        const auto replay = curation::replayRecipe(out / "recipe.json");
        QVERIFY(!replay.same);
        QVERIFY2(QString::fromStdString(replay.differences.front()).contains("fingerprint"), replay.differences.front().c_str());
        fs::remove_all(fixture.path("run"));
        QVERIFY_EXCEPTION_THROWN(curation::replayRecipe(out / "recipe.json"), base::IoError);
    }

    void damagedSubsetsAreRefused() {
        ExportFixture fixture;
        const fs::path out = fixture.path("out");
        QVERIFY_EXCEPTION_THROWN(curation::loadSubset(out), base::IoError);
        curation::exportSubset(fixture.source, fixture.subset, {}, out);
        const base::Json whole = base::readJsonFile(out / "recipe.json");
        for (const char* key : {"format", "formatVersion", "run", "prune", "clusters", "edits", "result", "thresholds", "data"}) {
            base::Json damaged = whole;
            damaged.erase(key);
            base::writeJsonFile(out / "recipe.json", damaged);
            QVERIFY_EXCEPTION_THROWN(curation::loadSubset(out), base::FormatError);
        }
        base::writeFileAtomically(out / "recipe.json", "{\"format\": ");
        QVERIFY_EXCEPTION_THROWN(curation::loadSubset(out), base::FormatError);
    }

    void loaderWorksInPython_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("kind");
        for (const char* format : {"indices", "npz", "idx", "imagefolder"})
            QTest::newRow(format) << format << static_cast<int>(PictureKind::grey);
        QTest::newRow("npz, colour") << "npz" << static_cast<int>(PictureKind::colour);
        QTest::newRow("npz, floats") << "npz" << static_cast<int>(PictureKind::floats);
    }
    void loaderWorksInPython() {
        QFETCH(QString, format);
        QFETCH(int, kind);
        const char* named = std::getenv("LPNTK_TEST_PYTHON");
        const QString python = named ? named : "python3";
        if (QProcess::execute(python, {"-c", format == "imagefolder" ? "import numpy, torch, PIL" : "import numpy, torch"}) != 0)
            QSKIP("python3 has no numpy and torch (and for imagefolder Pillow); LPNTK_TEST_PYTHON names another one");
        ExportFixture fixture(static_cast<PictureKind>(kind));
        curation::ExportOptions options;
        options.format = format.toStdString();
        const fs::path out = fixture.path("out");
        const auto report = curation::exportSubset(fixture.source, fixture.subset, options, out);
        const QString call = format == "indices" ? "load_subset(list(range(100000)))" : "load_subset()";
        const QString script = "from load_subset import load_subset; s = " + call +
                               "; print(len(s), s[1]" + (format == "indices" ? ")" : "[0].dtype, tuple(s[1][0].shape), float(s[1][0].max()) <= 1)");
        QProcess process;
        process.setWorkingDirectory(QString::fromStdString(out.string()));
        process.setProcessEnvironment([] { auto e = QProcessEnvironment::systemEnvironment(); e.insert("PYTHONDONTWRITEBYTECODE", "1"); return e; }());
        process.start(python, {"-W", "error", "-c", script});
        QVERIFY(process.waitForFinished(120000));
        const QString printed = process.readAllStandardOutput().trimmed();
        QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
        const QString shape = kind == static_cast<int>(PictureKind::grey) ? "(1, 4, 5)" : "(3, 4, 5)";
        const auto keep = npy<std::int64_t>(out / "keep_indices.npy");
        QCOMPARE(printed, format == "indices" ? QString("%1 %2").arg(report.kept).arg(keep[1])
                                              : QString("%1 torch.float32 %2 True").arg(report.kept).arg(shape));
    }

private:
    static void pictureKinds() {
        QTest::addColumn<int>("kind");
        QTest::newRow("grey") << static_cast<int>(PictureKind::grey);
        QTest::newRow("colour") << static_cast<int>(PictureKind::colour);
        QTest::newRow("floats") << static_cast<int>(PictureKind::floats);
        QTest::newRow("files") << static_cast<int>(PictureKind::files);
    }

    static void checkManifest(const ExportFixture& fixture, const fs::path& out) {
        const auto table = formats::readCsv(out / "manifest.csv");
        QCOMPARE(formats::csvLine(table.header),
                 std::string("index,path,label,label_name,split,kept,reason,cluster,is_head,head_index,kappa_self,kappa_to_head,"
                             "relation_to_head,most_contradictory,mean_kappa_class,edits,tags,sha256\n"));
        QCOMPARE(static_cast<std::int64_t>(table.rows.size()), fixture.images().count());
        for (std::size_t sample = 0; sample < table.rows.size(); ++sample) {
            const auto cell = [&](const char* name) { return table.rows[sample][*table.column(name)]; };
            const RowId row = fixture.run->rowFromSample(SampleId(static_cast<std::int64_t>(sample)));
            QCOMPARE(cell("index"), std::to_string(sample));
            QCOMPARE(cell("label"), std::to_string(fixture.labels()[sample]));
            if (!row.isValid()) {
                QCOMPARE(cell("reason"), std::string("not in run"));
                QCOMPARE(cell("kept"), std::string("false"));
                continue;
            }
            const auto at = static_cast<std::size_t>(row.value());
            QCOMPARE(cell("kept"), std::string(fixture.subset.kept[at] ? "true" : "false"));
            QCOMPARE(cell("reason"), std::string(curation::nameOf(fixture.subset.reason[at])));
            QCOMPARE(std::stof(cell("kappa_self")), fixture.run->kappa(row, row));
            const RowId head = fixture.run->rowFromSample(SampleId(std::stoll(cell("head_index"))));
            QCOMPARE(std::stof(cell("kappa_to_head")), fixture.run->kappa(row, head));
            QCOMPARE(cell("is_head"), std::string(head == row ? "true" : "false"));
            base::Sha256 hash;
            hash.add(fixture.images().bytes(static_cast<std::int64_t>(sample)));
            QCOMPARE(cell("sha256"), hash.hex());
        }
    }
};

QTEST_GUILESS_MAIN(TestExport)
#include "test_export.moc"
