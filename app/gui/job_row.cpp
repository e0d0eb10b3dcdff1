#include "job_row.h"

#include "small_widgets.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QHBoxLayout>
#include <QProgressBar>

#include <algorithm>

namespace lpntk::gui {

using models::theme;
namespace format = models::format;

namespace {

QString unitOf(const base::Progress& progress) {
    return QString::fromStdString(progress.unit);
}

/// "726 of 1,770 tiles   3.1 tiles/s   5 min 37 s left"; "paused" in the place of the rate.
QString figuresOf(const models::JobInfo& info) {
    if (info.cancelling)
        return JobRow::tr("stopping");
    if (info.waiting)
        return JobRow::tr("waits for the job before it");
    QStringList parts;
    const base::Progress& progress = info.progress;
    if (!progress.phase.empty())
        parts << QString::fromStdString(progress.phase);
    if (progress.total > 0)
        parts << (format::countOf(static_cast<std::int64_t>(progress.done), static_cast<std::int64_t>(progress.total)) + QLatin1Char(' ')
                  + unitOf(progress));
    if (info.paused)
        parts << (info.held ? JobRow::tr("paused") : JobRow::tr("pausing"));
    else if (info.rate > 0)
        parts << format::rate(info.rate, unitOf(progress));
    if (const QString left = format::timeLeft(info.secondsLeft); !left.isEmpty())
        parts << left;
    else
        parts << format::duration(info.seconds);
    return parts.join(QStringLiteral("    "));
}

void rename(QToolButton& button, const QString& name) {
    button.setToolTip(name);
    button.setAccessibleName(name);
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
    keepFont(*m_title, 12, QFont::Medium);
    m_bar = new QProgressBar(this);
    m_bar->setTextVisible(false);
    m_figures = makeLabel({}, "text2", this);
    m_figures->setObjectName(QStringLiteral("jobFigures"));
    m_pause = makeIconButton(QStringLiteral("pause"), tr("Pause this job"), this);
    m_pause->setObjectName(QStringLiteral("pauseJob"));
    connect(m_pause, &QToolButton::clicked, this, &JobRow::pauseOrResume);
    m_cancel = makeIconButton(QStringLiteral("stop"), tr("Stop this job"), this);
    m_cancel->setObjectName(QStringLiteral("cancelJob"));
    connect(m_cancel, &QToolButton::clicked, this, [this] { m_session.jobs().cancel(m_ticket); });
    row->addWidget(icon);
    row->addWidget(m_title);
    row->addWidget(m_bar, 1);
    row->addWidget(m_figures);
    row->addWidget(m_pause);
    row->addWidget(m_cancel);
    keepRowHeight(*this, "job");
}

void JobRow::pauseOrResume() {
    if (m_paused)
        m_session.jobs().resume(m_ticket);
    else
        m_session.jobs().pause(m_ticket);
}

void JobRow::show(const models::JobInfo& info) {
    m_title->setText(info.title);
    const base::Progress& progress = info.progress;
    // Without a total the bar runs by itself, but the words still say what is done; a paused one stands.
    m_bar->setRange(0, progress.total > 0 || info.paused || info.waiting ? 1000 : 0);
    if (progress.total > 0) {
        // QProgressBar paints within setValue, which a busy job asks for many times a second.
        m_bar->setUpdatesEnabled(false);
        m_bar->setValue(static_cast<int>(1000 * std::clamp(progress.done / progress.total, 0.0, 1.0)));
        m_bar->setUpdatesEnabled(true); // asks for a paint event
    }
    m_figures->setText(figuresOf(info));
    m_bar->setAccessibleName(info.title + QStringLiteral(", ") + m_figures->text());
    if (std::exchange(m_paused, info.paused) != info.paused)
        m_pause->setIcon(theme().icon(info.paused ? QStringLiteral("run") : QStringLiteral("pause")));
    rename(*m_pause, (info.paused ? tr("Resume %1") : tr("Pause %1")).arg(info.title));
    rename(*m_cancel, tr("Stop %1").arg(info.title));
    m_pause->setEnabled(!info.cancelling && !info.waiting);
    m_cancel->setEnabled(!info.cancelling);
}

} // namespace lpntk::gui
