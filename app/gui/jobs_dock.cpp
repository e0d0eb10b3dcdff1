#include "jobs_dock.h"

#include "small_widgets.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QApplication>
#include <QButtonGroup>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListWidget>
#include <QProgressBar>
#include <QScrollArea>
#include <QStackedWidget>

#include <algorithm>

namespace lpntk::gui {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr int kMostRowsShown = 4;

QString unitOf(const base::Progress& progress) {
    return QString::fromStdString(progress.unit);
}

/// "726 of 1,770 tiles   3.1 tiles/s   5 min 37 s left".
QString figuresOf(const models::JobInfo& info) {
    if (info.cancelling)
        return JobsDock::tr("stopping");
    QStringList parts;
    const base::Progress& progress = info.progress;
    if (!progress.phase.empty())
        parts << QString::fromStdString(progress.phase);
    if (progress.total > 0)
        parts << (format::countOf(static_cast<std::int64_t>(progress.done), static_cast<std::int64_t>(progress.total)) + QLatin1Char(' ')
                  + unitOf(progress));
    if (info.rate > 0)
        parts << format::rate(info.rate, unitOf(progress));
    if (const QString left = format::timeLeft(info.secondsLeft); !left.isEmpty())
        parts << left;
    else
        parts << format::duration(info.seconds);
    return parts.join(QStringLiteral("    "));
}

} // namespace

JobRow::JobRow(models::Session& session, models::Ticket ticket, QWidget* parent)
    : QWidget(parent), m_session(session), m_ticket(ticket) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 8, 0);
    row->setSpacing(12);
    auto* icon = new QLabel(this);
    icon->setPixmap(theme().icon(QStringLiteral("heatmap")).pixmap(QSize(16, 16), devicePixelRatioF()));
    m_title = new QLabel(this);
    m_title->setFont(theme().font(12, QFont::Medium));
    m_bar = new QProgressBar(this);
    m_bar->setTextVisible(false);
    m_figures = makeLabel({}, "text2", this);
    m_cancel = makeIconButton(QStringLiteral("stop"), tr("Stop this job"), this);
    m_cancel->setObjectName(QStringLiteral("cancelJob"));
    connect(m_cancel, &QToolButton::clicked, this, [this] { m_session.jobs().cancel(m_ticket); });
    row->addWidget(icon);
    row->addWidget(m_title);
    row->addWidget(m_bar, 1);
    row->addWidget(m_figures);
    row->addWidget(m_cancel);
    setFixedHeight(theme().row("job"));
}

void JobRow::show(const models::JobInfo& info) {
    m_title->setText(info.title);
    const base::Progress& progress = info.progress;
    // Without a total the bar runs by itself, but the words still say what is done.
    m_bar->setRange(0, progress.total > 0 ? 1000 : 0);
    if (progress.total > 0)
        m_bar->setValue(static_cast<int>(1000 * std::clamp(progress.done / progress.total, 0.0, 1.0)));
    m_figures->setText(figuresOf(info));
    m_bar->setAccessibleName(info.title + QStringLiteral(", ") + m_figures->text());
    m_cancel->setAccessibleName(tr("Stop %1").arg(info.title));
    m_cancel->setEnabled(!info.cancelling);
}

JobsDock::JobsDock(models::Session& session, QWidget* parent) : QDockWidget(tr("Jobs"), parent), m_session(session) {
    setObjectName(QStringLiteral("jobsDock"));
    setAllowedAreas(Qt::BottomDockWidgetArea);
    setFeatures(QDockWidget::DockWidgetClosable);
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(makeJobsPage());
    m_pages->addWidget(makeIssuesPage());
    setTitleBarWidget(makeTitle());
    setWidget(m_pages);
    connect(&m_session.jobs(), &models::JobRunner::jobsChanged, this, &JobsDock::refreshJobs);
    connect(&m_session.jobs(), &models::JobRunner::progressChanged, this, &JobsDock::refreshJobs);
    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & models::Change::issues)
            refreshIssues();
    });
    refreshJobs();
    refreshIssues();
    hide();
}

QWidget* JobsDock::makeTitle() {
    auto* title = new QWidget(this);
    title->setProperty("panel", true);
    title->setAttribute(Qt::WA_StyledBackground);
    auto* row = new QHBoxLayout(title);
    row->setContentsMargins(4, 2, 8, 2);
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
    m_clear = new QToolButton(title);
    m_clear->setText(tr("Clear"));
    m_clear->setProperty("quiet", true);
    m_clear->setAccessibleName(tr("Clear the issues"));
    connect(m_clear, &QToolButton::clicked, this, [this] { m_session.clearIssues(); });
    row->addWidget(m_clear);
    auto* fold = makeIconButton(QStringLiteral("chevron-down"), tr("Hide jobs and issues"), title);
    connect(fold, &QToolButton::clicked, this, [this] {
        m_hiddenByHand = true;
        hide();
    });
    row->addWidget(fold);
    title->setFixedHeight(32);
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
    m_issueList->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_issueList->setToolTip(tr("Return or a double click shows the cause"));
    connect(m_issueList, &QListWidget::itemActivated, this, [this](QListWidgetItem* item) {
        const auto index = static_cast<std::size_t>(m_issueList->row(item));
        if (index < m_session.issues().size() && m_session.issues()[index].jump) {
            const auto jump = m_session.issues()[index].jump;
            jump();
        }
    });
    return m_issueList;
}

void JobsDock::showIssues() {
    m_hiddenByHand = false;
    m_issuesTab->setChecked(true);
    place();
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
    m_jobsTab->setText(jobs.empty() ? tr("Jobs") : tr("Jobs  %n running", nullptr, static_cast<int>(jobs.size())));
    if (began) {
        m_hiddenByHand = false;
        m_jobsTab->setChecked(true);
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
        item->setData(Qt::AccessibleTextRole, (error ? tr("Error: %1") : note ? tr("Note: %1") : tr("Warning: %1")).arg(issue.sentence));
    }
    m_issuesTab->setText(issues.empty() ? tr("Issues") : tr("Issues  %1").arg(issues.size()));
    if (issues.size() > m_issuesSeen) {
        m_hiddenByHand = false;
        if (m_session.jobs().jobs().empty() || issues.back().severity == models::Issue::Severity::error)
            m_issuesTab->setChecked(true);
        m_issueList->scrollToBottom();
    }
    m_issuesSeen = issues.size();
    place();
}

void JobsDock::place() {
    const bool issuesInFront = m_issuesTab->isChecked();
    const int jobs = static_cast<int>(m_rows.size());
    const int issues = static_cast<int>(m_session.issues().size());
    if (issuesInFront && issues == 0 && jobs > 0)
        return m_jobsTab->setChecked(true);
    if (!issuesInFront && jobs == 0 && issues > 0)
        return m_issuesTab->setChecked(true);
    m_pages->setCurrentIndex(issuesInFront ? 1 : 0);
    m_clear->setVisible(issuesInFront && issues > 0);
    const int rows = std::clamp(issuesInFront ? issues : jobs, 1, kMostRowsShown);
    m_pages->setFixedHeight(rows * theme().row("job") + 6);
    setVisible(!m_hiddenByHand && jobs + issues > 0);
}

} // namespace lpntk::gui
