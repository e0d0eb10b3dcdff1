#pragma once

#include <widgets/views/heatmap_tiles.h>
#include <widgets/views/session_view.h>

#include <memory>
#include <vector>

class QComboBox;
class QLabel;
class QToolButton;

namespace lpntk::views {

class ClassMatrixPart;
class EmptyState;
class HeatmapCanvas;
class HeatmapOrders;
class HeatmapRangeBox;
class HistogramPart;
class RelationLegend;
class SampleActions;
class Segment;

/// The whole N x N matrix as a map, with toolbar, axis strips and the strip of scale, thresholds, counts and class
/// pairs. Rows are the run's; selection is shared in samples.
class HeatmapView : public SessionView {
    Q_OBJECT
public:
    HeatmapView(models::Session& session, QWidget* parent);

    QString name() const { return QStringLiteral("heatmap"); }
    bool isReady() const;

    HeatmapCanvas& canvas() { return *m_canvas; }
    /// "#865", "865" or "865, 1389": shows the sample or the pair and makes it current. False when it is not there.
    bool goTo(const QString& text);
    base::Json figureSettings() const override;
    QWidget* keysGoTo() override;

Q_SIGNALS:
    /// All data of the present view are drawn.
    void ready();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int parts) override;
    void themeChanged() override;
    void hideEvent(QHideEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeToolBar();
    QWidget* makeStrip();
    void connectCanvas();
    void choosePair(models::SampleId row, models::SampleId column, Qt::KeyboardModifiers modifiers);
    void openRun();
    void connectOrders();
    void fillRanges();
    void applyRange();
    void showKept();
    void showScale();
    void showCounts();
    void askGoTo();

    HeatmapCanvas* m_canvas;
    EmptyState* m_empty;
    SampleActions* m_samples;
    QWidget* m_strip;
    QWidget* m_toolBar;
    Segment* m_quantity;
    HeatmapOrders* m_orders;
    HeatmapRangeBox* m_range;
    QComboBox* m_blocks;
    QToolButton* m_box;
    QLabel* m_scale;
    HistogramPart* m_histogram;
    RelationLegend* m_legend;
    ClassMatrixPart* m_matrix;
    std::shared_ptr<const run::Run> m_run;
};

} // namespace lpntk::views
