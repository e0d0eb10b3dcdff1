#pragma once

#include <widgets/models/session.h>

#include <QDockWidget>
#include <QTimer>

class QLabel;
class QListWidget;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace lpntk::gui {

class JobRow;

/// The dock below the views: running jobs, and beside them the list of issues. Without either it is closed unless
/// somebody asks for it; the status bar then says "No jobs".
class JobsDock : public QDockWidget {
    Q_OBJECT
public:
    explicit JobsDock(models::Session& session, QWidget* parent = nullptr);
    /// Brings what there is to the front: jobs, else issues.
    void open();
    /// Brings the issues to the front, where the keys then go.
    void showIssues();

private:
    QWidget* makeTitle();
    QWidget* makeJobsPage();
    QWidget* makeIssuesPage();
    void refreshJobs();
    void refreshIssues();
    const models::Issue* currentIssue() const;
    void jump();
    void refreshCause();
    void place();

    models::Session& m_session;
    QTimer m_clock;
    QToolButton* m_jobsTab = nullptr;
    QToolButton* m_issuesTab = nullptr;
    QToolButton* m_cause = nullptr;
    QToolButton* m_clear = nullptr;
    QStackedWidget* m_pages = nullptr;
    QVBoxLayout* m_rowsLayout = nullptr;
    std::vector<JobRow*> m_rows;
    QListWidget* m_issueList = nullptr;
    QLabel* m_empty = nullptr;
    std::size_t m_issuesSeen = 0;
    bool m_hiddenByHand = false;
    bool m_shownByHand = false;
};

} // namespace lpntk::gui
