#include "jobs_dock.h"

#include "job_row.h"
#include "small_widgets.h"

#include <widgets/models/theme.h>
#include <widgets/views/parts_copy_rows.h>

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QListWidget>
#include <QScrollArea>
#include <QStackedWidget>

#include <algorithm>

namespace lpntk::gui {

using models::Role;
using models::theme;

namespace {

constexpr int kMostRowsShown = 4;
/// Title, one row and this make the 72 px of a dock with one job.
constexpr int kBelow = 2;

QString remedyOf(const models::Issue& issue) {
    return issue.remedy.isEmpty() ? JobsDock::tr("Show the cause") : issue.remedy;
}

} // namespace

JobsDock::JobsDock(models::Session& session, QWidget* parent) : QDockWidget(tr("Jobs"), parent), m_session(session) {
    setObjectName(QStringLiteral("jobsDock"));
    setAllowedAreas(Qt::BottomDockWidgetArea);
    setFeatures(QDockWidget::DockWidgetClosable);
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(makeJobsPage());
    m_pages->addWidget(makeIssuesPage());
    m_empty = makeLabel({}, "text3", this);
    m_empty->setContentsMargins(12, 0, 12, 0);
    m_pages->addWidget(m_empty);
    setTitleBarWidget(makeTitle());
    setWidget(m_pages);
    connect(&m_session.jobs(), &models::JobRunner::jobsChanged, this, &JobsDock::refreshJobs);
    connect(&m_session.jobs(), &models::JobRunner::progressChanged, this, &JobsDock::refreshJobs);
    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & models::Change::issues)
            refreshIssues();
    });
    connect(&theme(), &models::Theme::changed, this, &JobsDock::place);
    // The time goes on where a job has nothing to report for a while.
    m_clock.setInterval(1000);
    connect(&m_clock, &QTimer::timeout, this, &JobsDock::refreshJobs);
    refreshJobs();
    refreshIssues();
    hide();
}

QWidget* JobsDock::makeTitle() {
    auto* title = new DockBar(this);
    auto* row = new QHBoxLayout(title);
    row->setContentsMargins(4, 0, 8, 0);
    row->setSpacing(4);
    auto* group = new QButtonGroup(title);
    const auto tab = [&](const char* name) {
        auto* button = new QToolButton(title);
        button->setObjectName(QString::fromLatin1(name));
        button->setProperty("quiet", true);
        button->setCheckable(true);
        button->setFocusPolicy(Qt::TabFocus);
        group->addButton(button);
        row->addWidget(button);
        return button;
    };
    m_jobsTab = tab("jobsTab");
    m_issuesTab = tab("issuesTab");
    m_jobsTab->setChecked(true);
    connect(m_jobsTab, &QToolButton::toggled, this, &JobsDock::place);
    row->addStretch();
    const auto quiet = [&](const char* name, const QString& text, const QString& accessible) {
        auto* button = new QToolButton(title);
        button->setObjectName(QString::fromLatin1(name));
        button->setText(text);
        button->setProperty("quiet", true);
        button->setAccessibleName(accessible);
        button->setFocusPolicy(Qt::TabFocus);
        row->addWidget(button);
        return button;
    };
    m_cause = quiet("showCause", {}, {});
    connect(m_cause, &QToolButton::clicked, this, &JobsDock::jump);
    m_clear = quiet("clearIssues", tr("Clear"), tr("Clear the issues"));
    connect(m_clear, &QToolButton::clicked, this, [this] { m_session.clearIssues(); });
    auto* fold = makeIconButton(QStringLiteral("chevron-down"), tr("Hide jobs and issues"), title);
    connect(fold, &QToolButton::clicked, this, [this] {
        m_hiddenByHand = true;
        m_shownByHand = false;
        hide();
    });
    row->addWidget(fold);
    return title;
}

QWidget* JobsDock::makeJobsPage() {
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* body = new QWidget(scroll);
    body->setProperty("panel", true);
    body->setAttribute(Qt::WA_StyledBackground);
    m_rowsLayout = new QVBoxLayout(body);
    m_rowsLayout->setContentsMargins(0, 0, 0, 0);
    m_rowsLayout->setSpacing(0);
    m_rowsLayout->addStretch();
    scroll->setWidget(body);
    return scroll;
}

QWidget* JobsDock::makeIssuesPage() {
    m_issueList = new QListWidget(this);
    m_issueList->setObjectName(QStringLiteral("issueList"));
    m_issueList->setAccessibleName(tr("Issues"));
    m_issueList->setWordWrap(true);
    m_issueList->setUniformItemSizes(false);
    m_issueList->setIconSize(QSize(16, 16));
    views::copyRowsByKey(*m_issueList);
    m_issueList->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    connect(m_issueList, &QListWidget::itemActivated, this, &JobsDock::jump);
    connect(m_issueList, &QListWidget::currentRowChanged, this, &JobsDock::refreshCause);
    return m_issueList;
}

const models::Issue* JobsDock::currentIssue() const {
    const int row = m_issueList->currentRow();
    return row >= 0 && row < static_cast<int>(m_session.issues().size()) ? &m_session.issues()[static_cast<std::size_t>(row)] : nullptr;
}

void JobsDock::jump() {
    if (const models::Issue* issue = currentIssue(); issue && issue->jump) {
        const auto toCause = issue->jump; // the list may change below it
        toCause();
    }
}

void JobsDock::refreshCause() {
    const models::Issue* issue = currentIssue();
    const bool leads = m_issuesTab->isChecked() && issue && issue->jump;
    m_cause->setVisible(leads);
    if (!leads)
        return;
    m_cause->setText(remedyOf(*issue));
    m_cause->setAccessibleName(issue->remedy.isEmpty() ? tr("Show the cause of the current issue") : issue->remedy);
}

void JobsDock::open() {
    m_hiddenByHand = false;
    m_shownByHand = true;
    (m_rows.empty() && !m_session.issues().empty() ? m_issuesTab : m_jobsTab)->setChecked(true);
    place();
}

void JobsDock::showIssues() {
    m_hiddenByHand = false;
    m_shownByHand = true;
    m_issuesTab->setChecked(true);
    place();
    m_issueList->setFocus();
}

void JobsDock::refreshJobs() {
    const auto jobs = m_session.jobs().jobs();
    const bool began = jobs.size() > m_rows.size();
    std::erase_if(m_rows, [&](JobRow* row) {
        const bool gone = std::none_of(jobs.begin(), jobs.end(), [&](const auto& info) { return info.ticket == row->ticket(); });
        if (gone)
            row->deleteLater();
        return gone;
    });
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (i >= m_rows.size() || m_rows[i]->ticket() != jobs[i].ticket) {
            auto* row = new JobRow(m_session, jobs[i].ticket, this);
            m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(i), row);
            m_rowsLayout->insertWidget(static_cast<int>(i), row);
        }
        m_rows[i]->show(jobs[i]);
    }
    if (jobs.empty())
        m_clock.stop();
    else if (!m_clock.isActive())
        m_clock.start();
    m_jobsTab->setText(jobs.empty() ? tr("Jobs") : tr("Jobs  %n running", nullptr, static_cast<int>(jobs.size())));
    if (began) {
        m_hiddenByHand = false;
        m_jobsTab->setChecked(true);
    } else if (jobs.empty() && !m_session.issues().empty()) {
        m_issuesTab->setChecked(true);
    }
    place();
}

void JobsDock::refreshIssues() {
    const auto& issues = m_session.issues();
    m_issueList->clear();
    for (const models::Issue& issue : issues) {
        const bool error = issue.severity == models::Issue::Severity::error;
        const bool note = issue.severity == models::Issue::Severity::note;
        auto* item = new QListWidgetItem(theme().icon(error ? QStringLiteral("error") : note ? QStringLiteral("info") : QStringLiteral("warning"),
                                                      error ? Role::danger : note ? Role::text2 : Role::warning),
                                         issue.sentence, m_issueList);
        if (issue.jump)
            item->setToolTip(tr("Return or a double click: %1").arg(remedyOf(issue)));
        item->setData(Qt::AccessibleTextRole, (error ? tr("Error: %1") : note ? tr("Note: %1") : tr("Warning: %1")).arg(issue.sentence));
    }
    m_issuesTab->setText(issues.empty() ? tr("Issues") : tr("Issues  %1").arg(issues.size()));
    if (issues.size() > m_issuesSeen) {
        m_hiddenByHand = false;
        if (m_session.jobs().jobs().empty() || issues.back().severity == models::Issue::Severity::error)
            m_issuesTab->setChecked(true);
        m_issueList->setCurrentRow(static_cast<int>(issues.size()) - 1);
        m_issueList->scrollToBottom();
    } else if (issues.empty() && !m_rows.empty()) {
        m_jobsTab->setChecked(true);
    }
    m_issuesSeen = issues.size();
    place();
}

void JobsDock::place() {
    const bool issuesInFront = m_issuesTab->isChecked();
    const int jobs = static_cast<int>(m_rows.size());
    const int issues = static_cast<int>(m_session.issues().size());
    const int listed = issuesInFront ? issues : jobs;
    m_empty->setText(issuesInFront ? tr("No issues") : tr("No jobs"));
    m_pages->setCurrentIndex(listed == 0 ? 2 : issuesInFront ? 1 : 0);
    m_clear->setVisible(issuesInFront && issues > 0);
    refreshCause();
    const int row = theme().row("job");
    int wanted = listed * row;
    if (issuesInFront) { // long sentences take several lines
        wanted = 0;
        for (int i = 0; i < issues; ++i)
            wanted += std::max(row, m_issueList->sizeHintForRow(i) + 2);
    }
    m_pages->setFixedHeight(std::clamp(wanted, row, kMostRowsShown * row) + kBelow);
    setVisible(!m_hiddenByHand && (m_shownByHand || jobs + issues > 0));
}

} // namespace lpntk::gui
