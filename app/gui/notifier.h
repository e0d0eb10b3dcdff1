#pragma once

#include <widgets/models/job_runner.h>

#include <QObject>

#include <functional>
#include <unordered_map>

class QWidget;

namespace lpntk::gui {

/// Tells the desktop when a job that took long ends while the window is not in front: marks the window in the task bar
/// and asks the desktop's notification service. Owned by the window.
class Notifier : public QObject {
    Q_OBJECT
public:
    Notifier(models::JobRunner& jobs, QWidget& window);

    /// Jobs that took at least this long are told of.
    void setLeastSeconds(double seconds) { m_leastSeconds = seconds; }
    /// Asks the desktop; another function in its place for tests.
    std::function<void(const QString& title, const QString& words)> send;

private:
    void note();
    void ended(models::Ticket ticket, const QString& problem);

    models::JobRunner& m_jobs;
    QWidget& m_window;
    double m_leastSeconds = 20;
    struct Known {
        QString title;
        double seconds = 0;
    };
    std::unordered_map<models::Ticket, Known> m_known;
};

} // namespace lpntk::gui
