#include <widgets/views/parts_busy.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

BusyLine::BusyLine(models::JobRunner& jobs, QWidget* parent) : QWidget(parent), m_jobs(jobs) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
    m_delay.setSingleShot(true);
    m_delay.setInterval(300);
    connect(&m_delay, &QTimer::timeout, this, [this] {
        setVisible(isBusy());
        raise();
    });
    connect(&jobs, &models::JobRunner::progressChanged, this, [this](models::Ticket ticket) {
        if (ticket == m_ticket)
            update();
    });
    for (const auto signal : {&models::JobRunner::finished, &models::JobRunner::cancelled})
        connect(&jobs, signal, this, [this] { settle(); });
    connect(&jobs, &models::JobRunner::failed, this, [this] { settle(); });
    parent->installEventFilter(this);
    place();
}

bool BusyLine::isBusy() const {
    return m_ticket != 0 && m_jobs.isRunning(m_ticket);
}

void BusyLine::follow(models::Ticket ticket, const QString& words) {
    m_ticket = ticket;
    m_words = words;
    if (!isBusy())
        settle();
    else if (!isVisible() && !m_delay.isActive())
        m_delay.start();
    update();
}

void BusyLine::settle() {
    if (isBusy())
        return;
    m_delay.stop();
    hide();
}

void BusyLine::place() {
    setGeometry(0, 0, parentWidget()->width(), 3 + qRound(24 * theme().textScale()));
}

bool BusyLine::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize)
        place();
    return QWidget::eventFilter(watched, event);
}

void BusyLine::paintEvent(QPaintEvent*) {
    const auto info = m_jobs.info(m_ticket);
    if (!info)
        return;
    QPainter painter(this);
    const auto& progress = info->progress;
    const double share = progress.total > 0 ? progress.done / progress.total : 0.0;
    paintBar(painter, QRectF(0, 0, width(), 3), share, theme().colour(Role::accent));
    QStringList words{m_words};
    if (progress.total > 0)
        words << tr("%1 of %2 %3").arg(format::count(qRound64(progress.done)), format::count(qRound64(progress.total)), QString::fromStdString(progress.unit));
    if (const QString left = format::timeLeft(info->secondsLeft); !left.isEmpty())
        words << left;
    const QString text = words.join(QStringLiteral(", "));
    const QFont font = theme().font(12);
    const double textWidth = QFontMetricsF(font).horizontalAdvance(text);
    const QRectF box(width() - textWidth - 28, 3, textWidth + 28, height() - 3);
    painter.fillRect(box, theme().colour(Role::raised));
    paintText(painter, box.adjusted(12, 0, -4, 0), text, font, theme().colour(Role::text2));
}

} // namespace lpntk::views
