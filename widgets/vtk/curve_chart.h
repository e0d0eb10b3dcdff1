#pragma once

#include <widgets/vtk/graph_scene.h>
#include <widgets/vtk/vtk_host.h>

#include <QString>

#include <optional>
#include <vector>

#include <vtkChartXY.h>
#include <vtkContextActor.h>
#include <vtkNew.h>
#include <vtkSmartPointer.h>

class vtkTextProperty;

namespace lpntk::vtk {

/// One curve of a chart.
struct Curve {
    QString name;
    std::vector<double> x, y;
    QColor colour;
    double width = 2;           ///< logical pixels
    LineStyle style = LineStyle::solid;
};

/// Colours and font of a chart as plain values, from the theme.
struct ChartStyle {
    QColor background, text, line, marker;
    QString fontFile;           ///< path of a font file VTK can read; empty = VTK's own
    double fontPixels = 11;     ///< logical
};

/// Curves over one axis pair (coverage over the share kept, training history) drawn by VTK's chart, with a vertical
/// marker at the present amount. Window's thread only.
class CurveChart : public VtkHost {
    Q_OBJECT
public:
    explicit CurveChart(QWidget* parent = nullptr);
    ~CurveChart() override;

    void setStyle(const ChartStyle& style);
    void setTitles(const QString& x, const QString& y);
    /// Fixed axes; without them they follow the curves.
    void setRanges(double left, double right, double bottom, double top);
    void setCurves(std::vector<Curve> curves);
    /// Vertical line at x, none takes it away.
    void setMarker(std::optional<double> x);

protected:
    void prepareFrame() override;

private:
    void rebuild();
    void applyText(vtkTextProperty* text) const;

    vtkNew<vtkContextActor> m_actor;
    vtkSmartPointer<vtkChartXY> m_chart;
    std::vector<Curve> m_curves;
    ChartStyle m_style;
    QString m_titles[2];
    double m_ranges[4] = {0, 0, 0, 0};
    std::optional<double> m_marker;
    bool m_dirty = true;
    double m_ratio = 0;
};

} // namespace lpntk::vtk
