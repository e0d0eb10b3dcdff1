#include <widgets/views/parts_gallery.h>

#include <widgets/models/figures.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>

#include <QAccessible>
#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace lpntk::views {

using models::Role;
using models::SampleId;
using models::theme;

namespace {

constexpr int kMargin = 12;
constexpr int kGap = 6;

} // namespace

QSize CaptionDelegate::cell(int side) const {
    const QFontMetricsF metrics(theme().font(11));
    return {side + kGap, side + qRound(metrics.height()) + 11};
}

void CaptionDelegate::paint(QPainter& painter, const QRect& cell, int side, SampleId sample, const ThumbnailState& state) const {
    const QRect square(cell.left() + kGap / 2, cell.top() + kFrameReach, side, side);
    paintThumbnail(painter, square, m_session, sample, state);
    const QSize size(cell.width(), cell.bottom() - square.bottom() - 5);
    painter.drawImage(QPoint(cell.left(), square.bottom() + 5),
                      line(painter, size, m_caption(sample), theme().colour(state.current ? Role::text : Role::text2)));
}

QImage CaptionDelegate::line(const QPainter& painter, const QSize& size, const QString& text, const QColor& ink) const {
    const qreal ratio = painter.device()->devicePixelRatioF();
    const QString key =
        QStringLiteral("%1|%2|%3|%4|%5").arg(text).arg(ink.rgba()).arg(size.width()).arg(size.height()).arg(ratio);
    if (const QImage* known = m_lines.object(key))
        return *known;
    QImage image(size * ratio, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(Qt::transparent);
    QPainter words(&image);
    words.setFont(theme().font(11));
    words.setPen(ink);
    models::drawFigures(words, QRectF(QPointF(0, 0), size), Qt::AlignHCenter | Qt::AlignTop, text);
    words.end();
    m_lines.insert(key, new QImage(image));
    return image;
}

QString CaptionDelegate::spoken(SampleId sample) const {
    return spokenSample(m_session, sample) + QStringLiteral(", ") + m_caption(sample);
}

Gallery::Gallery(models::Session& session, std::unique_ptr<GalleryDelegate> delegate, QWidget* parent)
    : QAbstractScrollArea(parent), m_session(session), m_delegate(std::move(delegate)), m_side(theme().thumbnail("gallery")) {
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    const auto repaint = [this] { viewport()->update(); };
    auto& selection = session.selection();
    connect(&selection, &models::SelectionModel::selectedChanged, this, repaint);
    connect(&selection, &models::SelectionModel::hoveredChanged, this, repaint);
    connect(&selection, &models::SelectionModel::currentChanged, this, [this](const QObject* origin) {
        if (origin != this && isVisible())
            ensureVisible(m_session.selection().current());
        speak();
        viewport()->update();
    });
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, repaint);
    connect(&session, &models::Session::changed, this, repaint);
    connect(&theme(), &models::Theme::changed, this, [this] { layOut(); });
    verticalScrollBar()->setSingleStep(24);
}

void Gallery::setSections(std::vector<GallerySection> sections) {
    const bool same = std::equal(sections.begin(), sections.end(), m_sections.begin(), m_sections.end(),
                                 [](const auto& a, const auto& b) { return a.key == b.key; });
    m_sections = std::move(sections);
    m_places.clear();
    layOut();
    if (!same)
        verticalScrollBar()->setValue(0);
    viewport()->update();
}

void Gallery::setThumbnailSide(int side) {
    if (side == m_side)
        return;
    const SampleId anchor = sampleAt(viewport()->rect().center());
    m_side = side;
    layOut();
    ensureVisible(anchor);
}

std::int64_t Gallery::count() const {
    std::int64_t result = 0;
    for (const auto& section : m_sections)
        result += static_cast<std::int64_t>(section.samples.size());
    return result;
}

bool Gallery::isFolded(const GallerySection& section) const {
    return std::find(m_folded.begin(), m_folded.end(), section.key) != m_folded.end();
}

void Gallery::layOut() {
    const QSize smallest = m_delegate->cell(m_side);
    const int room = std::max(smallest.width(), viewport()->width() - kMargin - 4);
    m_columns = std::max(1, room / smallest.width());
    m_cell = m_delegate->stretches() ? QSize(room / m_columns, smallest.height()) : smallest;
    m_boxes.clear();
    m_starts.assign(1, 0);
    int y = 4;
    for (const auto& section : m_sections) {
        m_starts.push_back(m_starts.back() +
                           (isFolded(section) ? 0 : static_cast<std::int64_t>(section.samples.size())));
        Box box;
        box.top = y;
        box.cellsTop = y + (section.title.isEmpty() ? 4 : theme().row("section"));
        const auto rows = isFolded(section) ? 0 : (section.samples.size() + static_cast<std::size_t>(m_columns) - 1) / static_cast<std::size_t>(m_columns);
        box.bottom = box.cellsTop + static_cast<int>(rows) * m_cell.height() + 4;
        y = box.bottom;
        m_boxes.push_back(box);
    }
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setRange(0, std::max(0, y + 8 - viewport()->height()));
    viewport()->update();
}

QRect Gallery::cellRect(const Place& place) const {
    const int row = static_cast<int>(place.index) / m_columns;
    const int column = static_cast<int>(place.index) % m_columns;
    return {kMargin + column * m_cell.width(), m_boxes[place.section].cellsTop + row * m_cell.height(), m_cell.width(), m_cell.height()};
}

const Gallery::Place* Gallery::placeOf(SampleId sample) const {
    // An array and not a map: while a slider is dragged it is made anew for every step, of 60,000 samples too.
    if (m_places.empty()) {
        for (std::size_t s = 0; s < m_sections.size(); ++s) {
            const auto& samples = m_sections[s].samples;
            for (std::size_t i = 0; i < samples.size(); ++i) {
                const auto at = static_cast<std::size_t>(samples[i].value());
                if (at >= m_places.size())
                    m_places.resize(std::max(at + 1, 2 * m_places.size()));
                if (m_places[at].section == kNowhere)
                    m_places[at] = {s, i};
            }
        }
    }
    const auto at = static_cast<std::size_t>(sample.value());
    return sample.isValid() && at < m_places.size() && m_places[at].section != kNowhere ? &m_places[at] : nullptr;
}

QRect Gallery::rectOf(SampleId sample) const {
    const Place* place = placeOf(sample);
    if (!place || isFolded(m_sections[place->section]))
        return {};
    return cellRect(*place).translated(0, -verticalScrollBar()->value());
}

SampleId Gallery::sampleAt(QPoint position) const {
    const int x = position.x() - kMargin;
    const int y = position.y() + verticalScrollBar()->value();
    if (x < 0 || x >= m_columns * m_cell.width())
        return {};
    if (m_sections.empty() || position.y() < stickyHeight())
        return {};
    const std::size_t s = sectionAt(y);
    const Box& box = m_boxes[s];
    if (y < box.cellsTop || y >= box.bottom || isFolded(m_sections[s]))
        return {};
    const auto index = static_cast<std::size_t>((y - box.cellsTop) / m_cell.height() * m_columns + x / m_cell.width());
    return index < m_sections[s].samples.size() ? m_sections[s].samples[index] : SampleId();
}

std::size_t Gallery::sectionAt(int y) const {
    const auto after =
        std::upper_bound(m_boxes.begin(), m_boxes.end(), y, [](int place, const Box& box) { return place < box.top; });
    return after == m_boxes.begin() ? 0 : static_cast<std::size_t>(after - m_boxes.begin()) - 1;
}

int Gallery::stickyHeight() const {
    const int offset = verticalScrollBar()->value();
    if (!m_sticky || m_sections.empty())
        return 0;
    const std::size_t section = sectionAt(offset);
    return m_sections[section].title.isEmpty() || m_boxes[section].top >= offset ? 0 : theme().row("section");
}

std::vector<SampleId> Gallery::shownSamples() const {
    std::vector<SampleId> result;
    result.reserve(static_cast<std::size_t>(shownCount()));
    for (const auto& section : m_sections)
        if (!isFolded(section))
            result.insert(result.end(), section.samples.begin(), section.samples.end());
    return result;
}

void Gallery::showSection(int section) {
    if (section >= 0 && section < std::ssize(m_boxes))
        verticalScrollBar()->setValue(m_boxes[static_cast<std::size_t>(section)].top);
}

void Gallery::ensureVisible(SampleId sample) {
    const QRect cell = rectOf(sample);
    if (cell.isNull())
        return;
    auto* bar = verticalScrollBar();
    const int covered = m_sticky ? theme().row("section") : 0;
    if (cell.top() < covered)
        bar->setValue(bar->value() + cell.top() - covered - 8);
    else if (cell.bottom() > viewport()->height())
        bar->setValue(bar->value() + cell.bottom() - viewport()->height() + 8);
}

void Gallery::paintHeading(QPainter& painter, const GallerySection& section, int top) const {
    const QRectF line(kMargin + 3, top, viewport()->width() - 2 * kMargin - 6, theme().row("section"));
    double x = line.left();
    if (m_foldable) {
        theme().icon(isFolded(section) ? QStringLiteral("chevron-right") : QStringLiteral("chevron-down"))
            .paint(&painter, QRect(qRound(x) - 3, qRound(line.center().y()) - 8, 16, 16));
        x += 20;
    }
    const QFont font = theme().font(12, QFont::DemiBold);
    x += paintText(painter, QRectF(x, line.top(), line.right() - x, line.height()), section.title, font, theme().colour(Role::text2));
    const QFont small = theme().font(12);
    x += 8 + paintText(painter, QRectF(x + 8, line.top(), line.right() - x - 8, line.height()), section.count, small, theme().colour(Role::text2));
    if (QFontMetricsF(theme().font(11)).horizontalAdvance(section.note) + 16 < line.right() - x)
        paintText(painter, line, section.note, theme().font(11), theme().colour(Role::text3), Qt::AlignRight | Qt::AlignVCenter);
}

void Gallery::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.fillRect(event->rect(), theme().colour(Role::panel));
    const int offset = verticalScrollBar()->value();
    const int top = event->rect().top() + offset - kFrameReach;
    const int bottom = event->rect().bottom() + offset + kFrameReach;
    for (std::size_t s = sectionAt(top); s < m_sections.size() && m_boxes[s].top <= bottom; ++s) {
        const Box& box = m_boxes[s];
        if (box.bottom < top)
            continue;
        const auto& section = m_sections[s];
        if (!section.title.isEmpty())
            paintHeading(painter, section, box.top - offset);
        if (isFolded(section))
            continue;
        const auto columns = static_cast<std::size_t>(m_columns);
        const auto first = static_cast<std::size_t>(std::max(0, (top - box.cellsTop) / m_cell.height())) * columns;
        const auto last = static_cast<std::size_t>(std::max(0, (bottom - box.cellsTop) / m_cell.height() + 1)) * columns;
        for (std::size_t i = first; i < std::min(last, section.samples.size()); ++i)
            m_delegate->paint(painter, cellRect({s, i}).translated(0, -offset), m_side, section.samples[i],
                              thumbnailState(m_session, section.samples[i], m_fadePruned));
    }
    paintSticky(painter, offset);
    const bool currentShown = rectOf(m_session.selection().current()).intersects(viewport()->rect());
    if (hasFocus() && !currentShown) { // else the current cell's frame says where the keys go
        painter.setPen(QPen(theme().colour(Role::focus), 2));
        painter.drawRect(viewport()->rect().adjusted(1, 1, -1, -1));
    }
}

void Gallery::paintSticky(QPainter& painter, int offset) const {
    const int height = stickyHeight();
    if (height == 0)
        return;
    const std::size_t section = sectionAt(offset);
    // The next heading pushes it out.
    const int top = section + 1 < m_boxes.size() ? std::min(0, m_boxes[section + 1].top - offset - height) : 0;
    painter.fillRect(QRect(0, top, viewport()->width(), height), theme().colour(Role::panel));
    painter.fillRect(QRect(0, top + height - 1, viewport()->width(), 1), theme().colour(Role::border));
    paintHeading(painter, m_sections[section], top);
}

void Gallery::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    layOut();
}

void Gallery::speak() {
    const SampleId current = m_session.selection().current();
    const QString text = placeOf(current) ? m_delegate->spoken(current) : QString();
    if (text == accessibleDescription())
        return;
    setAccessibleDescription(text);
    if (hasFocus()) {
        QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
        QAccessible::updateAccessibility(&changed);
    }
}

} // namespace lpntk::views
