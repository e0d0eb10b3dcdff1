#pragma once

#include <widgets/models/session.h>
#include <widgets/views/pruning_comparison.h>

#include <QImage>
#include <QWidget>

#include <memory>
#include <optional>

namespace lpntk::views {

/// Every sample at its place in the orders of two methods, in the colour of its class; lines where the amounts cut. A
/// click makes a sample current, a dragged box selects. Owned by the comparison page.
class RankScatter : public QWidget {
    Q_OBJECT
public:
    RankScatter(models::Session& session, QWidget* parent);
    /// Null or without orders: says why there is nothing to see.
    void setContent(std::shared_ptr<const ComparisonContent> content, const QString& nameA, const QString& nameB);
    /// The sample whose point is nearest, within reach of the pointer; invalid when none is.
    models::SampleId sampleAt(QPointF place) const;
    /// Where its point lies.
    QPointF placeOf(models::SampleId sample) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    bool hasOrders() const;
    QRectF plot() const;
    QPointF point(std::size_t row) const;
    QPointF cut() const;
    void drawPoints();
    void paintAxes(QPainter& painter) const;
    void paintSides(QPainter& painter) const;
    void paintMark(QPainter& painter, models::SampleId sample, bool current) const;
    void selectBox();

    models::Session& m_session;
    std::shared_ptr<const ComparisonContent> m_content;
    QString m_nameA, m_nameB;
    QImage m_points; ///< of the plot, at the screen's pixel ratio; null = to be drawn
    std::optional<QPointF> m_pressed;
    QRectF m_box; ///< being dragged
};

} // namespace lpntk::views
