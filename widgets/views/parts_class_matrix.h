#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace lpntk::views {

/// The K x K matrix of mean values between classes with class colours on both sides. A click, or Enter on the cell that
/// the arrow keys move, goes to that pair of classes.
class ClassMatrixPart : public QWidget {
    Q_OBJECT
public:
    explicit ClassMatrixPart(QWidget* parent);

    /// `means`: (K, K) row-major, NaN where there is none; `names`: K class names.
    void setMeans(std::vector<double> means, std::vector<QString> names);
    void setRange(float range);
    /// Pair of classes in the middle of the map, -1 = none.
    void setCurrent(int row, int column);
    double mean(int row, int column) const;
    QRectF cell(int row, int column) const;

    QSize sizeHint() const override { return {180, 226}; }
    QSize minimumSizeHint() const override { return {160, 200}; }

Q_SIGNALS:
    void chosen(int rowClass, int columnClass);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    int classes() const { return static_cast<int>(m_names.size()); }
    double cellSide() const;
    std::pair<int, int> cellAt(QPointF place) const;

    std::vector<double> m_means;
    std::vector<QString> m_names;
    float m_range = 1;
    std::pair<int, int> m_current{-1, -1}, m_hovered{-1, -1};
};

} // namespace lpntk::views
