#include "fake_source.h"

#include <core/base/error.h>
#include <core/kernel/layout.h>
#include <core/kernel/planner.h>
#include <core/kernel/state.h>
#include <core/run/run.h>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <set>

using namespace lpntk;
using tests::FakeJob;

namespace {

run::KernelPlan planOf(std::vector<run::RowRange> blocks, int tile) {
    run::KernelPlan plan;
    plan.rows = blocks.back().end;
    plan.classes = static_cast<int>(blocks.size());
    plan.blocks = std::move(blocks);
    plan.tile = tile;
    return plan;
}

/// One label per block.
std::vector<std::int64_t> labelsOf(const run::KernelPlan& plan) {
    std::vector<std::int64_t> labels;
    for (std::size_t block = 0; block < plan.blocks.size(); ++block)
        labels.insert(labels.end(), static_cast<std::size_t>(plan.blocks[block].size()), static_cast<std::int64_t>(block));
    return labels;
}

} // namespace

class TestPlan : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tilesAreNumberedAsTheyStand() {
        const run::KernelPlan plan = planOf({{0, 100}, {100, 101}, {101, 165}}, 32);
        const kernel::Layout layout(plan, labelsOf(plan));
        QCOMPARE(static_cast<std::int64_t>(layout.tiles().size()), plan.tiles());
        for (std::size_t i = 0; i < layout.tiles().size(); ++i)
            QCOMPARE(layout.tileNumber(layout.tiles()[i].row, layout.tiles()[i].column), static_cast<std::int64_t>(i));
        QCOMPARE(layout.largestSide(), std::int64_t{32});
    }

    void stepsCoverEveryTileOnceWithinTheirPanel() {
        const run::KernelPlan plan = planOf({{0, 300}, {300, 320}, {320, 340}, {340, 500}}, 32);
        const kernel::Layout layout(plan, labelsOf(plan));
        for (const std::int64_t panel : {32, 64, 100, 160, 300, 500}) {
            std::multiset<std::int64_t> seen;
            for (const kernel::Step& step : kernel::stepsOf(layout, panel)) {
                std::int64_t held = 0;
                for (const int row : step.resident)
                    held += layout.tileRow(row).rows.size();
                QVERIFY(held <= std::max<std::int64_t>(panel, 32) + 32);
                for (const std::int64_t tile : step.tiles) {
                    seen.insert(tile);
                    const auto has = [&](int row) {
                        return std::find(step.resident.begin(), step.resident.end(), row) != step.resident.end();
                    };
                    QVERIFY(has(layout.tile(tile).row) && has(layout.tile(tile).column));
                }
            }
            QCOMPARE(seen.size(), layout.tiles().size());
            QCOMPARE(std::set<std::int64_t>(seen.begin(), seen.end()).size(), layout.tiles().size());
        }
    }

    void neighbourKeysOrderByValueThenRow() {
        QVERIFY(kernel::neighbourKey(2.0f, 5) > kernel::neighbourKey(1.0f, 0));
        QVERIFY(kernel::neighbourKey(-1.0f, 5) > kernel::neighbourKey(-2.0f, 0));
        QVERIFY(kernel::neighbourKey(0.5f, 3) > kernel::neighbourKey(0.5f, 4));
        QCOMPARE(kernel::neighbourKey(-0.0f, 3), kernel::neighbourKey(0.0f, 3));
        QVERIFY(kernel::neighbourKey(-1e30f, 2000000000) > 0);
        for (const float value : {-3.5f, -1e-20f, 0.0f, 7.25f}) {
            QCOMPARE(kernel::valueOf(kernel::neighbourKey(value, 12)), value);
            QCOMPARE(kernel::rowOf(kernel::neighbourKey(value, 12)), 12);
        }
    }

    void threadsDoNotChangeWhatDecidesTheBits() {
        const tests::FakeSource source(10, false), reference(10, true);
        FakeJob fake;
        fake.rows = 3000;
        base::Json first;
        for (const int threads : {1, 2, 7}) {
            fake.options.threads = threads;
            base::Json json = toJson(tests::makeFakeJob(fake, source, reference).manifest.plan);
            json.erase("prediction");
            if (first.is_null())
                first = json;
            QCOMPARE(json.dump(), first.dump());
        }
    }

    void storeFollowsTheNumberOfRows() {
        const tests::FakeSource source(10, false), reference(10, true);
        FakeJob fake;
        fake.rows = 20000;
        QCOMPARE(tests::makeFakeJob(fake, source, reference).manifest.plan.store, run::StoreType::f32);
        fake.rows = 20001;
        QCOMPARE(tests::makeFakeJob(fake, source, reference).manifest.plan.store, run::StoreType::f16);
    }

    void theAuditFitsToo() {
        // Two rows of a hundred million numbers: 0.8 GB while tiles are computed, 1.6 GB in the float64 of the audit.
        class Wide : public tests::FakeSource {
        public:
            Wide() : FakeSource(10, false) {}
            const std::vector<gradient::SignalLayer>& layers() const override { return m_wide; }

        private:
            std::vector<gradient::SignalLayer> m_wide{{"conv", "conv2d", false, 100'000'000, 100'000'000, 0}};
        };
        const Wide source;
        const tests::FakeSource reference(10, true);
        FakeJob fake;
        fake.rows = 2;
        fake.options.memoryBytes = std::int64_t{1500} << 20;
        const std::string problem = tests::failureOf([&] { tests::makeFakeJob(fake, source, reference); });
        QVERIFY2(problem.find("at least --memory ") != std::string::npos, problem.c_str());
        fake.options.memoryBytes = std::int64_t{2000} << 20;
        QCOMPARE(tests::failureOf([&] { tests::makeFakeJob(fake, source, reference); }), std::string());
    }

    void aBudgetThatCannotWorkSaysWhatWould() {
        const tests::FakeSource source(10, false), reference(10, true);
        FakeJob fake;
        fake.rows = 2000;
        fake.options.memoryBytes = std::int64_t{8} << 20;
        const std::string problem = tests::failureOf([&] { tests::makeFakeJob(fake, source, reference); });
        QVERIFY2(problem.find("at least --memory ") != std::string::npos, problem.c_str());
        const std::size_t begin = problem.find("at least --memory ") + 18;
        fake.options.memoryBytes = std::stoll(problem.substr(begin)) << 20;
        QCOMPARE(tests::failureOf([&] { tests::makeFakeJob(fake, source, reference); }), std::string());
    }
};

QTEST_GUILESS_MAIN(TestPlan)
#include "test_plan.moc"
