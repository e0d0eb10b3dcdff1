#pragma once

#include <widgets/models/job_runner.h>

#include <QTimer>
#include <QWidget>

namespace lpntk::views {

/// What a view shows while it waits: nothing for 300 ms, then a thin bar with words over the old picture ("612 of 1,500
/// rows, 2 s left"). Lies along the top edge of its parent and takes no mouse.
class BusyLine : public QWidget {
    Q_OBJECT
public:
    BusyLine(models::JobRunner& jobs, QWidget* parent);
    /// Follows this job until it ends; 0 or an ended one hides the line.
    void follow(models::Ticket ticket, const QString& words);
    bool isBusy() const;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void place();
    void settle();

    models::JobRunner& m_jobs;
    models::Ticket m_ticket = 0;
    QString m_words;
    QTimer m_delay;
};

} // namespace lpntk::views
