#pragma once

#include <widgets/models/session.h>
#include <widgets/models/theme.h>

#include <QRect>

class QPainter;

namespace lpntk::views {

/// What a thumbnail says about its sample beside the picture (look.md section 4, states.png).
struct ThumbnailState {
    bool hovered = false;
    bool selected = false;
    bool current = false;
    bool faded = false;          ///< pruned: 40 % opacity and a scissors badge
    bool keptByHand = false;
    bool prunedByHand = false;
    bool relabelled = false;
    bool review = false;
    bool misclassified = false;
};

/// The state of the moment; `fadePruned` is false where everything shown is pruned anyway.
ThumbnailState thumbnailState(const models::Session& session, models::SampleId sample, bool fadePruned = true);

/// How far frames reach outside the square of a thumbnail; leave that much space around it.
inline constexpr int kFrameReach = 4;

/// Paints the picture centred in the square with frames, badge and misclassification dot. Without a picture the ground
/// alone is painted.
void paintThumbnail(QPainter& painter, const QRect& square, models::Session& session, models::SampleId sample,
                    const ThumbnailState& state);

/// Device pixels per logical pixel of what a painter finally paints on: of a figure its own, where the painter's device
/// is still the widget.
double pixelRatioOf(const QPainter& painter);

/// Only the frame of a state, for pictures that are painted otherwise.
void paintFrame(QPainter& painter, const QRect& square, const ThumbnailState& state);

/// The square colour mark of a class, always beside its name.
void paintSwatch(QPainter& painter, const QPointF& middleLeft, const QColor& colour);
inline constexpr int kSwatch = 9;

/// A horizontal bar with its track; `share` in [0, 1].
void paintBar(QPainter& painter, const QRectF& track, double share, const QColor& colour);

/// One line of text, elided at the right; returns the width used.
double paintText(QPainter& painter, const QRectF& rect, const QString& text, const QFont& font, const QColor& colour,
                 Qt::Alignment alignment = Qt::AlignLeft | Qt::AlignVCenter);

/// The small framed box that names a key; `right` is the middle of its right edge. Returns the box.
QRectF paintKey(QPainter& painter, QPointF right, const QString& key, const QColor& colour);

/// "Pullover #742" with its swatch and badges in one line: swatch, name in `font`, id in text3 (text2 on selection).
void paintSampleName(QPainter& painter, const QRectF& line, models::Session& session, models::SampleId sample,
                     const QFont& font, bool onSelection);

/// What a screen reader says: "Pullover #742, prediction Shirt, pruned".
QString spokenSample(const models::Session& session, models::SampleId sample);

} // namespace lpntk::views
