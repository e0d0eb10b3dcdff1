#include <widgets/views/pruning_rank_scatter.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QApplication>
#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lpntk::views {

using base::RowId;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

constexpr double kReach = 6;           ///< logical pixels between pointer and point
constexpr std::size_t kFewRows = 4000; ///< up to this many points are 2 pixels wide and opaque

QColor colour(Role role) {
    return theme().colour(role);
}

} // namespace

RankScatter::RankScatter(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setAccessibleName(tr("Rank against rank"));
    setMinimumSize(190, 150);
    setMouseTracking(true);
    const auto repaint = [this] { update(); };
    auto& selection = session.selection();
    connect(&selection, &models::SelectionModel::currentChanged, this, repaint);
    connect(&selection, &models::SelectionModel::hoveredChanged, this, repaint);
    const auto redraw = [this] {
        m_points = {};
        update();
    };
    connect(&selection, &models::SelectionModel::selectedChanged, this, redraw);
    connect(&theme(), &models::Theme::changed, this, redraw);
}

bool RankScatter::hasOrders() const {
    return m_content && !m_content->rankA.empty() && m_session.run().get() == &m_content->clustering->run();
}

void RankScatter::setContent(std::shared_ptr<const ComparisonContent> content, const QString& nameA,
                             const QString& nameB) {
    m_content = std::move(content);
    m_nameA = nameA;
    m_nameB = nameB;
    m_points = {};
    setAccessibleDescription(
        hasOrders() ? tr("Spearman's rank correlation %1").arg(format::signedNumber(m_content->spearman, 3))
                    : QString());
    update();
}

QRectF RankScatter::plot() const {
    const double scale = theme().textScale();
    return {24 + 26 * scale, 8, std::max(20.0, width() - 40 - 26 * scale), std::max(20.0, height() - 10 - 38 * scale)};
}

QPointF RankScatter::point(std::size_t row) const {
    const QRectF area = plot();
    return {area.left() + area.width() * static_cast<double>(m_content->rankA[row]),
            area.bottom() - area.height() * static_cast<double>(m_content->rankB[row])};
}

QPointF RankScatter::cut() const {
    const QRectF area = plot();
    const auto all = static_cast<double>(std::max<std::size_t>(1, m_content->rankA.size()));
    return {area.left() + area.width() * static_cast<double>(m_content->keptA) / all,
            area.bottom() - area.height() * static_cast<double>(m_content->keptB) / all};
}

QPointF RankScatter::placeOf(SampleId sample) const {
    const RowId row = hasOrders() ? m_session.run()->rowFromSample(sample) : RowId();
    return row.isValid() ? point(static_cast<std::size_t>(row.value())) : QPointF(-1, -1);
}

SampleId RankScatter::sampleAt(QPointF place) const {
    if (!hasOrders())
        return {};
    double best = kReach * kReach;
    std::int64_t found = -1;
    for (std::size_t row = 0; row < m_content->rankA.size(); ++row) {
        const QPointF away = point(row) - place;
        const double distance = QPointF::dotProduct(away, away);
        if (distance < best) {
            best = distance;
            found = static_cast<std::int64_t>(row);
        }
    }
    return found >= 0 ? m_session.run()->sampleFromRow(RowId(found)) : SampleId();
}

/// Into an image of their own, only when something about them changed: a moving pointer does not draw 60,000 points.
void RankScatter::drawPoints() {
    const double ratio = devicePixelRatioF();
    const QRectF area = plot();
    m_points = QImage((area.size() * ratio).toSize().expandedTo({1, 1}), QImage::Format_ARGB32_Premultiplied);
    m_points.setDevicePixelRatio(ratio);
    m_points.fill(Qt::transparent);
    const auto& run = m_content->clustering->run();
    std::vector<QColor> inks;
    for (int label = 0; label < run.classes(); ++label)
        inks.push_back(theme().classColour(label, run.classes()));
    const std::size_t rows = m_content->rankA.size();
    QPainter painter(&m_points);
    painter.setOpacity(rows <= kFewRows ? 0.9 : 0.55);
    const double side = rows <= kFewRows ? 2.0 : 1.0;
    // The rows of a class lie together, but drawn in turn the last class would cover the others.
    constexpr std::size_t kStride = 7919; // a prime, so every row is met once unless it divides their number
    const std::size_t stride = rows % kStride == 0 ? 1 : kStride;
    for (std::size_t i = 0, row = 0; i < rows; ++i, row = (row + stride) % rows) {
        const QPointF at = point(row) - area.topLeft();
        painter.fillRect(QRectF(at.x() - side / 2, at.y() - side / 2, side, side),
                         inks[static_cast<std::size_t>(run.labels()[row])]);
    }
    const auto& selected = m_session.selection().selected();
    if (selected.count() < 2)
        return; // one alone is the current one
    painter.setOpacity(1);
    for (std::size_t row = 0; row < rows; ++row) {
        const QPointF at = point(row) - area.topLeft();
        if (selected.contains(run.sampleFromRow(RowId(static_cast<std::int64_t>(row)))))
            painter.fillRect(QRectF(at.x() - side / 2, at.y() - side / 2, side, side), colour(Role::accent));
    }
}

void RankScatter::paintAxes(QPainter& painter) const {
    const QRectF area = plot();
    const double scale = theme().textScale();
    const QFont font = theme().font(11);
    painter.setPen(QPen(colour(Role::border), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5));
    for (const double share : {0.0, 0.5, 1.0}) {
        const double x = area.left() + area.width() * share;
        const double y = area.bottom() - area.height() * share;
        paintText(painter, QRectF(0, y - 8 * scale, area.left() - 5, 16 * scale), format::number(100 * share, 0), font,
                  colour(Role::text2), Qt::AlignRight | Qt::AlignVCenter);
        painter.setFont(font);
        painter.setPen(colour(Role::text2));
        painter.drawText(QRectF(x - 20, area.bottom() + 3, 40, 15 * scale), Qt::AlignCenter,
                         format::number(100 * share, 0));
    }
    const QString across = tr("place in A, %1, %").arg(m_nameA);
    paintText(painter, QRectF(area.left(), area.bottom() + 19 * scale, area.width(), 16 * scale), across, font,
              colour(Role::text3), Qt::AlignRight | Qt::AlignVCenter);
    painter.save();
    painter.translate(14, area.bottom());
    painter.rotate(-90);
    paintText(painter, QRectF(0, -8 * scale, area.height(), 16 * scale), tr("place in B, %1, %").arg(m_nameB), font,
              colour(Role::text3), Qt::AlignRight | Qt::AlignVCenter);
    painter.restore();
}

/// Which side of the two amounts keeps what, in the corners of the plot.
void RankScatter::paintSides(QPainter& painter) const {
    const QRectF area = plot().adjusted(6, 3, -6, -3);
    const QFont font = theme().font(11);
    const QFontMetricsF metrics(font);
    const auto name = [&](const QString& text, Qt::Alignment corner) {
        QRectF box(0, 0, metrics.horizontalAdvance(text) + 6, metrics.height());
        box.moveLeft(corner & Qt::AlignRight ? area.right() - box.width() : area.left());
        box.moveTop(corner & Qt::AlignBottom ? area.bottom() - box.height() : area.top());
        QColor ground = colour(Role::panel);
        ground.setAlphaF(0.8);
        painter.fillRect(box, ground);
        paintText(painter, box.adjusted(3, 0, 0, 0), text, font, colour(Role::text2));
    };
    name(tr("both keep"), Qt::AlignLeft | Qt::AlignBottom);
    name(tr("only A"), Qt::AlignLeft | Qt::AlignTop);
    name(tr("only B"), Qt::AlignRight | Qt::AlignBottom);
    name(tr("neither"), Qt::AlignRight | Qt::AlignTop);
}

void RankScatter::paintMark(QPainter& painter, SampleId sample, bool current) const {
    const QPointF place = placeOf(sample);
    if (place.x() < 0)
        return;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour(Role::panel), 4));
    painter.drawEllipse(place, 5, 5);
    painter.setPen(QPen(colour(current ? Role::accent : Role::text), 2));
    painter.drawEllipse(place, 5, 5);
}

void RankScatter::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colour(Role::panel));
    if (!hasOrders()) {
        if (m_content)
            paintText(painter, QRectF(rect()).adjusted(12, 0, -12, 0),
                      tr("Only methods with an order of all samples have ranks"), theme().font(12),
                      colour(Role::text2));
        return;
    }
    if (m_points.isNull() || m_points.devicePixelRatio() != devicePixelRatioF() ||
        m_points.size() != (plot().size() * devicePixelRatioF()).toSize())
        drawPoints();
    painter.setRenderHint(QPainter::Antialiasing);
    paintAxes(painter);
    const QRectF area = plot();
    painter.drawImage(area.topLeft(), m_points);
    const QPointF lines = cut();
    painter.fillRect(QRectF(std::round(lines.x()), area.top(), 1, area.height()), colour(Role::text2));
    painter.fillRect(QRectF(area.left(), std::round(lines.y()), area.width(), 1), colour(Role::text2));
    paintSides(painter);
    paintMark(painter, m_session.selection().hovered(), false);
    paintMark(painter, m_session.selection().current(), true);
    if (!m_box.isNull()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour(Role::panel), 4));
        painter.drawRect(m_box);
        painter.setPen(QPen(colour(Role::accent), 2));
        painter.drawRect(m_box);
    }
}

// --- mouse ----------------------------------------------------------------------------------------------------------

void RankScatter::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && hasOrders())
        m_pressed = event->position();
}

void RankScatter::mouseMoveEvent(QMouseEvent* event) {
    if (!m_pressed) {
        m_session.selection().setHovered(sampleAt(event->position()), this);
        return;
    }
    if (m_box.isNull() && (event->position() - *m_pressed).manhattanLength() < QApplication::startDragDistance())
        return;
    m_box = QRectF(*m_pressed, event->position()).normalized().intersected(plot().adjusted(-2, -2, 2, 2));
    update();
}

void RankScatter::selectBox() {
    models::SampleSet inside;
    const auto run = m_session.run();
    for (std::size_t row = 0; row < m_content->rankA.size(); ++row)
        if (m_box.contains(point(row)))
            inside.insert(run->sampleFromRow(RowId(static_cast<std::int64_t>(row))));
    m_session.selection().setSelected(std::move(inside), this);
}

void RankScatter::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !std::exchange(m_pressed, std::nullopt))
        return;
    if (!m_box.isNull() && hasOrders()) {
        selectBox();
    } else if (const SampleId sample = sampleAt(event->position()); sample.isValid()) {
        m_session.selection().click(sample, event->modifiers() & Qt::ControlModifier, this);
    }
    m_box = {};
    update();
}

void RankScatter::leaveEvent(QEvent*) {
    m_session.selection().setHovered({}, this);
}

void RankScatter::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        m_points = {};
}

} // namespace lpntk::views
