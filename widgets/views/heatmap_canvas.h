#pragma once

#include <widgets/models/session.h>
#include <widgets/views/figure_part.h>
#include <widgets/views/heatmap_axes.h>
#include <widgets/views/heatmap_loader.h>

#include <QWidget>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace lpntk::views {

class BusyLine;
class HeatmapFigure;
class HeatmapMap;
class HeatmapMinimap;
struct MapPicture;
class PairCard;

/// The map with its axis strips, minimap and pair card: translates between positions of the order, rows of the run and
/// samples. Owned by the heatmap view.
class HeatmapCanvas : public QWidget, public FigurePart {
    Q_OBJECT
public:
    HeatmapCanvas(models::Session& session, QWidget* parent);
    ~HeatmapCanvas() override;

    /// Null run empties the canvas. The order may be exchanged later, same length.
    void setRun(std::shared_ptr<const run::Run> run);
    /// `clusters`: what the order's cluster bands are numbered by. The pair shown stays in the middle where it was
    /// seen.
    void setOrder(std::shared_ptr<const analysis::RowOrder> order,
                  std::shared_ptr<const analysis::ClusterAssignment> clusters = nullptr);
    /// Shows a bar over the old picture from 300 ms on, until the job ends.
    void followOrdering(models::Ticket ticket);
    void setStatistic(run::CellStatistic statistic);
    void setQuantity(Quantity quantity);
    /// Colours on [-range, +range].
    void setRange(float range);
    void setActive(bool active);
    void applyTheme();

    HeatmapMap& map() { return *m_map; }
    PairCard& card() { return *m_card; }
    const TileQuestion& question() const { return m_loader->question(); }
    bool isComplete() const;

    models::SampleId sampleAt(std::int64_t position) const;
    std::int64_t positionOf(models::SampleId sample) const; ///< -1 when it is not in the run
    /// Moves so that the pair is in the middle; keeps the scale when it is `scale` or more.
    void goTo(models::SampleId row, models::SampleId column, double scale);
    void showClassPair(int rowClass, int columnClass);
    /// Classes in the middle of the view.
    std::pair<int, int> classesInMiddle() const;

    /// From the shared selection: marks on both axes, current sample.
    void setMarks(const models::SampleSet& selected, models::SampleId current);
    /// (N) by row, 1 = kept; empty when nothing is known.
    void setKept(std::span<const char> kept);
    void setShownPair(models::SampleId row, models::SampleId column);

    FigureState prepareFigure(double ratio) override;
    FigureState figureState() const override;
    double figureProgress() const override;
    QString figureProblem() const override;
    void paintFigure(QPainter& painter, double ratio) override;
    void forgetFigure() override;
    void keepView() override;
    void restoreView() override;

Q_SIGNALS:
    void viewChanged();
    /// All visible tiles have been painted.
    void completed();
    void failed(const QString& sentence);
    void pairHovered(lpntk::models::SampleId row, lpntk::models::SampleId column);
    void pairClicked(lpntk::models::SampleId row, lpntk::models::SampleId column, Qt::KeyboardModifiers modifiers);
    void boxSelected(const lpntk::models::SampleSet& samples, qint64 rows, qint64 columns);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void ask();
    void moved();
    void layoutMap();
    void updateOverlay();
    void updateLabels();
    void hoverMoved();
    void cellClicked(const vtk::MapCell& cell, Qt::KeyboardModifiers modifiers);
    void cellActivated(const vtk::MapCell& cell);
    QPoint endOf(const vtk::MapCell& cell) const;
    void setCard(const vtk::MapCell& cell);
    void speak(const vtk::MapCell& cell);
    void placePair();
    void placePruned();
    void cellStepped(int rows, int columns, Qt::KeyboardModifiers modifiers);
    void boxMoved(const QRectF& positions, bool done);
    void painted();
    MapPicture figurePicture(double ratio) const;

    models::Session& m_session;
    std::shared_ptr<const run::Run> m_run;
    std::shared_ptr<const analysis::RowOrder> m_order;
    run::CellStatistic m_statistic = run::CellStatistic::mean;
    Quantity m_quantity = Quantity::cosine;
    float m_range = 1;
    HeatmapMap* m_map;
    HeatmapMinimap* m_minimap;
    PairCard* m_card;
    HeatmapLoader* m_loader;
    HeatmapFigure* m_figure;
    std::optional<vtk::HeatmapTransform> m_keptView; ///< while the canvas has the size of a figure
    BusyLine* m_busy;
    AxisFacts m_facts;
    models::SampleId m_pairRow, m_pairColumn; ///< with the frame of the current cell
    std::vector<char> m_kept;                 ///< by row
    bool m_laying = false;
};

} // namespace lpntk::views
