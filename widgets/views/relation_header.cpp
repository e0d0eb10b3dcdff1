#include <widgets/views/relation_header.h>

#include <widgets/models/theme.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QPainter>

namespace lpntk::views {

using models::Role;
using models::theme;

RelationGraphHeader::RelationGraphHeader(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

QSize RelationGraphHeader::sizeHint() const { return {300, QFontMetrics(theme().font(12)).height() + 18}; }

void RelationGraphHeader::setTexts(const QString& left, const QString& right) {
    m_left = left;
    m_right = right;
    setAccessibleName(left + QStringLiteral(", ") + right);
    update();
}

void RelationGraphHeader::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme().colour(Role::panel));
    const QFont font = theme().font(12);
    const QColor colour = theme().colour(Role::text2);
    const QRectF line(14, 6, width() - 28, height() - 8);
    if (!m_left.isEmpty()) {
        paintRelationSign(painter, {line.left(), line.top(), 22, line.height()}, analysis::Relation::interchangeable);
        paintText(painter, line.adjusted(30, 0, 0, 0), m_left, font, colour);
    }
    if (!m_right.isEmpty()) {
        paintRelationSign(painter, {line.right() - 22, line.top(), 22, line.height()}, analysis::Relation::contradictory);
        paintText(painter, line.adjusted(0, 0, -30, 0), m_right, font, colour, Qt::AlignRight | Qt::AlignVCenter);
    }
}

} // namespace lpntk::views
