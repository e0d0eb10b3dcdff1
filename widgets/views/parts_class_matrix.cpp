#include <widgets/views/parts_class_matrix.h>

#include <core/analysis/colour_map.h>
#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lpntk::views {

using models::Role;
using models::theme;

namespace {

constexpr double kBand = 5, kBandGap = 11;

/// Height of the title line, and of the line below the matrix.
double titleHeight() { return 28 * theme().textScale(); }
double textHeight() { return 26 * theme().textScale(); }

} // namespace

ClassMatrixPart::ClassMatrixPart(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Class pairs, mean cosine"));
    connect(&theme(), &models::Theme::changed, this, [this] { update(); });
}

void ClassMatrixPart::setMeans(std::vector<double> means, std::vector<QString> names) {
    m_means = std::move(means);
    m_names = std::move(names);
    m_current = m_hovered = {-1, -1};
    update();
}

void ClassMatrixPart::setRange(float range) {
    m_range = range;
    update();
}

void ClassMatrixPart::setCurrent(int row, int column) {
    if (m_current == std::pair(row, column))
        return;
    m_current = {row, column};
    update();
}

double ClassMatrixPart::mean(int row, int column) const {
    const auto place = static_cast<std::size_t>(row) * m_names.size() + static_cast<std::size_t>(column);
    return place < m_means.size() ? m_means[place] : std::numeric_limits<double>::quiet_NaN();
}

double ClassMatrixPart::cellSide() const {
    const double side = std::min(width() - 16.0 - 14.0, height() - titleHeight() - kBandGap - textHeight());
    const double cell = side / std::max(classes(), 1);
    return cell >= 4 ? std::floor(cell) : cell;
}

QRectF ClassMatrixPart::cell(int row, int column) const {
    const double side = cellSide();
    return {16 + column * side, titleHeight() + kBandGap + row * side, side, side};
}

std::pair<int, int> ClassMatrixPart::cellAt(QPointF place) const {
    const QPointF away = place - cell(0, 0).topLeft();
    const double side = cellSide();
    const int row = static_cast<int>(std::floor(away.y() / side)), column = static_cast<int>(std::floor(away.x() / side));
    const bool inside = row >= 0 && column >= 0 && row < classes() && column < classes();
    return inside ? std::pair(row, column) : std::pair(-1, -1);
}

void ClassMatrixPart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintText(painter, QRectF(0, 0, width(), titleHeight() - 6), tr("Class pairs, mean"), theme().font(12, QFont::DemiBold),
              theme().colour(Role::text2));
    if (m_names.empty())
        return;
    const analysis::ColourMap& map = analysis::ColourMap::diverging(theme().isDark());
    const double gap = cellSide() >= 6 ? 1 : 0;
    for (int row = 0; row < classes(); ++row) {
        const QColor colour = theme().classColour(row, classes());
        painter.fillRect(QRectF(0, cell(row, 0).top(), kBand, cell(row, 0).height() - gap), colour);
        painter.fillRect(QRectF(cell(0, row).left(), titleHeight() - 4, cell(0, row).width() - gap, kBand), colour);
        for (int column = 0; column < classes(); ++column) {
            const auto rgb = map.colour(static_cast<float>(mean(row, column)), m_range);
            painter.fillRect(cell(row, column).adjusted(0, 0, -gap, -gap), QColor(rgb.red, rgb.green, rgb.blue));
        }
    }
    const auto frame = [&](std::pair<int, int> at, Role role) {
        const QRectF rect = cell(at.first, at.second).adjusted(0, 0, -gap, -gap);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme().colour(Role::panel), 4));
        painter.drawRect(rect);
        painter.setPen(QPen(theme().colour(role), 2));
        painter.drawRect(rect);
    };
    if (m_current.first >= 0)
        frame(m_current, Role::accent);
    if (m_hovered.first >= 0 && m_hovered != m_current)
        frame(m_hovered, Role::text);
    const auto shown = m_hovered.first >= 0 ? m_hovered : m_current;
    if (shown.first < 0)
        return;
    const QRectF line(0, cell(classes() - 1, 0).bottom() + 6, width(), textHeight() - 8);
    const QString value = models::format::cosine(mean(shown.first, shown.second));
    const QFont font = theme().font(11);
    const double valueWidth = models::figuresWidth(font, value);
    paintText(painter, line.adjusted(0, 0, -valueWidth - 8, 0),
              QStringLiteral("%1 × %2").arg(m_names[static_cast<std::size_t>(shown.first)],
                                            m_names[static_cast<std::size_t>(shown.second)]),
              font, theme().colour(Role::text2));
    painter.setPen(theme().colour(Role::text));
    models::drawFigures(painter, line, Qt::AlignRight | Qt::AlignVCenter, value);
}

void ClassMatrixPart::mouseMoveEvent(QMouseEvent* event) {
    const auto hovered = cellAt(event->position());
    if (hovered == m_hovered)
        return;
    m_hovered = hovered;
    setCursor(hovered.first >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void ClassMatrixPart::mousePressEvent(QMouseEvent* event) {
    const auto at = cellAt(event->position());
    if (event->button() == Qt::LeftButton && at.first >= 0)
        Q_EMIT chosen(at.first, at.second);
}

void ClassMatrixPart::leaveEvent(QEvent*) {
    m_hovered = {-1, -1};
    update();
}

void ClassMatrixPart::keyPressEvent(QKeyEvent* event) {
    if (m_names.empty())
        return QWidget::keyPressEvent(event);
    auto at = m_hovered.first >= 0 ? m_hovered : m_current.first >= 0 ? m_current : std::pair(0, 0);
    switch (event->key()) {
    case Qt::Key_Up: --at.first; break;
    case Qt::Key_Down: ++at.first; break;
    case Qt::Key_Left: --at.second; break;
    case Qt::Key_Right: ++at.second; break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        Q_EMIT chosen(at.first, at.second);
        return;
    default:
        return QWidget::keyPressEvent(event);
    }
    m_hovered = {std::clamp(at.first, 0, classes() - 1), std::clamp(at.second, 0, classes() - 1)};
    setAccessibleDescription(QStringLiteral("%1 × %2 %3").arg(
        m_names[static_cast<std::size_t>(m_hovered.first)], m_names[static_cast<std::size_t>(m_hovered.second)],
        models::format::cosine(mean(m_hovered.first, m_hovered.second))));
    update();
}

} // namespace lpntk::views
