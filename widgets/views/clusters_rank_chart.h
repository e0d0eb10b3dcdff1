#pragma once

#include <QWidget>

#include <cstdint>
#include <vector>

namespace lpntk::views {

/// Cluster sizes by rank on a logarithmic axis; the cluster shown is marked, a click or arrow key chooses another.
class RankChart : public QWidget {
    Q_OBJECT
public:
    explicit RankChart(QWidget* parent);
    void setSizes(std::vector<std::int64_t> sizes);
    void setCurrent(int rank);
    QSize sizeHint() const override;

Q_SIGNALS:
    void rankChosen(int rank);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF plot() const;
    int rankAt(double x) const;
    double heightOf(double size) const;
    void paintAxes(QPainter& painter) const;

    std::vector<std::int64_t> m_sizes; ///< largest first
    int m_current = -1;
};

} // namespace lpntk::views
