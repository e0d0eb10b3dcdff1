#include <widgets/models/job_runner.h>

#include <QSignalSpy>
#include <QtTest>

#include <algorithm>
#include <atomic>
#include <latch>
#include <semaphore>
#include <thread>

using namespace lpntk;
using namespace lpntk::models;

namespace {

/// A job that runs until it is cancelled.
int untilCancelled(const base::JobContext& context, std::latch& started) {
    started.count_down();
    while (true) {
        context.throwIfCancelled();
        std::this_thread::yield();
    }
}

} // namespace

class TestJobs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void resultsComeToTheWindowsThread() {
        JobRunner runner;
        QSignalSpy finished(&runner, &JobRunner::finished);
        QSignalSpy listed(&runner, &JobRunner::jobsChanged);
        std::thread::id worker, receiverThread;
        int result = 0;
        const Ticket ticket = runner.start<int>(
            "Add", true, this,
            [&](const base::JobContext&) {
                worker = std::this_thread::get_id();
                return 42;
            },
            [&](int value) {
                receiverThread = std::this_thread::get_id();
                result = value;
            });
        QVERIFY(runner.isRunning(ticket));
        QCOMPARE(runner.jobs().size(), std::size_t(1));
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(result, 42);
        QVERIFY(worker != std::this_thread::get_id());
        QVERIFY(receiverThread == std::this_thread::get_id());
        QVERIFY(!runner.isRunning(ticket) && runner.jobs().empty() && runner.running() == 0);
        QCOMPARE(listed.count(), 2);
    }

    void failuresArriveAsSentences() {
        JobRunner runner;
        QSignalSpy failed(&runner, &JobRunner::failed);
        bool delivered = false;
        runner.start<int>(
            "Read", true, this, [](const base::JobContext&) -> int { throw base::FormatError("\"a.npy\" is too short"); }, [&](int) { delivered = true; });
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(failed[0][2].toString(), QStringLiteral("\"a.npy\" is too short"));
        QString sentence;
        runner.start<int>(
            "Big", true, this, [](const base::JobContext&) -> int { throw std::bad_alloc(); }, [&](int) { delivered = true; },
            [&](const QString& text) { sentence = text; });
        QTRY_VERIFY(sentence.contains("memory"));
        QCOMPARE(failed.count(), 1); // the own slot instead of the signal
        runner.start<int>("Odd", true, this, [](const base::JobContext&) -> int { throw 3; }, {});
        QTRY_COMPARE(failed.count(), 2);
        QVERIFY(!delivered);
    }

    void cancelDropsTheResult() {
        JobRunner runner;
        QSignalSpy cancelled(&runner, &JobRunner::cancelled);
        std::latch started(1);
        bool delivered = false;
        const Ticket ticket = runner.start<int>(
            "Loop", true, this, [&](const base::JobContext& context) { return untilCancelled(context, started); }, [&](int) { delivered = true; });
        started.wait();
        runner.cancel(ticket);
        QVERIFY(runner.jobs().at(0).cancelling);
        QTRY_COMPARE(cancelled.count(), 1);
        QVERIFY(!delivered);
    }

    void resultsOfJobsThatMissTheStopAreDroppedToo() {
        JobRunner runner;
        QSignalSpy cancelled(&runner, &JobRunner::cancelled);
        std::binary_semaphore go(0);
        bool delivered = false;
        const Ticket ticket = runner.start<int>(
            "Deaf", false, this,
            [&](const base::JobContext&) {
                go.acquire();
                return 1;
            },
            [&](int) { delivered = true; });
        runner.cancel(ticket);
        go.release();
        QTRY_COMPARE(cancelled.count(), 1);
        QVERIFY(!delivered);
    }

    void queuedJobsGoOneByOne() {
        JobRunner runner;
        QSignalSpy ended(&runner, &JobRunner::ended);
        std::binary_semaphore first(0);
        std::vector<int> order;
        const auto take = [&](int value) { order.push_back(value); };
        runner.queue<int>(
            "First", this,
            [&](const base::JobContext&) {
                first.acquire();
                return 1;
            },
            take);
        const Ticket second = runner.queue<int>(
            "Second", this, [](const base::JobContext&) { return 2; }, take);
        const Ticket third = runner.queue<int>(
            "Third", this, [](const base::JobContext&) { return 3; }, take);
        // Others do not wait, and a queued one that waits can be cancelled but not paused.
        runner.start<int>(
            "Quick", false, this, [](const base::JobContext&) { return 4; }, take);
        QTRY_COMPARE(order.size(), std::size_t(1));
        QVERIFY(!runner.info(1)->waiting && runner.info(second)->waiting && runner.info(third)->waiting);
        runner.pause(third);
        QVERIFY(!runner.info(third)->paused);
        QSignalSpy cancelled(&runner, &JobRunner::cancelled);
        runner.cancel(second);
        QTRY_COMPARE(cancelled.count(), 1);
        QVERIFY(runner.info(third)->waiting);
        first.release();
        QTRY_COMPARE(ended.count(), 3);
        QCOMPARE(order, (std::vector<int>{4, 1, 3}));
    }

    void laterQuestionsSupersede() {
        JobRunner runner;
        QObject view, other;
        std::binary_semaphore first(0);
        std::vector<int> answers;
        const auto answer = [&](int value) { answers.push_back(value); };
        runner.ask<int>(
            "row", &view,
            [&](const base::JobContext&) {
                first.acquire(); // ends after the second one
                return 1;
            },
            answer);
        runner.ask<int>("row", &other, [](const base::JobContext&) { return 10; }, answer);
        runner.ask<int>("row", &view, [](const base::JobContext&) { return 2; }, answer);
        QTRY_COMPARE(runner.running(), 1);
        first.release();
        QTRY_COMPARE(runner.running(), 0);
        std::sort(answers.begin(), answers.end());
        QVERIFY((answers == std::vector{2, 10}));
    }

    void goneReceiversGetNothing() {
        JobRunner runner;
        std::latch started(1);
        bool delivered = false;
        {
            QObject view;
            runner.start<int>("Loop", true, &view, [&](const base::JobContext& context) { return untilCancelled(context, started); },
                              [&](int) { delivered = true; });
            started.wait();
        }
        QTRY_COMPARE(runner.running(), 0); // cancelled with the view
        QVERIFY(!delivered);
    }

    void progressIsReportedAtMostThirtyTimesASecond() {
        JobRunner runner;
        QSignalSpy progress(&runner, &JobRunner::progressChanged);
        std::atomic<bool> enough = false;
        const Ticket ticket = runner.start<int>(
            "Tiles", true, this,
            [&](const base::JobContext& context) {
                double done = 0;
                while (!enough)
                    context.progress("tiles", ++done, 1e12, "tiles");
                return 0;
            },
            {});
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY(progress.count() >= 5);
        QVERIFY(progress.count() <= static_cast<int>(timer.elapsed() / 30) + 2);
        const auto info = runner.info(ticket);
        QVERIFY(info && info->progress.done > 0 && info->rate > 0 && info->secondsLeft > 0);
        QCOMPARE(info->progress.unit, std::string("tiles"));
        enough = true;
        QTRY_COMPARE(runner.running(), 0);
        QVERIFY(!runner.info(ticket));
    }

    void pauseHoldsTheJobUntilItIsResumed() {
        JobRunner runner;
        QSignalSpy listed(&runner, &JobRunner::jobsChanged);
        QSignalSpy finished(&runner, &JobRunner::finished);
        std::atomic<int> turns = 0;
        std::atomic<bool> enough = false;
        std::latch started(1);
        const Ticket ticket = runner.start<int>(
            "Tiles", true, this,
            [&](const base::JobContext& context) {
                started.count_down();
                while (!enough) {
                    context.progress("tiles", ++turns, 1e12, "tiles");
                    context.throwIfCancelled();
                }
                return 0;
            },
            {});
        started.wait();
        QTRY_VERIFY(runner.info(ticket)->rate > 0);
        QVERIFY(!runner.info(ticket)->paused);
        runner.pause(ticket);
        runner.pause(ticket); // twice is once
        QVERIFY(runner.info(ticket)->paused);
        QCOMPARE(listed.count(), 2); // started, paused
        QTRY_VERIFY(runner.info(ticket)->held);
        const int before = turns;
        const double seconds = runner.info(ticket)->seconds;
        QVERIFY(runner.info(ticket)->secondsLeft > 0);
        // Another job's whole life passes meanwhile.
        runner.start<int>("Other", false, this, [](const base::JobContext&) { return 1; }, {});
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(turns.load(), before);
        QCOMPARE(runner.info(ticket)->seconds, seconds); // a pause is not working time
        enough = true;
        QVERIFY(runner.isRunning(ticket));
        runner.resume(ticket);
        QTRY_COMPARE(finished.count(), 2);
        runner.resume(ticket); // of a job that is over: nothing
        QVERIFY(!runner.isRunning(ticket));
    }

    void aPausedJobIsCancelledAtOnce() {
        JobRunner runner;
        QSignalSpy cancelled(&runner, &JobRunner::cancelled);
        std::latch started(1);
        const Ticket ticket = runner.start<int>(
            "Loop", true, this, [&](const base::JobContext& context) { return untilCancelled(context, started); }, {});
        started.wait();
        runner.pause(ticket);
        QTRY_VERIFY(runner.info(ticket)->held);
        runner.cancel(ticket);
        QVERIFY(runner.info(ticket)->cancelling && !runner.info(ticket)->paused);
        runner.pause(ticket); // too late
        QTRY_COMPARE(cancelled.count(), 1);
    }

    void destructorWakesAPausedJob() {
        std::latch started(1);
        std::atomic<bool> ended = false;
        {
            JobRunner runner;
            const Ticket ticket = runner.start<int>(
                "Loop", true, nullptr,
                [&](const base::JobContext& context) {
                    try {
                        return untilCancelled(context, started);
                    } catch (...) {
                        ended = true;
                        throw;
                    }
                },
                {});
            started.wait();
            runner.pause(ticket);
            QTRY_VERIFY(runner.info(ticket)->held);
        }
        QVERIFY(ended);
    }

    void destructorCancelsAndJoins() {
        std::latch started(2);
        std::atomic<int> ended = 0;
        {
            JobRunner runner;
            for (int i = 0; i < 2; ++i)
                runner.start<int>(
                    "Loop", true, nullptr,
                    [&](const base::JobContext& context) {
                        struct Count {
                            std::atomic<int>& n;
                            ~Count() { ++n; }
                        } count{ended};
                        return untilCancelled(context, started);
                    },
                    {});
            started.wait();
        }
        QCOMPARE(ended.load(), 2);
    }

    void rateIsSmoothedPerPhase() {
        RateMeter meter;
        for (int i = 0; i <= 100; ++i)
            meter.add(i * 0.1, {"tiles", i * 0.4, 100, "tiles"});
        QVERIFY(qAbs(meter.rate() - 4) < 1e-9);
        QVERIFY(qAbs(meter.secondsLeft() - 15) < 1e-6);
        for (int i = 1; i <= 100; ++i) // twice as fast now
            meter.add(10 + i * 0.1, {"tiles", 40 + i * 0.8, 1000, "tiles"});
        QVERIFY(meter.rate() > 7.5 && meter.rate() <= 8);
        meter.add(20.1, {"pyramid", 0, 10, "levels"});
        QCOMPARE(meter.secondsLeft(), -1.0);
        meter.add(21.1, {"pyramid", 2, 0, "levels"});
        QCOMPARE(meter.secondsLeft(), -1.0); // total unknown
        QCOMPARE(meter.rate(), 2.0);
    }

    void aPauseSaysNothingAboutTheSpeed() {
        RateMeter meter;
        for (int i = 0; i <= 20; ++i)
            meter.add(i, {"tiles", i * 2.0, 1000, "tiles"});
        meter.skipTo(20.1, {"tiles", 44, 1000, "tiles"}); // two tiles ended while the clock stood
        QCOMPARE(meter.rate(), 2.0);
        QCOMPARE(meter.secondsLeft(), 478.0);
        meter.add(21.1, {"tiles", 46, 1000, "tiles"});
        QCOMPARE(meter.rate(), 2.0);
        meter.skipTo(21.2, {"pyramid", 0, 10, "levels"}); // a phase that began meanwhile
        QCOMPARE(meter.rate(), 0.0);
        QCOMPARE(meter.secondsLeft(), -1.0);
    }
};

QTEST_GUILESS_MAIN(TestJobs)
#include "test_jobs.moc"
