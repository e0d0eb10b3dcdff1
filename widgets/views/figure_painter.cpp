#include <widgets/views/figure_painter.h>

#include <widgets/models/figure_device.h>
#include <widgets/models/theme.h>
#include <widgets/views/figure_part.h>
#include <widgets/views/parts_segment.h>
#include <widgets/vtk/vtk_host.h>

#include <QLayout>
#include <QPainter>
#include <QScrollBar>

#include <cmath>

namespace lpntk::views {

using models::theme;

namespace {

/// Calls `visit` for a widget and all that is visible in it; a part answers for its children.
template <typename Visit> void forVisible(QWidget& widget, const Visit& visit) {
    visit(widget);
    if (dynamic_cast<FigurePart*>(&widget))
        return;
    for (QObject* object : widget.children())
        if (auto* child = qobject_cast<QWidget*>(object); child && !child->isWindow() && child->isVisible())
            forVisible(*child, visit);
}

/// Layouts work when the event loop comes round, for which a figure does not wait.
void layOut(QWidget& widget) {
    if (QLayout* layout = widget.layout())
        layout->activate();
    for (QObject* object : widget.children())
        if (auto* child = qobject_cast<QWidget*>(object); child && !child->isWindow() && child->isVisible())
            layOut(*child);
}

/// The clip of a painter is lost or moved on its way through widgets except on pictures.
void clipTo(QPainter& painter, const QRect& seen) {
    if (auto* device = dynamic_cast<models::FigureDevice*>(painter.device()))
        device->setFrame(seen);
    else
        painter.setClipRect(seen, Qt::IntersectClip);
}

void paintTree(QPainter& painter, QWidget& widget, QPoint at, const QRect& within, double ratio) {
    const QRect seen = within & QRect(at, widget.size());
    if (seen.isEmpty())
        return;
    painter.save();
    clipTo(painter, seen);
    painter.translate(at);
    auto* part = dynamic_cast<FigurePart*>(&widget);
    if (part) {
        part->paintFigure(painter, ratio);
    } else if (auto* host = qobject_cast<vtk::VtkHost*>(&widget)) {
        painter.drawImage(QRectF(host->rect()), host->pictureAt(ratio));
    } else {
        widget.render(&painter, QPoint(), QRegion(),
                      at.isNull() ? QWidget::DrawWindowBackground : QWidget::RenderFlags());
    }
    painter.restore();
    if (part)
        return;
    for (QObject* object : widget.children())
        if (auto* child = qobject_cast<QWidget*>(object); child && !child->isWindow() && child->isVisible())
            paintTree(painter, *child, at + child->pos(), seen, ratio);
}

} // namespace

FigureStage::FigureStage(QWidget& widget, const FigureLook& look)
    : m_widget(widget), m_place(widget.geometry()), m_dark(theme().isDark()) {
    for (FigurePart* part : figureParts(m_widget))
        part->keepView();
    for (auto* bar : m_widget.findChildren<QScrollBar*>())
        m_scrolled.emplace_back(bar, bar->value());
    if (look.colours != FigureLook::Colours::asShown)
        theme().setDark(look.colours == FigureLook::Colours::dark);
    if (!look.toolBar)
        for (auto* bar : m_widget.findChildren<ViewToolBar*>())
            if (bar->isVisible()) {
                bar->hide();
                m_hidden.push_back(bar);
            }
    if (!look.size.isEmpty() && !m_widget.isWindow())
        m_widget.setGeometry(QRect(m_place.topLeft(), look.size));
    layOut(m_widget);
}

FigureStage::~FigureStage() {
    for (QWidget* bar : m_hidden)
        bar->show();
    if (m_widget.geometry() != m_place)
        m_widget.setGeometry(m_place);
    layOut(m_widget);
    theme().setDark(m_dark);
    for (const auto& [bar, value] : m_scrolled)
        bar->setValue(value);
    for (FigurePart* part : figureParts(m_widget))
        part->restoreView();
}

std::vector<FigurePart*> figureParts(QWidget& widget) {
    std::vector<FigurePart*> parts;
    forVisible(widget, [&](QWidget& visited) {
        if (auto* part = dynamic_cast<FigurePart*>(&visited))
            parts.push_back(part);
    });
    return parts;
}

void paintFigure(QPainter& painter, QWidget& widget, double ratio) {
    paintTree(painter, widget, QPoint(), widget.rect(), ratio);
}

QImage figurePreview(QWidget& widget, const FigureLook& look, QSize room) {
    const FigureStage stage(widget, look);
    QImage image(widget.size(), QImage::Format_RGB32);
    QPainter painter(&image);
    paintFigure(painter, widget, 1);
    painter.end();
    return image.scaled(room, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

} // namespace lpntk::views
