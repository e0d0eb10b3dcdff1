#include "notifier.h"

#include <widgets/models/format.h>

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QVariantMap>
#include <QWidget>

namespace lpntk::gui {

namespace {

/// The freedesktop.org notification service; nothing happens where there is none.
void askDesktop(const QString& title, const QString& words) {
    QDBusMessage message = QDBusMessage::createMethodCall(
        QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("/org/freedesktop/Notifications"),
        QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("Notify"));
    message.setArguments({QStringLiteral("lpNTK Explorer"), 0u, QStringLiteral("lpntk-explorer"), title, words,
                          QStringList(), QVariantMap(), -1});
    QDBusConnection::sessionBus().send(message);
}

} // namespace

Notifier::Notifier(models::JobRunner& jobs, QWidget& window)
    : QObject(&window), send(askDesktop), m_jobs(jobs), m_window(window) {
    connect(&m_jobs, &models::JobRunner::jobsChanged, this, &Notifier::note);
    connect(&m_jobs, &models::JobRunner::progressChanged, this, &Notifier::note);
    connect(&m_jobs, &models::JobRunner::ended, this, &Notifier::ended);
    connect(&m_jobs, &models::JobRunner::cancelled, this, [this](models::Ticket ticket) { m_known.erase(ticket); });
}

void Notifier::note() {
    for (const models::JobInfo& info : m_jobs.jobs())
        m_known[info.ticket] = {info.title, info.seconds};
}

void Notifier::ended(models::Ticket ticket, const QString& problem) {
    const auto found = m_known.find(ticket);
    if (found == m_known.end())
        return;
    const Known job = found->second;
    m_known.erase(found);
    if (job.seconds < m_leastSeconds || m_window.isActiveWindow())
        return;
    QApplication::alert(&m_window);
    const QString time = models::format::duration(job.seconds);
    send(job.title, problem.isEmpty() ? tr("Done after %1.").arg(time)
                                      : tr("Stopped after %1. %2").arg(time, models::format::sentence(problem)));
}

} // namespace lpntk::gui
