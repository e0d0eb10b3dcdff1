#include <widgets/views/parts_relation.h>

#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>

namespace lpntk::views {

using analysis::Relation;
using models::Role;
using models::theme;
namespace format = models::format;

QString relationWord(Relation relation) {
    switch (relation) {
    case Relation::interchangeable:
        return QCoreApplication::translate("Relations", "Interchangeable");
    case Relation::contradictory:
        return QCoreApplication::translate("Relations", "Contradictory");
    case Relation::unrelated:
        break;
    }
    return QCoreApplication::translate("Relations", "Unrelated");
}

QColor relationColour(Relation relation) {
    switch (relation) {
    case Relation::interchangeable:
        return theme().colour(Role::positive);
    case Relation::contradictory:
        return theme().colour(Role::negative);
    case Relation::unrelated:
        break;
    }
    return theme().colour(Role::neutral);
}

void paintRelationSign(QPainter& painter, const QRectF& rect, Relation relation) {
    const QColor colour = relationColour(relation);
    const double middle = rect.center().y();
    // Stroke and gap in pixels; 0 = solid.
    double stroke = 0, gap = 0, width = 4;
    if (relation == Relation::contradictory) {
        stroke = 5;
        gap = 2;
    } else if (relation == Relation::unrelated) {
        stroke = 1.5;
        gap = 2;
    }
    if (stroke == 0) {
        painter.fillRect(QRectF(rect.left(), middle - width / 2, rect.width(), width), colour);
        return;
    }
    for (double x = rect.left(); x < rect.right() - 0.5; x += stroke + gap)
        painter.fillRect(QRectF(x, middle - width / 2, std::min(stroke, rect.right() - x), width), colour);
}

RelationLegend::RelationLegend(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&theme(), &models::Theme::changed, this, [this] { updateGeometry(); update(); });
}

QSize RelationLegend::sizeHint() const {
    const int line = QFontMetrics(theme().font(12)).height() + 7;
    const int small = QFontMetrics(theme().font(11)).height();
    return {180, 3 * (line + small) + line + 6};
}

void RelationLegend::setCounts(const analysis::RelationCounts& counts, analysis::Thresholds thresholds) {
    m_counts = counts;
    m_thresholds = thresholds;
    const auto part = [&](Relation relation, std::int64_t count) {
        return QStringLiteral("%1 %2").arg(relationWord(relation), format::count(count));
    };
    setAccessibleName(QStringList{part(Relation::interchangeable, counts.interchangeable),
                                  part(Relation::unrelated, counts.unrelated),
                                  part(Relation::contradictory, counts.contradictory)}
                          .join(QStringLiteral(", ")));
    update();
}

void RelationLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QFont font = theme().font(12), small = theme().font(11);
    const double line = QFontMetricsF(font).height() + 7, smallLine = QFontMetricsF(small).height();
    const std::pair<Relation, std::int64_t> rows[] = {{Relation::interchangeable, m_counts.interchangeable},
                                                      {Relation::unrelated, m_counts.unrelated},
                                                      {Relation::contradictory, m_counts.contradictory}};
    // Tens of millions of pairs do not fit beside the word; then all counts move down to their shares.
    const bool fits = std::all_of(std::begin(rows), std::end(rows), [&](const auto& row) {
        const QString taken = relationWord(row.first) + QLatin1Char(' ') + format::count(row.second);
        return 25 + QFontMetricsF(font).horizontalAdvance(taken) <= width();
    });
    double y = 0;
    for (const auto& [relation, count] : rows) {
        const QRectF rect(0, y, width(), line);
        paintRelationSign(painter, {0, y, 18, line}, relation);
        paintText(painter, rect.adjusted(25, 0, 0, 0), relationWord(relation), font, theme().colour(Role::text2));
        painter.setFont(font);
        painter.setPen(theme().colour(Role::text));
        const QString figures = format::count(count);
        if (fits)
            models::drawFigures(painter, rect, Qt::AlignRight | Qt::AlignVCenter, figures);
        else
            models::drawFigures(painter, {25, y + line - 4, width() - 25.0, smallLine}, Qt::AlignLeft | Qt::AlignVCenter, figures);
        if (m_counts.total() > 0) {
            const double share = static_cast<double>(count) / static_cast<double>(m_counts.total());
            painter.setFont(small);
            painter.setPen(theme().colour(Role::text3));
            models::drawFigures(painter, {0, y + line - 4, static_cast<double>(width()), smallLine},
                                Qt::AlignRight | Qt::AlignVCenter, format::share(share, share < 0.01 ? 2 : 1));
        }
        y += line + smallLine;
    }
    painter.setFont(small);
    painter.setPen(theme().colour(Role::text3));
    const QRectF last(0, y + 2, width(), line);
    models::drawFigures(painter, last, Qt::AlignLeft | Qt::AlignVCenter, format::threshold(m_thresholds.plus));
    models::drawFigures(painter, last, Qt::AlignRight | Qt::AlignVCenter, format::threshold(-m_thresholds.minus));
}

} // namespace lpntk::views
