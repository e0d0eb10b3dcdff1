#include <widgets/views/parts_thumbnail.h>

#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/thumbnail_cache.h>

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPaintEngine>
#include <QPainter>

#include <algorithm>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr double kFaded = 0.4;
constexpr int kBadge = 18;

QColor colour(Role role) {
    return theme().colour(role);
}

void frame(QPainter& painter, const QRect& square, double outset, double width, const QColor& ink) {
    painter.setPen(QPen(ink, width, Qt::SolidLine, Qt::SquareCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    const double d = outset - width / 2;
    painter.drawRoundedRect(QRectF(square).adjusted(-d, -d, d, d), 2, 2);
}

void paintBadge(QPainter& painter, const QRect& square, const char* icon, Role role) {
    const int side = square.width() >= 40 ? kBadge : 14;
    const QRect box(square.right() - side + 4, square.top() - 3, side, side);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour(Role::panel));
    painter.drawRoundedRect(box, 3, 3);
    theme().icon(QLatin1String(icon), role).paint(&painter, box.adjusted(2, 2, -2, -2));
}

void paintMarks(QPainter& painter, const QRect& square, const ThumbnailState& state) {
    const bool badge = state.faded || state.keptByHand || state.prunedByHand || state.relabelled || state.review;
    if (square.width() >= 24) {
        if (state.relabelled)
            paintBadge(painter, square, "relabel", Role::warning);
        else if (state.keptByHand)
            paintBadge(painter, square, "keep", Role::success);
        else if (state.prunedByHand || state.faded)
            paintBadge(painter, square, "prune", Role::danger);
        else if (state.review)
            paintBadge(painter, square, "review", Role::accentText);
    }
    if (!state.misclassified)
        return;
    // With a badge in the right corner the dot moves to the left one.
    const QPointF middle(badge ? square.left() + 6 : square.right() - 5, square.top() + 6);
    painter.setPen(QPen(colour(Role::panel), 1));
    painter.setBrush(colour(Role::danger));
    painter.drawEllipse(middle, 4, 4);
}

} // namespace

ThumbnailState thumbnailState(const models::Session& session, models::SampleId sample, bool fadePruned) {
    using curation::Decision;
    ThumbnailState state;
    const auto& selection = const_cast<models::Session&>(session).selection();
    state.selected = selection.selected().contains(sample);
    state.current = selection.current() == sample;
    state.hovered = selection.hovered() == sample;
    const Decision& decision = session.decisions().of(sample);
    state.keptByHand = decision.verdict == Decision::Verdict::keep;
    state.prunedByHand = decision.verdict == Decision::Verdict::prune;
    state.relabelled = decision.relabel >= 0;
    state.review = decision.review;
    state.faded = fadePruned && state.prunedByHand;
    state.misclassified = session.isMisclassified(sample);
    return state;
}

double pixelRatioOf(const QPainter& painter) {
    return painter.paintEngine()->paintDevice()->devicePixelRatioF();
}

void paintFrame(QPainter& painter, const QRect& square, const ThumbnailState& state) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (state.selected || state.current) {
        frame(painter, square, 1, 1, colour(Role::panel)); // casing
        frame(painter, square, 3, 2, colour(Role::accent));
        if (state.current)
            frame(painter, square, 4, 1, colour(Role::text));
    } else if (state.hovered) {
        frame(painter, square, 2, 1, colour(Role::text));
    }
    painter.restore();
}

void paintThumbnail(QPainter& painter, const QRect& square, models::Session& session, models::SampleId sample,
                    const ThumbnailState& state) {
    painter.save();
    if (state.faded)
        painter.setOpacity(kFaded);
    const QImage picture = session.thumbnails().thumbnail(sample, square.width(), pixelRatioOf(painter));
    if (picture.isNull()) {
        painter.fillRect(square, colour(Role::sunken));
    } else {
        const QSizeF size = picture.deviceIndependentSize();
        if (size.width() < square.width() || size.height() < square.height())
            painter.fillRect(square, colour(Role::imageBackground));
        painter.setClipRect(square, Qt::IntersectClip);
        painter.drawImage(QPointF(square.x() + (square.width() - size.width()) / 2, square.y() + (square.height() - size.height()) / 2), picture);
    }
    painter.restore();
    paintFrame(painter, square, state);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    paintMarks(painter, square, state);
    painter.restore();
}

void paintSwatch(QPainter& painter, const QPointF& middleLeft, const QColor& ink) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ink);
    painter.drawRoundedRect(QRectF(middleLeft.x(), middleLeft.y() - kSwatch / 2.0, kSwatch, kSwatch), 2, 2);
    painter.restore();
}

void paintBar(QPainter& painter, const QRectF& track, double share, const QColor& ink) {
    painter.fillRect(track, colour(Role::border));
    painter.fillRect(QRectF(track.topLeft(), QSizeF(track.width() * std::clamp(share, 0.0, 1.0), track.height())), ink);
}

double paintText(QPainter& painter, const QRectF& rect, const QString& text, const QFont& font, const QColor& ink, Qt::Alignment alignment) {
    const QFontMetricsF metrics(font);
    const QString shown = metrics.elidedText(text, Qt::ElideRight, std::max(0.0, rect.width()) + 0.5);
    painter.setFont(font);
    painter.setPen(ink);
    if (alignment & Qt::AlignRight) {
        models::drawFigures(painter, rect, alignment, shown);
        return models::figuresWidth(font, shown);
    }
    painter.drawText(rect, static_cast<int>(alignment) | Qt::TextSingleLine, shown);
    return metrics.horizontalAdvance(shown);
}

QRectF paintKey(QPainter& painter, QPointF right, const QString& key, const QColor& ink) {
    const QFont font = theme().font(11, QFont::Medium);
    const QFontMetricsF metrics(font);
    const double width = std::max(18.0, metrics.horizontalAdvance(key) + 10);
    const double height = metrics.height() + 2;
    const QRectF box(right.x() - width, right.y() - height / 2, width, height);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour(Role::border), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    painter.setFont(font);
    painter.setPen(ink);
    painter.drawText(box, Qt::AlignCenter, key);
    painter.restore();
    return box;
}

void paintSampleName(QPainter& painter, const QRectF& line, models::Session& session, models::SampleId sample, const QFont& font, bool onSelection) {
    const int label = session.labelOf(sample);
    paintSwatch(painter, QPointF(line.left(), line.center().y()), theme().classColour(label, session.classes()));
    QRectF rest = line.adjusted(kSwatch + 7, 0, 0, 0);
    const QFont idFont = theme().font(12);
    const QString id = format::sample(sample);
    const double idWidth = QFontMetricsF(idFont).horizontalAdvance(id) + 6;
    const double used = paintText(painter, QRectF(rest.topLeft(), QSizeF(rest.width() - idWidth, rest.height())), session.className(label), font, colour(Role::text));
    paintText(painter, rest.adjusted(used + 6, 0, 0, 0), id, idFont, colour(onSelection ? Role::text2 : Role::text3));
}

QString spokenSample(const models::Session& session, models::SampleId sample) {
    const auto say = [](const char* text) { return QCoreApplication::translate("Sample", text); };
    if (!sample.isValid())
        return say("no sample");
    QStringList parts{session.className(session.labelOf(sample)) + QLatin1Char(' ') + format::sample(sample)};
    if (session.isMisclassified(sample))
        parts << say("predicted %1").arg(session.className(session.predictionOf(sample)));
    const auto& decision = session.decisions().of(sample);
    if (decision.verdict == curation::Decision::Verdict::keep)
        parts << say("kept by hand");
    else if (session.isPruned(sample))
        parts << say("pruned");
    if (decision.relabel >= 0)
        parts << say("relabelled %1").arg(session.className(decision.relabel));
    if (decision.review)
        parts << say("for review");
    return parts.join(QStringLiteral(", "));
}

} // namespace lpntk::views
