#pragma once

#include <QFont>
#include <QRectF>
#include <QString>

class QPainter;

namespace lpntk::models {

/// Equal-width figures (look.md section 6): Qt 6.4 cannot ask Inter for its tabular ones, so every digit is painted
/// centred in the advance of "0". For numbers that stand below each other or change in place.
double figuresWidth(const QFont& font, const QString& text);
/// Paints with the painter's font and pen inside `rect`; alignment as for QPainter::drawText, one line.
void drawFigures(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text);

} // namespace lpntk::models
