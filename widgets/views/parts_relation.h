#pragma once

#include <core/analysis/relations.h>

#include <QColor>
#include <QRectF>
#include <QString>
#include <QWidget>

class QPainter;

namespace lpntk::views {

/// "Interchangeable", "Unrelated", "Contradictory".
QString relationWord(analysis::Relation relation);
QColor relationColour(analysis::Relation relation);
/// The line sign of a relation in the middle of `rect`: solid, dotted or dashed, so that colour never stands alone.
void paintRelationSign(QPainter& painter, const QRectF& rect, analysis::Relation relation);

/// Counts of the three relations with their shares, signs and words, and both thresholds as cosine and angle.
class RelationLegend : public QWidget {
    Q_OBJECT
public:
    explicit RelationLegend(QWidget* parent);
    void setCounts(const analysis::RelationCounts& counts, analysis::Thresholds thresholds);
    const analysis::RelationCounts& counts() const { return m_counts; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    analysis::RelationCounts m_counts;
    analysis::Thresholds m_thresholds;
};

} // namespace lpntk::views
