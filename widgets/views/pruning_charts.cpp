#include <widgets/views/pruning_charts.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QMouseEvent>
#include <QPainter>
#include <QPaintEvent>

#include <algorithm>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

ClassBalance::ClassBalance(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setAccessibleName(tr("Class balance"));
}

int ClassBalance::lineHeight() const {
    return qRound(21 * theme().textScale());
}

QSize ClassBalance::sizeHint() const {
    return {220, static_cast<int>(m_kept.size()) * lineHeight() + 8};
}

void ClassBalance::setKept(std::vector<std::int64_t> kept) {
    const bool resized = kept.size() != m_kept.size();
    m_kept = std::move(kept);
    QStringList spoken;
    for (std::size_t label = 0; label < m_kept.size() && m_session.run(); ++label)
        spoken << tr("%1 %2").arg(m_session.className(static_cast<int>(label)),
                                  format::countOf(m_kept[label], m_session.run()->classRange(static_cast<int>(label)).size()));
    setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    if (resized)
        updateGeometry();
    update();
}

void ClassBalance::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.fillRect(event->rect(), theme().colour(Role::panel));
    const auto run = m_session.run();
    if (!run || static_cast<int>(m_kept.size()) != run->classes())
        return;
    const double scale = theme().textScale();
    const double nameWidth = std::min(96 * scale, width() * 0.34);
    const double number = 44 * scale;
    const QFont font = theme().font(12);
    for (int label = 0; label < run->classes(); ++label) {
        const QRectF line(12, 2 + label * lineHeight(), width() - 24, lineHeight());
        if (!event->rect().intersects(line.toRect()))
            continue;
        const auto kept = m_kept[static_cast<std::size_t>(label)];
        const auto before = run->classRange(label).size();
        if (label == m_class) {
            painter.fillRect(line.adjusted(-12, 0, 12, 0), theme().colour(Role::selection));
            painter.fillRect(QRectF(0, line.top(), 2, line.height()), theme().colour(Role::accent));
        }
        paintSwatch(painter, QPointF(line.left(), line.center().y()), theme().classColour(label, run->classes()));
        paintText(painter, QRectF(line.left() + kSwatch + 7, line.top(), nameWidth - kSwatch - 10, line.height()), m_session.className(label), font, theme().colour(Role::text));
        const QRectF bar(line.left() + nameWidth, line.center().y() - 3.5, std::max(20.0, line.width() - nameWidth - 2 * number), 7);
        paintBar(painter, bar, before > 0 ? static_cast<double>(kept) / static_cast<double>(before) : 0, theme().colour(Role::accent));
        paintText(painter, QRectF(line.right() - 2 * number, line.top(), number, line.height()), format::count(kept), theme().font(12, QFont::Medium), theme().colour(Role::text), Qt::AlignRight | Qt::AlignVCenter);
        paintText(painter, QRectF(line.right() - number, line.top(), number, line.height()), format::count(before),
                  font, theme().colour(label == m_class ? Role::text2 : Role::text3),
                  Qt::AlignRight | Qt::AlignVCenter);
    }
}

void ClassBalance::setClass(int label) {
    m_class = label;
    update();
}

QString ClassBalance::asText() const {
    QStringList lines{QStringList{tr("Class"), tr("Kept"), tr("Before")}.join(QLatin1Char('\t'))};
    const auto run = m_session.run();
    for (std::size_t label = 0; label < m_kept.size() && run; ++label)
        lines << QStringList{m_session.className(static_cast<int>(label)), format::count(m_kept[label]),
                             format::count(run->classRange(static_cast<int>(label)).size())}
                     .join(QLatin1Char('\t'));
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void ClassBalance::mousePressEvent(QMouseEvent* event) {
    const int label = (qRound(event->position().y()) - 2) / lineHeight();
    if (event->button() == Qt::LeftButton && label >= 0 && label < static_cast<int>(m_kept.size()))
        Q_EMIT classChosen(label == m_class ? -1 : label);
}

} // namespace lpntk::views
