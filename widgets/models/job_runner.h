#pragma once

#include <core/base/job_context.h>

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace lpntk::models {

using Ticket = std::uint64_t;

/// What the Jobs dock shows of a job.
struct JobInfo {
    Ticket ticket = 0;
    QString title;
    bool visible = true;        ///< short helper computations of views are not listed
    base::Progress progress;
    double rate = 0;            ///< units per second in the present phase, smoothed
    double secondsLeft = -1;    ///< -1 = unknown
    double seconds = 0;         ///< since the start, without pauses
    bool cancelling = false;
    bool paused = false;        ///< asked to pause
    bool held = false;          ///< paused, and a thread of the job waits already
    bool waiting = false;       ///< queued behind another job, not begun
};

/// Rate and time left of a phase from its progress reports, smoothed over some seconds; starts anew with each phase.
class RateMeter {
public:
    /// `seconds`: since any fixed moment, rising.
    void add(double seconds, const base::Progress& progress);
    /// Like add, but time and work up to here say nothing about the speed: the job was paused in between.
    void skipTo(double seconds, const base::Progress& progress);
    double rate() const { return m_rate; }
    /// -1 while unknown.
    double secondsLeft() const { return m_secondsLeft; }

private:
    bool startsAnew(double seconds, const base::Progress& progress);
    void take(double seconds, const base::Progress& progress);
    std::string m_phase;
    double m_startSeconds = 0;
    double m_lastSeconds = 0, m_lastDone = 0;
    double m_rate = 0;
    double m_secondsLeft = -1;
};

class JobThreads;

/// Runs plain core functions `Result f(const JobContext&)` on threads of their own and brings results back to the
/// window's thread by queued calls. Owned by the Session; cancels and joins in its destructor only. Exceptions of a job
/// arrive as `failed`; results of cancelled or superseded jobs are dropped. At most 30 progress reports a second. Jobs
/// that take all cores and the memory budget are queued: one at a time, in the order of their starting.
class JobRunner : public QObject {
    Q_OBJECT
public:
    explicit JobRunner(QObject* parent = nullptr);
    ~JobRunner() override;

    /// Starts `work` on a thread; `done(result)` is called on the window's thread unless the job was cancelled, failed,
    /// or `receiver` is gone. `failed(sentence)` instead of the signal when given. `visible` jobs are listed in Jobs.
    template <typename Result>
    Ticket start(const QString& title, bool visible, QObject* receiver,
                 std::function<Result(const base::JobContext&)> work, std::function<void(Result)> done,
                 std::function<void(QString)> failed = {}) {
        return startAny<Result>(title, visible, false, receiver, std::move(work), std::move(done), std::move(failed));
    }

    /// Like start, listed, but begins when every queued job before it has ended.
    template <typename Result>
    Ticket queue(const QString& title, QObject* receiver, std::function<Result(const base::JobContext&)> work,
                 std::function<void(Result)> done, std::function<void(QString)> failed = {}) {
        return startAny<Result>(title, true, true, receiver, std::move(work), std::move(done), std::move(failed));
    }

    /// Like start, for a view's own question: cancels the view's previous question of the same `purpose` first, so a
    /// late answer never overwrites a newer one.
    template <typename Result>
    Ticket ask(const char* purpose, QObject* receiver, std::function<Result(const base::JobContext&)> work,
               std::function<void(Result)> done, std::function<void(QString)> failed = {}) {
        supersede(receiver, purpose);
        const Ticket ticket = start<Result>(QString::fromLatin1(purpose), false, receiver, std::move(work), std::move(done), std::move(failed));
        remember(receiver, purpose, ticket);
        return ticket;
    }

    void cancel(Ticket ticket);
    void cancelAll();
    /// Holds the job's threads where they next ask whether to stop; cancelling works all the same.
    void pause(Ticket ticket);
    void resume(Ticket ticket);
    bool isRunning(Ticket ticket) const;
    /// Any running job, listed or not: what a view shows while it waits. Empty when it is not running any more.
    std::optional<JobInfo> info(Ticket ticket) const;
    /// Listed jobs, oldest first.
    std::vector<JobInfo> jobs() const;
    /// Number of all running jobs, listed or not (tests wait for 0).
    int running() const;

Q_SIGNALS:
    void jobsChanged();
    void progressChanged(lpntk::models::Ticket ticket);
    void finished(lpntk::models::Ticket ticket);
    void cancelled(lpntk::models::Ticket ticket);
    /// Only where nobody else was asked to take the failure.
    void failed(lpntk::models::Ticket ticket, const QString& title, const QString& sentence);
    /// After every job that was not cancelled; `problem` is empty when it did what it should.
    void ended(lpntk::models::Ticket ticket, const QString& problem);

private:
    template <typename Result>
    Ticket startAny(const QString& title, bool visible, bool queued, QObject* receiver,
                    std::function<Result(const base::JobContext&)> work, std::function<void(Result)> done,
                    std::function<void(QString)> failed) {
        auto slot = std::make_shared<std::optional<Result>>();
        return startErased(
            title, visible, queued, receiver,
            [slot, work = std::move(work)](const base::JobContext& context) { slot->emplace(work(context)); },
            [slot, done = std::move(done)] {
                if (done)
                    done(std::move(**slot));
            },
            std::move(failed));
    }
    Ticket startErased(const QString& title, bool visible, bool queued, QObject* receiver,
                       std::function<void(const base::JobContext&)> work, std::function<void()> done,
                       std::function<void(QString)> failed);
    void supersede(QObject* receiver, const char* purpose);
    void remember(QObject* receiver, const char* purpose, Ticket ticket);
    struct Job;
    void begin(Job& job);
    void beginNextQueued();
    std::shared_ptr<Job> find(Ticket ticket) const;
    void deliver(Ticket ticket);
    void pollProgress();
    double now() const { return static_cast<double>(m_clock.nsecsElapsed()) * 1e-9; }
    double workedSeconds(const Job& job) const;
    std::unique_ptr<JobThreads> m_threads;
    std::vector<std::shared_ptr<Job>> m_jobs;
    std::unordered_map<std::string, Ticket> m_questions;
    Ticket m_nextTicket = 1;
    QTimer m_poll;
    QElapsedTimer m_clock;
};

} // namespace lpntk::models
