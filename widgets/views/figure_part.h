#pragma once

#include <QString>

class QPainter;

namespace lpntk::views {

/// How far what a part needs for a figure is made.
enum class FigureState { ready, working, failed };

/// What a widget adds that paints itself otherwise in a figure than on the screen, because OpenGL draws it there or
/// because it has more to show at a higher resolution. Found by the figure's painter, window's thread only.
class FigurePart {
public:
    virtual ~FigurePart() = default;

    /// The widget has the size and colours of the figure now: starts what it needs at `ratio` device pixels per logical
    /// pixel, and does nothing when that is there. Called again until it is ready.
    virtual FigureState prepareFigure(double ratio) = 0;
    /// Of what was started last; asked while the widget looks as usual.
    virtual FigureState figureState() const = 0;
    /// Share of it that is done, 0 to 1.
    virtual double figureProgress() const { return 0; }
    /// A sentence for figureState() == failed.
    virtual QString figureProblem() const { return {}; }
    /// Paints the whole widget and its children in its own coordinates; with what the screen shows where nothing was
    /// prepared (previews).
    virtual void paintFigure(QPainter& painter, double ratio) = 0;
    /// Frees what was prepared, and stops what is under way.
    virtual void forgetFigure() = 0;

    /// Before the widget takes the size of a figure, and when it has its own again: what it shows must be the same.
    virtual void keepView() {}
    virtual void restoreView() {}
};

} // namespace lpntk::views
