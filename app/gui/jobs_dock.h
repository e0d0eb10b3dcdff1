#pragma once

#include <widgets/models/session.h>

#include <QDockWidget>

class QButtonGroup;
class QLabel;
class QListWidget;
class QProgressBar;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace lpntk::gui {

/// One running job: title, bar, done of total, rate, time left, cancel.
class JobRow : public QWidget {
    Q_OBJECT
public:
    JobRow(models::Session& session, models::Ticket ticket, QWidget* parent);
    models::Ticket ticket() const { return m_ticket; }
    void show(const models::JobInfo& info);

private:
    models::Session& m_session;
    models::Ticket m_ticket;
    QLabel* m_title = nullptr;
    QProgressBar* m_bar = nullptr;
    QLabel* m_figures = nullptr;
    QToolButton* m_cancel = nullptr;
};

/// The dock below the views: running jobs, and beside them the list of issues. Without either it is closed; the status
/// bar then says "No jobs".
class JobsDock : public QDockWidget {
    Q_OBJECT
public:
    explicit JobsDock(models::Session& session, QWidget* parent = nullptr);
    /// Brings the issues to the front.
    void showIssues();

private:
    QWidget* makeTitle();
    QWidget* makeJobsPage();
    QWidget* makeIssuesPage();
    void refreshJobs();
    void refreshIssues();
    void place();

    models::Session& m_session;
    QToolButton* m_jobsTab = nullptr;
    QToolButton* m_issuesTab = nullptr;
    QToolButton* m_clear = nullptr;
    QStackedWidget* m_pages = nullptr;
    QVBoxLayout* m_rowsLayout = nullptr;
    std::vector<JobRow*> m_rows;
    QListWidget* m_issueList = nullptr;
    std::size_t m_issuesSeen = 0;
    bool m_hiddenByHand = false;
};

} // namespace lpntk::gui
