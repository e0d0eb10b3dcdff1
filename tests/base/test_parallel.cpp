#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/base/parallel.h>
#include <core/base/text.h>

#include <QTest>

#include <atomic>
#include <barrier>
#include <limits>
#include <set>
#include <stop_token>
#include <thread>
#include <vector>

using namespace lpntk;

class TestParallel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyIndexOnce() {
        for (int threads : {1, 2, 5}) {
            std::vector<std::atomic<int>> seen(1000);
            base::parallelFor(1000, threads, {}, [&](std::int64_t index, int worker) {
                QVERIFY(worker >= 0 && worker < threads);
                ++seen[static_cast<std::size_t>(index)];
            });
            for (const auto& count : seen)
                QCOMPARE(count.load(), 1);
        }
        base::parallelFor(0, 2, {}, [](std::int64_t, int) { QFAIL("nothing to do"); });
    }

    // Two indices meet at a barrier: passes only when two threads really work at the same time.
    void workersRunSideBySide() {
        std::barrier meeting(2);
        std::set<std::thread::id> threads;
        std::mutex mutex;
        base::parallelFor(2, 2, {}, [&](std::int64_t, int) {
            meeting.arrive_and_wait();
            const std::lock_guard lock(mutex);
            threads.insert(std::this_thread::get_id());
        });
        QCOMPARE(threads.size(), std::size_t{2});
    }

    void firstExceptionComesBackAndStopsTheRest() {
        std::atomic<int> calls = 0;
        QVERIFY_EXCEPTION_THROWN(base::parallelFor(1'000'000, 2, {},
                                                   [&](std::int64_t index, int) {
                                                       ++calls;
                                                       if (index == 3)
                                                           throw base::ShapeError("three");
                                                   }),
                                 base::ShapeError);
        QVERIFY(calls < 1'000'000);
    }

    void stopRequestIsCancelled() {
        std::stop_source stop;
        base::JobContext context{stop.get_token(), {}};
        std::atomic<int> calls = 0;
        QVERIFY_EXCEPTION_THROWN(base::parallelFor(1'000'000, 2, context,
                                                   [&](std::int64_t, int) {
                                                       if (++calls == 10)
                                                           stop.request_stop();
                                                   }),
                                 base::Cancelled);
        QVERIFY(calls < 1000);
    }

    // Workers that call nothing themselves are held between two indices.
    void pauseHoldsAllWorkers() {
        std::stop_source stop;
        base::JobContext context{stop.get_token(), {}, std::make_shared<base::PauseGate>()};
        std::atomic<int> calls = 0;
        context.pause->pause();
        std::jthread job([&] { base::parallelFor(100, 2, context, [&](std::int64_t, int) { ++calls; }); });
        QTRY_COMPARE(context.pause->waiting(), 2);
        QCOMPARE(calls.load(), 0);
        context.pause->resume();
        job.join();
        QCOMPARE(calls.load(), 100);
        QCOMPARE(context.pause->waiting(), 0);
    }

    void pausedWorkersAreCancelled() {
        std::stop_source stop;
        base::JobContext context{stop.get_token(), {}, std::make_shared<base::PauseGate>()};
        std::atomic<bool> cancelled = false;
        context.pause->pause();
        std::jthread job([&] {
            try {
                base::parallelFor(100, 2, context, [](std::int64_t, int) {});
            } catch (const base::Cancelled&) {
                cancelled = true;
            }
        });
        QTRY_COMPARE(context.pause->waiting(), 2);
        stop.request_stop();
        job.join();
        QVERIFY(cancelled);
        QVERIFY(context.pause->isPaused());
    }

    void sizesAreParsed_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("bytes");
        QTest::newRow("bytes") << "4096" << qint64{4096};
        QTest::newRow("kilo") << "2K" << qint64{2048};
        QTest::newRow("mega") << "512M" << qint64{512} * 1048576;
        QTest::newRow("fraction") << "1.5g" << qint64{1536} * 1048576;
        QTest::newRow("with B") << "4GB" << qint64{4} * 1073741824;
    }
    void sizesAreParsed() {
        QFETCH(QString, text);
        QFETCH(qint64, bytes);
        QCOMPARE(base::parseBytes(text.toStdString()), std::int64_t{bytes});
    }

    void nonsenseSizesAreRefused() {
        for (const char* text : {"", "G", "-1G", "4X", "4 G", "nan", "1e40", "0", "inf", "4GG"})
            QVERIFY2(([&] {
                         try {
                             base::parseBytes(text);
                             return false;
                         } catch (const base::OptionError&) {
                             return true;
                         }
                     })(),
                     text);
    }

    void numbersAsText() {
        QCOMPARE(base::formatCount(0), std::string("0"));
        QCOMPARE(base::formatCount(999), std::string("999"));
        QCOMPARE(base::formatCount(60000), std::string("60,000"));
        QCOMPARE(base::formatCount(-1234567), std::string("-1,234,567"));
        QCOMPARE(base::formatBytes(1536), std::string("1.5 KB"));
        QCOMPARE(base::formatBytes(4294967296.0), std::string("4.0 GB"));
        QCOMPARE(base::formatDuration(337), std::string("5 min 37 s"));
        QCOMPARE(base::formatDuration(0.42), std::string("0.4 s"));
        QCOMPARE(base::formatDuration(7380), std::string("2 h 03 min"));
        QCOMPARE(base::formatDuration(std::numeric_limits<double>::infinity()), std::string("unknown"));
    }

    void overflowingSizesAreErrors() {
        QCOMPARE(base::checkedProduct({3, 4, 5}, "x"), std::int64_t{60});
        QVERIFY_EXCEPTION_THROWN(base::checkedProduct({INT64_MAX, 2}, "x"), base::FormatError);
        QVERIFY_EXCEPTION_THROWN(base::checkedProduct({-1, 2}, "x"), base::FormatError);
        QVERIFY_EXCEPTION_THROWN(base::checkedSum(INT64_MAX, 1, "x"), base::FormatError);
    }
};

QTEST_GUILESS_MAIN(TestParallel)
#include "test_parallel.moc"
