#pragma once

#include <core/run/run.h>
#include <widgets/views/heatmap_tiles.h>

#include <QComboBox>

namespace lpntk::views {

/// Choice of the colours' range: so many of a hundred pairs, or a round figure. Shows the figure alone when closed, so
/// that the toolbar stays short. The first choice is the automatic one of the look.
class HeatmapRangeBox : public QComboBox {
    Q_OBJECT
public:
    explicit HeatmapRangeBox(QWidget* parent);

    /// Fills in the choices of a run and chooses the automatic one; says nothing.
    void fill(const run::Run& run, Quantity quantity);
    /// Of the chosen item, 0 when there is none.
    double range() const { return currentData().toDouble(); }
    /// The range for scales of cosines, whatever the quantity.
    double cosineRange() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void showPopup() override;

private:
    double m_unit = 1; ///< kappa that stands for a cosine of 1
};

} // namespace lpntk::views
