#include <core/base/error.h>
#include <core/base/files.h>
#include <core/formats/half.h>
#include <core/formats/npy.h>
#include <core/run/run.h>

#include <helpers/synthetic_run.h>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <functional>
#include <numeric>

using namespace lpntk;
namespace fs = std::filesystem;

namespace {

std::string failureOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const base::Error& problem) {
        return problem.what();
    }
    return {};
}

} // namespace

class TestRun : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        m_synthetic = tests::makeSyntheticRun(300, 5);
        tests::writeSyntheticRun(path("full"), m_synthetic);
        tests::SyntheticOptions options;
        options.store = run::StoreType::f16;
        tests::writeSyntheticRun(path("half"), m_synthetic, options);
        options.blocks = run::Blocks::classes;
        options.store = run::StoreType::f32;
        tests::writeSyntheticRun(path("classes"), m_synthetic, options);
    }

    void histogramBinsHoldTheirEdges() {
        QCOMPARE(run::histogramBin(0.0f), 200);
        QCOMPARE(run::histogramBin(-0.0f), 200);
        QCOMPARE(run::histogramBin(1.0f), 399);
        QCOMPARE(run::histogramBin(-1.0f), 0);
        for (int b = 1; b < 200; ++b) {
            const auto edge = static_cast<float>(b / 200.0);
            QCOMPARE(run::histogramBin(edge), 200 + b);
            QCOMPARE(run::histogramBin(std::nextafter(edge, 0.0f)), 199 + b);
            QCOMPARE(run::histogramBin(-edge), 199 - b);
            QCOMPARE(run::histogramBin(-std::nextafter(edge, 0.0f)), 200 - b);
        }
    }

    void fullRunReadsBackEveryValue() {
        const auto run = run::Run::open(path("full"));
        QCOMPARE(run->rows(), m_synthetic.rows);
        QVERIFY(run->hasFull());
        std::vector<float> row(static_cast<std::size_t>(run->rows()));
        for (std::int64_t i = 0; i < run->rows(); ++i) {
            run->kappaRow(base::RowId(i), {0, run->rows()}, row);
            for (std::int64_t j = 0; j < run->rows(); ++j)
                QCOMPARE(row[static_cast<std::size_t>(j)], m_synthetic.at(i, j));
            QCOMPARE(run->cosine(base::RowId(i), base::RowId(i)), 1.0f);
        }
        QCOMPARE(run->kappa(base::RowId(7), base::RowId(299)), m_synthetic.at(7, 299));
        std::vector<float> part(10);
        run->kappaRow(base::RowId(3), {100, 110}, part);
        QCOMPARE(part[9], m_synthetic.at(3, 109));
    }

    void halfRunIsCloseAndConsistent() {
        const auto run = run::Run::open(path("half"));
        for (std::int64_t j = 0; j < run->rows(); j += 7) {
            const float exact = run::cosineOf(m_synthetic.at(5, j), run->norms()[5], run->norms()[static_cast<std::size_t>(j)]);
            const float cosine = run->cosine(base::RowId(5), base::RowId(j));
            QVERIFY(std::fabs(cosine - exact) <= 5e-4f);
            QCOMPARE(cosine, run->cosine(base::RowId(j), base::RowId(5)));
            QVERIFY(std::fabs(run->kappa(base::RowId(5), base::RowId(j)) - m_synthetic.at(5, j)) <=
                    5e-4f * run->norms()[5] * run->norms()[static_cast<std::size_t>(j)]);
        }
    }

    void classRunHasItsBlocksOnly() {
        const auto run = run::Run::open(path("classes"));
        QVERIFY(!run->hasFull());
        QVERIFY(run->levels().empty());
        const run::RowRange second = run->classRange(1);
        const base::RowId inside(second.begin), outside(second.end);
        QVERIFY(run->has(inside, inside) && !run->has(inside, outside));
        QVERIFY(std::isnan(run->kappa(inside, outside)) && std::isnan(run->cosine(outside, inside)));
        std::vector<float> row(static_cast<std::size_t>(run->rows()));
        run->kappaRow(inside, {0, run->rows()}, row);
        for (std::int64_t j = 0; j < run->rows(); ++j) {
            if (second.contains(j))
                QCOMPARE(row[static_cast<std::size_t>(j)], m_synthetic.at(inside.value(), j));
            else
                QVERIFY(std::isnan(row[static_cast<std::size_t>(j)]));
        }
        run->kappaRow(inside, {0, second.begin}, std::span(row).first(static_cast<std::size_t>(second.begin)));
        QVERIFY(std::isnan(row[0]));
    }

    void idsMapBothWays() {
        const auto run = run::Run::open(path("full"));
        for (std::int64_t row = 0; row < run->rows(); ++row) {
            const base::SampleId sample = run->sampleFromRow(base::RowId(row));
            QCOMPARE(run->rowFromSample(sample), base::RowId(row));
            QVERIFY(run->classRange(run->labelOf(base::RowId(row))).contains(row));
        }
        QVERIFY(!run->rowFromSample(base::SampleId(0)).isValid()); // samples are 3 n + 1
        QVERIFY(!run->rowFromSample(base::SampleId()).isValid());
        QVERIFY(!run->sampleFromRow(base::RowId(run->rows())).isValid());
    }

    void statisticsAgreeWithEachOther() {
        const auto run = run::Run::open(path("full"));
        const std::int64_t n = run->rows();
        QCOMPARE(std::accumulate(run->histogram().begin(), run->histogram().end(), std::int64_t{0}), n * (n - 1) / 2);
        QVERIFY(std::any_of(run->selfMax().begin(), run->selfMax().end(), [](auto row) { return row >= 0; }));
        for (std::int64_t i = 0; i < n; i += 13) {
            const auto values = run->topValue(base::RowId(i));
            QVERIFY(std::is_sorted(values.rbegin(), values.rend()));
            QCOMPARE(run->kappa(base::RowId(i), base::RowId(run->topIndex(base::RowId(i))[0])), values[0]);
        }
    }

    void pyramidCells() {
        const auto run = run::Run::open(path("full"));
        QCOMPARE(run->levels(), (std::vector<int>{3, 4, 5, 6, 7, 8, 9}));
        QCOMPARE(run->cells(9), std::int64_t{1});
        std::vector<float> mean(4), least(4), most(4), values(64);
        run->cells(3, run::CellStatistic::mean, {10, 12}, {20, 22}, mean);
        run->cells(3, run::CellStatistic::minimum, {10, 12}, {20, 22}, least);
        run->cells(3, run::CellStatistic::maximum, {10, 12}, {20, 22}, most);
        run->cells(0, run::CellStatistic::mean, {80, 88}, {168, 176}, values);
        QVERIFY(std::fabs(mean[1] - std::accumulate(values.begin(), values.end(), 0.0) / 64) < 1e-3);
        QVERIFY(std::fabs(least[1] - *std::min_element(values.begin(), values.end())) < 1e-3);
        QVERIFY(std::fabs(most[1] - *std::max_element(values.begin(), values.end())) < 1e-3);
        QVERIFY(!failureOf([&] { run->cells(1, run::CellStatistic::mean, {0, 1}, {0, 1}, mean); }).empty());
    }

    void damagedFoldersGiveSentences() {
        const std::vector<std::string> names = {"kernel.npy",    "norms.npy",     "samples.npy",       "labels.npy",
                                                "top_index.npy", "top_value.npy", "bottom_index.npy",  "bottom_value.npy",
                                                "row_sum.npy",   "class_sum.npy", "class_pair.npy",    "histogram.npy",
                                                "self_max.npy",  "manifest.json", "probabilities.npy", "class_histogram.npy",
                                                "pyramid/level_3.npy"};
        for (const std::string& name : names) {
            const fs::path copy = path("copy");
            fs::remove_all(copy);
            fs::copy(path("full"), copy, fs::copy_options::recursive);
            const auto size = static_cast<std::int64_t>(fs::file_size(copy / name));
            for (const std::int64_t length : {size - 3, size / 2, std::int64_t{9}, std::int64_t{0}}) {
                base::File::openWrite(copy / name).resize(length);
                const std::string problem = failureOf([&] { run::Run::open(copy); });
                QVERIFY2(problem.find(name.substr(name.find('/') + 1)) != std::string::npos, (name + ": " + problem).c_str());
            }
            fs::remove(copy / name);
            QVERIFY2(!failureOf([&] { run::Run::open(copy); }).empty(), name.c_str());
        }
    }

    void contradictingFilesGiveSentences() {
        const auto refused = [&](const std::function<void(const fs::path&)>& damage) {
            const fs::path copy = path("copy");
            fs::remove_all(copy);
            fs::copy(path("full"), copy, fs::copy_options::recursive);
            damage(copy);
            return !failureOf([&] { run::Run::open(copy); }).empty();
        };
        std::vector<std::int64_t> labels = m_synthetic.labels, samples = m_synthetic.samples;
        labels[0] = 99;
        QVERIFY(refused([&](const fs::path& copy) { formats::writeNpy(copy / "labels.npy", labels); }));
        std::swap(samples[0], samples[1]);
        QVERIFY(refused([&](const fs::path& copy) { formats::writeNpy(copy / "samples.npy", samples); }));
        QVERIFY(refused([&](const fs::path& copy) {
            formats::writeNpy(copy / "self_max.npy", std::vector<std::int32_t>(static_cast<std::size_t>(m_synthetic.rows), 300));
        }));
        QVERIFY(refused([](const fs::path& copy) {
            run::Manifest manifest = run::readManifest(copy);
            manifest.plan.store = run::StoreType::f16;
            run::writeManifest(copy, manifest);
        }));
        const std::string unfinished = failureOf([&] {
            run::Manifest manifest = run::readManifest(path("copy"));
            manifest.plan.store = run::StoreType::f32;
            manifest.state = "running";
            run::writeManifest(path("copy"), manifest);
            run::Run::open(path("copy"));
        });
        QVERIFY(unfinished.find("--resume") != std::string::npos);
    }

    void manifestSurvivesJson() {
        run::Manifest manifest = run::readManifest(path("classes"));
        manifest.plan.layers = {{"conv1", "conv2d", "explicit", 156, 156, 156}, {"fc", "linear", "implicit", 100, 30, 30}};
        manifest.plan.panelRows = 77;
        manifest.timings["signals"] = 1.5;
        const base::Json json = toJson(manifest);
        QVERIFY(!json["plan"].contains("prediction"));
        const run::Manifest back = run::manifestFromJson(json, "test");
        QCOMPARE(toJson(back).dump(), json.dump());
        QCOMPARE(back.plan.panelRows, std::int64_t{77});
        QCOMPARE(back.plan.macsPerPair(), std::int64_t{186});
        for (const auto& [key, value] : json.items()) {
            base::Json missing = json;
            missing.erase(key);
            QVERIFY2(!failureOf([&] { run::manifestFromJson(missing, "test"); }).empty(), key.c_str());
        }
    }

    void optionsThatCannotWork() {
        const auto refused = [](const std::function<void(run::KernelOptions&)>& change) {
            run::KernelOptions options;
            change(options);
            return !failureOf([&] { options.check(); }).empty();
        };
        QVERIFY(!refused([](auto&) {}));
        QVERIFY(refused([](auto& o) { o.limit = -1; }));
        QVERIFY(refused([](auto& o) { o.limit = 5, o.perClass = 5; }));
        QVERIFY(refused([](auto& o) { o.indices = {1, 2, 1}; }));
        QVERIFY(refused([](auto& o) { o.indices = {-1}; }));
        QVERIFY(refused([](auto& o) { o.store = "f8"; }));
        QVERIFY(refused([](auto& o) { o.precision = run::Precision::fp16; }));
        QVERIFY(refused([](auto& o) { o.device = "gpu"; }));
        QVERIFY(refused([](auto& o) { o.device = "cpu,cuda"; }));
        QVERIFY(refused([](auto& o) { o.device = "cuda:0,cuda:0"; }));
        QVERIFY(refused([](auto& o) { o.device = "cuda:0,"; }));
        QVERIFY(!refused([](auto& o) { o.device = "cuda:0,cuda:2"; }));
        QVERIFY(!refused([](auto& o) { o.device = "cuda:0", o.precision = run::Precision::fp16x3; }));
        QVERIFY(refused([](auto& o) { o.top = 0; }));
        QVERIFY(refused([](auto& o) { o.memoryBytes = 0; }));
        QVERIFY(failureOf([] { run::kernelKindFromName("ntk"); }).find("lpntk, pntk, loss") != std::string::npos);
    }

private:
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }

    QTemporaryDir m_folder;
    tests::SyntheticRun m_synthetic;
};

QTEST_GUILESS_MAIN(TestRun)
#include "test_run.moc"
