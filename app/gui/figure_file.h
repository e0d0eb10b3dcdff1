#pragma once

#include <core/formats/figure_note.h>

#include <QByteArray>
#include <QImage>
#include <QSize>
#include <QString>

#include <optional>
#include <vector>

class QWidget;

namespace lpntk::gui {

enum class FigureKind { png, pdf, svg };

/// By the ending of a file's name; nothing for others.
std::optional<FigureKind> figureKindOf(const QString& file);
/// "png", "pdf", "svg".
QString endingOf(FigureKind kind);

/// How large a figure is: laid out in logical pixels like a window, drawn with `ratio` dots for each of them, printed
/// with so many dots an inch.
struct FigureSize {
    QSize layout;
    double ratio = 1;
    int dotsPerInch = 96;

    static constexpr int kMostDots = 16384;              ///< a side
    static constexpr qint64 kMostArea = qint64{1} << 27; ///< dots

    QSize dots() const;
    QSizeF millimetres() const;
    /// Not empty, and not so large that memory or a reader fails.
    bool isPossible() const;
};

/// A figure as it was drawn, before it becomes a file.
struct Figure {
    FigureKind kind = FigureKind::png;
    FigureSize size;
    formats::FigureNote note;
    QImage image;        ///< png
    QByteArray document; ///< pdf, svg: finished
};

/// Draws the widget, which has the figure's look already (views::FigureStage). Window's thread.
Figure drawFigure(QWidget& widget, FigureKind kind, const FigureSize& size, const formats::FigureNote& note);

/// The bytes of the file, with the note in them. Any thread. Throws IoError when a picture cannot be encoded.
std::vector<std::byte> encodeFigure(const Figure& figure);

} // namespace lpntk::gui
