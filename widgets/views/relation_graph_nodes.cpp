#include <widgets/views/relation_graph.h>

#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/parts_thumbnail.h>

#include <QElapsedTimer>
#include <QPainter>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lpntk::views {

using models::Role;
using models::SampleId;
using models::theme;

// The nodes of the graph: their pictures, made a few at a time, and what lies on them.

namespace {

constexpr double kOutside = 4;   ///< frames reach that far outside the card
constexpr double kRim = 2;       ///< in the colour of the class
constexpr int kSmallest = 16;    ///< side of a picture in a graph that has little room
constexpr int kCaptioned = 26;   ///< smaller pictures have their cosine only while they are looked at
constexpr qint64 kPainting = 20; ///< ms for new pictures of nodes in one paint event

} // namespace

double RelationGraphWidget::sideOf(int node) const {
    const int full = isCentre(node) ? theme().thumbnail("nodeCurrent") : nodePicture(m_graph->nodes.size());
    return std::max(qRound(full * m_cardScale), std::min(full, kSmallest)) + 2 * kCard;
}

QString RelationGraphWidget::captionOf(int node) const {
    const RelationGraph::Node& entry = m_graph->nodes[static_cast<std::size_t>(node)];
    if (entry.parent >= 0)
        return models::format::cosine(static_cast<double>(entry.cosine));
    return isCentre(node) ? QString() : models::format::sample(sampleOf(node));
}

QSizeF RelationGraphWidget::pictureSize(int node) const {
    const double side = sideOf(node);
    return {std::max(side, 56.0) + 2 * kOutside, side + 2 * kOutside + kCaption};
}

/// On whole pixels, so that pictures are not resampled.
QPointF RelationGraphWidget::pictureCorner(int node, double ratio) const {
    const QPointF centre(pictureSize(node).width() / 2, kOutside + sideOf(node) / 2);
    const QPointF corner = (m_scene->widgetPlace(node) - centre) * ratio;
    return QPointF(std::round(corner.x()), std::round(corner.y())) / ratio;
}

bool RelationGraphWidget::isMarked(int node) const {
    const SampleId sample = sampleOf(node);
    return node == m_hovered || node == m_focused || sample == m_current || sample == m_hoveredElsewhere;
}

bool RelationGraphWidget::isFresh(int node) const {
    const NodePicture& picture = m_nodePictures[static_cast<std::size_t>(node)];
    return picture.fresh && picture.image.size() == (pictureSize(node) * devicePixelRatioF()).toSize();
}

void RelationGraphWidget::refresh() {
    for (NodePicture& picture : m_nodePictures)
        picture.fresh = false;
    m_drawn = false;
    updateAbove();
}

void RelationGraphWidget::makePicture(int node) {
    const double ratio = devicePixelRatioF();
    QImage image((pictureSize(node) * ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    paintNode(painter, node, false);
    painter.end();
    m_nodePictures[static_cast<std::size_t>(node)] = {image, true};
}

/// What there is no time for in this paint event appears in a later one; former pictures or empty cards stand in for
/// it.
void RelationGraphWidget::paintAbove(QPainter& painter) {
    QElapsedTimer timer;
    timer.start();
    const double ratio = devicePixelRatioF();
    m_scene->setView(m_zoom, m_offset, ratio);
    painter.setRenderHint(QPainter::Antialiasing);
    bool complete = true;
    for (int node = 0; node < static_cast<int>(m_scene->nodes().size()); ++node) {
        const QPointF corner = pictureCorner(node, ratio);
        const NodePicture& picture = m_nodePictures[static_cast<std::size_t>(node)];
        if (!isFresh(node) && timer.elapsed() < kPainting)
            makePicture(node);
        complete = complete && isFresh(node);
        if (isMarked(node)) {
            painter.save();
            painter.translate(corner);
            paintNode(painter, node, true);
            painter.restore();
        } else if (!picture.image.isNull()) {
            painter.drawImage(corner, picture.image);
        } else {
            const double side = sideOf(node);
            painter.fillRect(QRectF(m_scene->widgetPlace(node) - QPointF(side, side) / 2, QSizeF(side, side)),
                             theme().colour(Role::raised));
        }
    }
    if (!complete)
        QTimer::singleShot(0, this, &RelationGraphWidget::updateAbove);
    else if (m_graph && !std::exchange(m_drawn, true))
        QMetaObject::invokeMethod(this, &RelationGraphWidget::completed, Qt::QueuedConnection);
}

void RelationGraphWidget::paintNode(QPainter& painter, int node, bool marked) const {
    const SampleId sample = sampleOf(node);
    const double side = sideOf(node), width = pictureSize(node).width();
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF card((width - side) / 2, kOutside, side, side);
    const int label = m_run->labelOf(m_graph->nodes[static_cast<std::size_t>(node)].row);
    painter.setPen(QPen(theme().classColour(label, m_run->classes()), kRim));
    painter.setBrush(theme().colour(Role::panel));
    painter.drawRoundedRect(card.adjusted(kRim / 2, kRim / 2, -kRim / 2, -kRim / 2), 4, 4);
    const QRect square = card.adjusted(kCard, kCard, -kCard, -kCard).toRect();
    ThumbnailState state = thumbnailState(m_session, sample);
    state.hovered = state.selected = state.current = false; // frames go around the card
    paintThumbnail(painter, square, m_session, sample, state);
    const auto frame = [&](double outside, Role role, double pen) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme().colour(role), pen));
        painter.drawRoundedRect(card.adjusted(-outside, -outside, outside, outside), 5, 5);
    };
    const bool hovered = marked && (node == m_hovered || sample == m_hoveredElsewhere);
    const bool focused = marked && node == m_focused;
    const bool accented = isCentre(node) || (marked && sample == m_current);
    if (accented)
        frame(1.5, Role::accent, 2.5);
    if (hovered)
        frame(accented ? 3 : 1, Role::text, 1.5);
    else if (focused && hasFocus())
        frame(2.5, Role::focus, 2);
    const bool expanded = m_graph->nodes[static_cast<std::size_t>(node)].expanded;
    if (canExpand(node) && (expanded || hovered || (focused && hasFocus())))
        paintExpandMark(painter, card.topLeft() - QPointF(3, 3), expanded);
    if (node == 0 || square.width() >= kCaptioned || hovered || focused)
        paintCaption(painter, width / 2, card.bottom() + 1, captionOf(node));
}

void RelationGraphWidget::paintCaption(QPainter& painter, double middle, double top, const QString& caption) const {
    if (caption.isEmpty())
        return;
    const QFont font = theme().font(11, QFont::Medium);
    const double wide = models::figuresWidth(font, caption) + 8;
    const QRectF line(middle - wide / 2, top, wide, 15);
    QColor ground = theme().colour(Role::panel);
    ground.setAlphaF(0.8f); // edges pass below it
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(line, 3, 3);
    painter.setFont(font);
    painter.setPen(theme().colour(Role::text));
    models::drawFigures(painter, line, Qt::AlignCenter, caption);
}

/// Plus in a disc, minus for a node that is expanded.
void RelationGraphWidget::paintExpandMark(QPainter& painter, QPointF corner, bool expanded) const {
    const QRectF disc(corner, QSizeF(kMark, kMark));
    painter.setPen(QPen(theme().colour(Role::borderStrong), 1));
    painter.setBrush(theme().colour(Role::raised));
    painter.drawEllipse(disc.adjusted(0.5, 0.5, -0.5, -0.5));
    painter.setPen(QPen(theme().colour(Role::text), 1.5));
    const QPointF middle = disc.center();
    painter.drawLine(middle - QPointF(4, 0), middle + QPointF(4, 0));
    if (!expanded)
        painter.drawLine(middle - QPointF(0, 4), middle + QPointF(0, 4));
}

} // namespace lpntk::views
