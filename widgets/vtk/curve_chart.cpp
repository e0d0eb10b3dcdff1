#include <widgets/vtk/curve_chart.h>

#include <vtkAxis.h>
#include <vtkContextScene.h>
#include <vtkDoubleArray.h>
#include <vtkPen.h>
#include <vtkPlot.h>
#include <vtkTable.h>
#include <vtkTextProperty.h>

#include <algorithm>

namespace lpntk::vtk {

namespace {

int penType(LineStyle style) {
    switch (style) {
    case LineStyle::dotted:
        return vtkPen::DOT_LINE;
    case LineStyle::dashed:
        return vtkPen::DASH_LINE;
    case LineStyle::solid:
        break;
    }
    return vtkPen::SOLID_LINE;
}

vtkSmartPointer<vtkTable> tableOf(const std::string& name, const std::vector<double>& x, const std::vector<double>& y) {
    auto table = vtkSmartPointer<vtkTable>::New();
    vtkNew<vtkDoubleArray> first, second;
    first->SetName("x");
    second->SetName(name.empty() ? "y" : name.c_str());
    for (std::size_t place = 0; place < std::min(x.size(), y.size()); ++place) {
        first->InsertNextValue(x[place]);
        second->InsertNextValue(y[place]);
    }
    table->AddColumn(first);
    table->AddColumn(second);
    return table;
}

} // namespace

CurveChart::CurveChart(QWidget* parent) : VtkHost(parent), m_chart(vtkSmartPointer<vtkChartXY>::New()) {
    setSamples(4);
    m_actor->GetScene()->AddItem(m_chart);
    m_actor->GetScene()->SetRenderer(renderer());
    renderer()->AddActor(m_actor);
    m_chart->SetShowLegend(false);
    m_chart->SetAutoSize(true);
    m_chart->SetActionToButton(vtkChart::PAN, -1);
    m_chart->SetActionToButton(vtkChart::ZOOM, -1);
}

CurveChart::~CurveChart() = default;

void CurveChart::setStyle(const ChartStyle& style) {
    m_style = style;
    setBackground(style.background);
    m_dirty = true;
}

void CurveChart::setTitles(const QString& x, const QString& y) {
    m_titles[0] = x;
    m_titles[1] = y;
    m_dirty = true;
    update();
}

void CurveChart::setRanges(double left, double right, double bottom, double top) {
    const double ranges[4] = {left, right, bottom, top};
    std::copy(ranges, ranges + 4, m_ranges);
    m_dirty = true;
    update();
}

void CurveChart::setCurves(std::vector<Curve> curves) {
    m_curves = std::move(curves);
    m_dirty = true;
    update();
}

void CurveChart::setMarker(std::optional<double> x) {
    m_marker = x;
    m_dirty = true;
    update();
}

void CurveChart::applyText(vtkTextProperty* text) const {
    text->SetColor(m_style.text.redF(), m_style.text.greenF(), m_style.text.blueF());
    text->SetFontSize(qRound(m_style.fontPixels * m_ratio * 0.75)); // VTK counts points at 96 dots an inch
    text->SetBold(false);
    text->SetItalic(false);
    if (!m_style.fontFile.isEmpty()) {
        text->SetFontFamily(VTK_FONT_FILE);
        text->SetFontFile(m_style.fontFile.toUtf8().constData());
    }
}

void CurveChart::rebuild() {
    m_chart->ClearPlots();
    const auto add = [this](const Curve& curve) {
        vtkPlot* plot = m_chart->AddPlot(vtkChart::LINE);
        plot->SetInputData(tableOf(curve.name.toStdString(), curve.x, curve.y), 0, 1);
        plot->SetColor(curve.colour.redF(), curve.colour.greenF(), curve.colour.blueF());
        plot->SetWidth(static_cast<float>(curve.width * m_ratio));
        plot->GetPen()->SetLineType(penType(curve.style));
    };
    for (const Curve& curve : m_curves)
        add(curve);
    const bool fixed = m_ranges[1] > m_ranges[0] && m_ranges[3] > m_ranges[2];
    if (m_marker && fixed)
        add({{}, {*m_marker, *m_marker}, {m_ranges[2], m_ranges[3]}, m_style.marker, 1, LineStyle::solid});
    const int sides[2] = {vtkAxis::BOTTOM, vtkAxis::LEFT};
    for (int side = 0; side < 2; ++side) {
        vtkAxis* axis = m_chart->GetAxis(sides[side]);
        axis->SetTitle(m_titles[side].toStdString());
        applyText(axis->GetTitleProperties());
        applyText(axis->GetLabelProperties());
        const auto channel = [](double value) { return static_cast<unsigned char>(value * 255); };
        axis->GetPen()->SetColor(channel(m_style.line.redF()), channel(m_style.line.greenF()), channel(m_style.line.blueF()));
        axis->GetGridPen()->SetColor(channel(m_style.line.redF()), channel(m_style.line.greenF()),
                                     channel(m_style.line.blueF()));
        axis->SetBehavior(fixed ? vtkAxis::FIXED : vtkAxis::AUTO);
        if (fixed)
            axis->SetRange(m_ranges[2 * side], m_ranges[2 * side + 1]);
    }
    m_chart->RecalculateBounds();
    m_dirty = false;
}

void CurveChart::prepareFrame() {
    if (m_ratio != devicePixelRatioF()) {
        m_ratio = devicePixelRatioF();
        m_dirty = true;
    }
    if (m_dirty)
        rebuild();
}

} // namespace lpntk::vtk
