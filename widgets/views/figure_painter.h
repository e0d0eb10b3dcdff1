#pragma once

#include <QImage>
#include <QSize>

#include <utility>
#include <vector>

class QAbstractSlider;
class QPainter;
class QWidget;

namespace lpntk::views {

class FigurePart;

/// How a view looks in a figure.
struct FigureLook {
    enum class Colours { asShown, light, dark };

    QSize size; ///< logical pixels; empty = as it is on the screen
    Colours colours = Colours::asShown;
    bool toolBar = true; ///< with the tool bar of the view
};

/// Gives a visible widget the look of a figure for as long as the object lives, within one turn of the event loop, so
/// that the screen never shows it.
class FigureStage {
public:
    FigureStage(QWidget& widget, const FigureLook& look);
    ~FigureStage();
    FigureStage(const FigureStage&) = delete;
    FigureStage& operator=(const FigureStage&) = delete;

private:
    QWidget& m_widget;
    QRect m_place;
    bool m_dark;
    std::vector<QWidget*> m_hidden;
    std::vector<std::pair<QAbstractSlider*, int>> m_scrolled;
};

/// The parts among a widget and what is visible in it.
std::vector<FigurePart*> figureParts(QWidget& widget);

/// Paints the widget with all that is visible in it, at the origin of the painter, which must paint on a device with
/// `ratio` device pixels per logical pixel. What Qt paints stays text and shapes on devices that keep those; what only
/// OpenGL draws becomes a picture.
void paintFigure(QPainter& painter, QWidget& widget, double ratio);

/// A preview as large as fits into `room` (device pixels of the result); quick, what is not there is left out.
QImage figurePreview(QWidget& widget, const FigureLook& look, QSize room);

} // namespace lpntk::views
