#pragma once

#include <core/analysis/relations.h>

#include <QString>
#include <QWidget>

#include <cstdint>
#include <vector>

namespace lpntk::views {

/// Colour scale and cosine histogram (square-root counts) with two draggable threshold handles; the same part beside
/// the heatmap and the relation graph. Handles snap to the histogram's bin edges of 0.005, so counts are exact.
/// Up and Down move the focused handle, Tab goes to the other one.
class HistogramPart : public QWidget {
    Q_OBJECT
public:
    enum class Handle { none, plus, minus };

    explicit HistogramPart(QWidget* parent);

    void setTitle(const QString& title);
    /// run::kHistogramBins counts over [-1, 1].
    void setBins(std::vector<std::int64_t> bins);
    void setThresholds(analysis::Thresholds thresholds);
    analysis::Thresholds thresholds() const { return m_thresholds; }
    /// Range of the colour scale beside it.
    void setRange(float range);

    /// Where a cosine lies, y in the widget; and back. Public for tests.
    double placeOf(double cosine) const;
    double cosineAt(double y) const;
    QRectF grip(Handle handle) const;

    QSize sizeHint() const override { return {180, 400}; }
    QSize minimumSizeHint() const override { return {160, 180}; }

Q_SIGNALS:
    /// While dragging, too.
    void thresholdsChanged(lpntk::analysis::Thresholds thresholds);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QRectF area() const; ///< of the bars
    Handle handleAt(QPointF place) const;
    void moveHandle(Handle handle, double cosine);
    void paintScale(QPainter& painter) const;
    void paintBars(QPainter& painter) const;
    void paintHandle(QPainter& painter, Handle handle) const;
    void findExtent();

    QString m_title;
    std::vector<std::int64_t> m_bins;
    analysis::Thresholds m_thresholds;
    float m_range = 1;
    double m_low = -1, m_high = 1; ///< cosines at the ends
    Handle m_dragged = Handle::none, m_hovered = Handle::none, m_focused = Handle::plus;
    double m_grab = 0;             ///< pointer minus handle when it was taken
};

} // namespace lpntk::views
