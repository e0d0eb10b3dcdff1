#include <widgets/models/job_runner.h>

#include <widgets/models/job_threads.h>

#include <QMetaObject>
#include <QPointer>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <new>
#include <stop_token>
#include <utility>

#ifdef Q_OS_LINUX
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace lpntk::models {

namespace {

constexpr int kReportInterval = 1000 / 30;
constexpr double kSmoothing = 3; // seconds
constexpr int kNiceness = 10;

/// Jobs take all cores. The window's thread and those that draw for it (OpenGL in software has one per core) would get
/// a share of them only, and a frame of 20 ms of work would take 200.
void letTheWindowGoFirst() {
#ifdef Q_OS_LINUX
    // A thread has a niceness of its own here, and threads that it starts inherit it.
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
#endif
}

/// What a thread and the window share about a job.
struct Shared {
    std::mutex mutex;
    base::Progress progress;
    bool fresh = false;            ///< progress was reported since it was last looked at
    bool cancelled = false;        ///< ended by Cancelled
    bool failed = false;
    QString sentence;
};

QString sentenceOf(const std::exception_ptr& exception, const QString& title) {
    try {
        std::rethrow_exception(exception);
    } catch (const std::bad_alloc&) {
        return JobRunner::tr("\"%1\" ran out of memory. Close other programs or runs, or take fewer samples.").arg(title);
    } catch (const base::Error& error) {
        return QString::fromUtf8(error.what());
    } catch (const std::exception& error) {
        return JobRunner::tr("\"%1\" stopped: %2").arg(title, QString::fromUtf8(error.what()));
    } catch (...) {
        return JobRunner::tr("\"%1\" stopped for an unknown reason.").arg(title);
    }
}

/// Runs on the job's thread; nothing escapes.
void runGuarded(const std::function<void(const base::JobContext&)>& work, const base::JobContext& context, Shared& shared,
                const QString& title) {
    std::exception_ptr exception;
    bool cancelled = false;
    try {
        work(context);
    } catch (const base::Cancelled&) {
        cancelled = true;
    } catch (...) {
        exception = std::current_exception();
    }
    const std::lock_guard lock(shared.mutex);
    shared.cancelled = cancelled;
    shared.failed = exception != nullptr;
    if (exception)
        shared.sentence = sentenceOf(exception, title);
}

} // namespace

bool RateMeter::startsAnew(double seconds, const base::Progress& progress) {
    if (progress.phase == m_phase && progress.done >= m_lastDone)
        return false;
    m_phase = progress.phase;
    m_startSeconds = seconds;
    m_rate = 0;
    take(seconds, progress);
    return true;
}

void RateMeter::take(double seconds, const base::Progress& progress) {
    m_lastSeconds = seconds;
    m_lastDone = progress.done;
    m_secondsLeft = m_rate > 0 && progress.total > 0 ? std::max(0.0, progress.total - progress.done) / m_rate : -1;
}

void RateMeter::add(double seconds, const base::Progress& progress) {
    if (startsAnew(seconds, progress))
        return;
    const double elapsed = seconds - m_lastSeconds;
    if (elapsed <= 0)
        return;
    const double sinceStart = seconds - m_startSeconds;
    // The plain mean at first, then a moving mean, so that the first seconds are not jumpy and later changes show.
    const double weight = std::max(1 - std::exp(-elapsed / kSmoothing), elapsed / sinceStart);
    m_rate += weight * ((progress.done - m_lastDone) / elapsed - m_rate);
    take(seconds, progress);
}

void RateMeter::skipTo(double seconds, const base::Progress& progress) {
    if (!startsAnew(seconds, progress))
        take(seconds, progress);
}

struct JobRunner::Job {
    Ticket ticket = 0;
    QString title;
    bool visible = true;
    bool queued = false;
    bool hasReceiver = false;
    bool cancelling = false;
    std::function<void(const base::JobContext&)> work; ///< until the job begins
    QPointer<QObject> receiver;
    QMetaObject::Connection receiverGone;
    std::function<void()> done;
    std::function<void(QString)> failed;
    std::shared_ptr<Shared> shared = std::make_shared<Shared>();
    RateMeter meter;
    double startSeconds = 0;
    std::shared_ptr<base::PauseGate> gate = std::make_shared<base::PauseGate>();
    bool held = false;             ///< as last told
    double pausedSince = 0;        ///< while the gate is closed
    double pausedSeconds = 0;      ///< in pauses that are over
    std::stop_source stop;
};

JobRunner::JobRunner(QObject* parent) : QObject(parent), m_threads(std::make_unique<JobThreads>()) {
    m_clock.start();
    m_poll.setInterval(kReportInterval);
    connect(&m_poll, &QTimer::timeout, this, &JobRunner::pollProgress);
}

JobRunner::~JobRunner() {
    for (const auto& job : m_jobs)
        job->stop.request_stop();
    m_threads.reset(); // waits for them
}

Ticket JobRunner::startErased(const QString& title, bool visible, bool queued, QObject* receiver,
                              std::function<void(const base::JobContext&)> work, std::function<void()> done,
                              std::function<void(QString)> failedSlot) {
    auto job = std::make_shared<Job>();
    const Ticket ticket = m_nextTicket++;
    job->ticket = ticket;
    job->title = title;
    job->visible = visible;
    job->queued = queued;
    job->hasReceiver = receiver != nullptr;
    job->receiver = receiver;
    job->work = std::move(work);
    job->done = std::move(done);
    job->failed = std::move(failedSlot);
    job->startSeconds = now();
    if (receiver)
        job->receiverGone = connect(receiver, &QObject::destroyed, this, [this, ticket] { cancel(ticket); });
    m_jobs.push_back(job);
    if (queued)
        beginNextQueued();
    else
        begin(*job);
    m_poll.start();
    if (visible)
        Q_EMIT jobsChanged();
    return ticket;
}

void JobRunner::begin(Job& job) {
    job.startSeconds = now();
    m_threads->begin([this, ticket = job.ticket, title = job.title, shared = job.shared, gate = job.gate,
                      stop = job.stop.get_token(), task = std::exchange(job.work, {})]() mutable {
        letTheWindowGoFirst();
        base::JobContext context;
        context.stop = std::move(stop);
        context.pause = std::move(gate);
        context.report = [&shared](const base::Progress& progress) {
            const std::lock_guard lock(shared->mutex);
            shared->progress = progress;
            shared->fresh = true;
        };
        runGuarded(task, context, *shared, title);
        task = {}; // snapshots are released here, not when the window gets around to it
        QMetaObject::invokeMethod(this, [this, ticket] { deliver(ticket); }, Qt::QueuedConnection);
    });
}

void JobRunner::beginNextQueued() {
    for (const auto& job : m_jobs) {
        if (!job->queued)
            continue;
        if (job->work && !job->cancelling)
            begin(*job);
        else if (job->work)
            continue; // cancelled before it began
        return;
    }
}

std::shared_ptr<JobRunner::Job> JobRunner::find(Ticket ticket) const {
    const auto found = std::find_if(m_jobs.begin(), m_jobs.end(), [&](const auto& job) { return job->ticket == ticket; });
    return found == m_jobs.end() ? nullptr : *found;
}

void JobRunner::deliver(Ticket ticket) {
    const auto job = find(ticket);
    if (!job)
        return;
    disconnect(job->receiverGone); // a view asks thousands of times in its life
    std::erase(m_jobs, job);
    if (job->queued)
        beginNextQueued();
    std::erase_if(m_questions, [&](const auto& question) { return question.second == ticket; });
    if (m_jobs.empty())
        m_poll.stop();
    if (job->visible)
        Q_EMIT jobsChanged();
    const bool orphaned = job->hasReceiver && !job->receiver;
    if (job->cancelling || orphaned || job->shared->cancelled) {
        Q_EMIT cancelled(ticket);
    } else if (job->shared->failed) {
        if (job->failed)
            job->failed(job->shared->sentence);
        else
            Q_EMIT failed(ticket, job->title, job->shared->sentence);
        Q_EMIT ended(ticket, job->shared->sentence);
    } else {
        job->done();
        Q_EMIT finished(ticket);
        Q_EMIT ended(ticket, {});
    }
}

void JobRunner::pollProgress() {
    std::vector<Ticket> fresh;
    for (const auto& job : m_jobs) {
        const bool paused = job->gate->isPaused();
        const bool held = paused && job->gate->waiting() > 0;
        const bool holdChanged = std::exchange(job->held, held) != held;
        const std::lock_guard lock(job->shared->mutex);
        if (std::exchange(job->shared->fresh, false)) {
            // What was under way when the pause came still ends, in time that is not counted.
            if (paused)
                job->meter.skipTo(workedSeconds(*job), job->shared->progress);
            else
                job->meter.add(workedSeconds(*job), job->shared->progress);
        } else if (!holdChanged) {
            continue;
        }
        fresh.push_back(job->ticket);
    }
    for (const Ticket ticket : fresh)
        Q_EMIT progressChanged(ticket);
}

void JobRunner::cancel(Ticket ticket) {
    const auto job = find(ticket);
    if (!job || job->cancelling)
        return;
    job->cancelling = true;
    job->stop.request_stop();
    if (job->work) // nothing runs that would tell of its end
        QMetaObject::invokeMethod(
            this, [this, ticket] { deliver(ticket); }, Qt::QueuedConnection);
    if (job->visible)
        Q_EMIT jobsChanged();
}

void JobRunner::cancelAll() {
    const auto jobs = m_jobs; // a listener may start or end some
    for (const auto& job : jobs)
        cancel(job->ticket);
}

void JobRunner::pause(Ticket ticket) {
    const auto job = find(ticket);
    if (!job || job->cancelling || job->work || job->gate->isPaused())
        return;
    job->pausedSince = now();
    job->gate->pause();
    if (job->visible)
        Q_EMIT jobsChanged();
}

void JobRunner::resume(Ticket ticket) {
    const auto job = find(ticket);
    if (!job || !job->gate->isPaused())
        return;
    {
        const std::lock_guard lock(job->shared->mutex);
        job->meter.skipTo(workedSeconds(*job), job->shared->progress);
    }
    job->pausedSeconds += now() - job->pausedSince;
    job->gate->resume();
    job->held = false;
    if (job->visible)
        Q_EMIT jobsChanged();
}

double JobRunner::workedSeconds(const Job& job) const {
    const double until = job.gate->isPaused() ? job.pausedSince : now();
    return until - job.startSeconds - job.pausedSeconds;
}

bool JobRunner::isRunning(Ticket ticket) const {
    return find(ticket) != nullptr;
}

std::optional<JobInfo> JobRunner::info(Ticket ticket) const {
    const auto job = find(ticket);
    if (!job)
        return std::nullopt;
    JobInfo info;
    info.ticket = ticket;
    info.title = job->title;
    info.visible = job->visible;
    info.rate = job->meter.rate();
    info.secondsLeft = job->meter.secondsLeft();
    info.seconds = workedSeconds(*job);
    info.cancelling = job->cancelling;
    info.paused = !job->cancelling && job->gate->isPaused();
    info.held = info.paused && job->gate->waiting() > 0;
    info.waiting = job->work != nullptr;
    const std::lock_guard lock(job->shared->mutex);
    info.progress = job->shared->progress;
    return info;
}

std::vector<JobInfo> JobRunner::jobs() const {
    std::vector<JobInfo> result;
    for (const auto& job : m_jobs)
        if (job->visible)
            result.push_back(*info(job->ticket));
    return result;
}

int JobRunner::running() const {
    return static_cast<int>(m_jobs.size());
}

void JobRunner::supersede(QObject* receiver, const char* purpose) {
    const auto found = m_questions.find(std::to_string(reinterpret_cast<std::uintptr_t>(receiver)) + ':' + purpose);
    if (found != m_questions.end())
        cancel(found->second);
}

void JobRunner::remember(QObject* receiver, const char* purpose, Ticket ticket) {
    m_questions[std::to_string(reinterpret_cast<std::uintptr_t>(receiver)) + ':' + purpose] = ticket;
}

} // namespace lpntk::models
