#pragma once

#include <widgets/models/session.h>

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace lpntk::gui {

/// One running job in the Jobs dock: title, bar, done of total, rate, time left, pause, stop.
class JobRow : public QWidget {
    Q_OBJECT
public:
    JobRow(models::Session& session, models::Ticket ticket, QWidget* parent);
    models::Ticket ticket() const { return m_ticket; }
    void show(const models::JobInfo& info);

private:
    void pauseOrResume();

    models::Session& m_session;
    models::Ticket m_ticket;
    QLabel* m_title = nullptr;
    QProgressBar* m_bar = nullptr;
    QLabel* m_figures = nullptr;
    QToolButton* m_pause = nullptr;
    QToolButton* m_cancel = nullptr;
    bool m_paused = false;
};

} // namespace lpntk::gui
