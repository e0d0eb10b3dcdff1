#pragma once

#include <core/analysis/relations.h>

#include <QString>
#include <QWidget>

#include <utility>
#include <vector>

namespace lpntk::views {

/// The relations between all pairs of classes as a K x K matrix with names and numbers: contradictory pairs,
/// interchangeable pairs or the mean cosine. Arrow keys move the current cell; a click or Enter asks for its pairs.
class RelationClassMap : public QWidget {
    Q_OBJECT
public:
    enum class Measure { contradictory, interchangeable, meanCosine };
    struct Cell {
        analysis::RelationCounts counts;
        double meanCosine = 0; ///< NaN = unknown
        bool computed = true;  ///< false: the run has no values between these classes
    };

    explicit RelationClassMap(QWidget* parent);

    /// `cells`: (K, K) row-major, symmetric; `names`: K class names.
    void setCells(std::vector<Cell> cells, std::vector<QString> names);
    void setMeasure(Measure measure);
    Measure measure() const { return m_measure; }
    /// The cell whose pairs are listed; -1 = none. It takes the keyboard with it.
    void setChosen(int row, int column);
    std::pair<int, int> current() const { return m_current; }
    /// Null for a cell that is not there.
    const Cell* cell(int row, int column) const;
    /// "Coat × Shirt: mean cosine +0.12, 1,234 (0.12 %) contradictory, ...": what is said below the matrix and to
    /// screen readers.
    QString sentenceOf(int row, int column) const;
    QRectF rectOf(int row, int column) const;

    QSize minimumSizeHint() const override { return {240, 200}; }

Q_SIGNALS:
    /// A click or Enter. Both classes of a cell that was not computed are never sent.
    void chosen(int rowClass, int columnClass);
    /// Pointer or arrow keys are on another cell; -1 = on none.
    void lookedAt(int rowClass, int columnClass);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Geometry {
        QRectF matrix;
        double cell = 0;      ///< width of a cell
        double height = 0;    ///< of a cell
        bool upright = false; ///< column names are turned by 90 degrees
    };
    int classes() const { return static_cast<int>(m_names.size()); }
    Geometry geometry() const;
    std::pair<int, int> cellAt(QPointF place) const;
    QColor colourOf(const Cell& cell) const;
    QString textOf(const Cell& cell, double width, const QFont& font) const;
    void paintNames(QPainter& painter, const Geometry& geometry) const;
    void paintCells(QPainter& painter, const Geometry& geometry) const;
    void paintFrames(QPainter& painter) const;
    void setCurrent(std::pair<int, int> cell);
    void measureRange();

    std::vector<Cell> m_cells;
    std::vector<QString> m_names;
    Measure m_measure = Measure::contradictory;
    double m_range = 1; ///< largest share or |mean cosine|: the end of the colour scale
    std::pair<int, int> m_current{-1, -1}, m_chosen{-1, -1}, m_hovered{-1, -1};
};

/// The cells of a run, (K, K) row-major. From the stored histograms, with thresholds at the nearest edges of their
/// bins, where the handles stand anyway; a run without them (more than 100 classes) needs a pass over the kernel: for a
/// worker.
std::vector<RelationClassMap::Cell> classCells(const run::Run& run, analysis::Thresholds thresholds,
                                               const base::JobContext& context = {});

} // namespace lpntk::views
