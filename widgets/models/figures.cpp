#include <widgets/models/figures.h>

#include <QFontMetricsF>
#include <QPaintEngine>
#include <QPainter>

namespace lpntk::models {

namespace {

/// Calls `place(part, x, width)` for runs of non-digits and single digits; returns the whole width.
template <typename Place> double layOut(const QFontMetricsF& metrics, const QString& text, Place place) {
    const double digit = metrics.horizontalAdvance(QLatin1Char('0'));
    double x = 0;
    for (qsizetype i = 0; i < text.size();) {
        qsizetype end = i;
        while (end < text.size() && !text[end].isDigit())
            ++end;
        const bool isDigit = end == i;
        const QString part = text.mid(i, isDigit ? 1 : end - i);
        const double own = metrics.horizontalAdvance(part);
        const double width = isDigit ? digit : own;
        place(part, x + (width - own) / 2);
        x += width;
        i += part.size();
    }
    return x;
}

} // namespace

double figuresWidth(const QFont& font, const QString& text) {
    return layOut(QFontMetricsF(font), text, [](const QString&, double) {});
}

void drawFigures(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text) {
    const QFontMetricsF metrics(painter.font(), painter.device());
    const double width = layOut(metrics, text, [](const QString&, double) {});
    double x = rect.left();
    if (alignment & Qt::AlignRight)
        x = rect.right() - width;
    else if (alignment & Qt::AlignHCenter)
        x = rect.center().x() - width / 2;
    double baseline = rect.top() + metrics.ascent();
    if (alignment & Qt::AlignBottom)
        baseline = rect.bottom() - metrics.descent();
    else if (alignment & Qt::AlignVCenter)
        baseline = rect.center().y() + (metrics.ascent() - metrics.descent()) / 2;
    if (painter.paintEngine()->type() == QPaintEngine::User) {
        // In a figure that keeps its text a number is looked for and copied as one word.
        const double spare = width - metrics.horizontalAdvance(text);
        x += alignment & Qt::AlignRight ? spare : alignment & Qt::AlignHCenter ? spare / 2 : 0;
        return painter.drawText(QPointF(x, baseline), text);
    }
    layOut(metrics, text, [&](const QString& part, double at) { painter.drawText(QPointF(x + at, baseline), part); });
}

} // namespace lpntk::models
