// Mouse and keys of the gallery.
#include <widgets/views/parts_gallery.h>

#include <widgets/models/theme.h>

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMetaMethod>
#include <QMouseEvent>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <array>

namespace lpntk::views {

using models::SampleId;

namespace {

constexpr std::array kSides = {28, 42, 56, 84, 112, 168, 224};

} // namespace

std::int64_t Gallery::flatIndex(const Place& place) const {
    return m_starts[place.section] + static_cast<std::int64_t>(place.index);
}

SampleId Gallery::sampleAtFlat(std::int64_t flat) const {
    if (shownCount() == 0)
        return {};
    const auto index = std::clamp<std::int64_t>(flat, 0, shownCount() - 1);
    const auto section = std::upper_bound(m_starts.begin(), m_starts.end(), index) - m_starts.begin() - 1;
    return m_sections[static_cast<std::size_t>(section)]
        .samples[static_cast<std::size_t>(index - m_starts[static_cast<std::size_t>(section)])];
}

void Gallery::goTo(SampleId sample, Qt::KeyboardModifiers modifiers) {
    if (!sample.isValid())
        return;
    auto& selection = m_session.selection();
    const Place* from = placeOf(m_anchor);
    const Place* to = placeOf(sample);
    if ((modifiers & Qt::ShiftModifier) && from && to) {
        models::SampleSet range;
        const auto [first, last] = std::minmax({flatIndex(*from), flatIndex(*to)});
        const auto all = shownSamples();
        for (auto i = first; i <= std::min(last, shownCount() - 1); ++i)
            range.insert(all[static_cast<std::size_t>(i)]);
        selection.setSelected(std::move(range), this);
        selection.setCurrent(sample, this);
    } else {
        m_anchor = sample;
        selection.click(sample, modifiers & Qt::ControlModifier, this);
    }
    ensureVisible(sample);
}

void Gallery::step(std::int64_t step) {
    const Place* place = placeOf(m_session.selection().current());
    goTo(place ? sampleAtFlat(flatIndex(*place) + step) : sampleAtFlat(0), Qt::NoModifier);
}

SampleId Gallery::vertical(int direction) const {
    const Place* place = placeOf(m_session.selection().current());
    if (!place)
        return sampleAtFlat(0);
    Place next = *place;
    const auto columns = static_cast<std::size_t>(m_columns);
    const std::size_t column = next.index % columns;
    if (direction > 0 && next.index / columns < (m_sections[next.section].samples.size() - 1) / columns) {
        next.index = std::min(next.index + columns, m_sections[next.section].samples.size() - 1);
        return m_sections[next.section].samples[next.index];
    }
    if (direction < 0 && next.index >= columns)
        return m_sections[next.section].samples[next.index - columns];
    for (auto s = static_cast<std::ptrdiff_t>(next.section) + direction; s >= 0 && s < std::ssize(m_sections); s += direction) {
        const auto& section = m_sections[static_cast<std::size_t>(s)];
        if (section.samples.empty() || isFolded(section))
            continue;
        const std::size_t lastRow = (section.samples.size() - 1) / columns;
        return section.samples[std::min((direction > 0 ? 0 : lastRow) * columns + column, section.samples.size() - 1)];
    }
    return m_session.selection().current();
}

void Gallery::keyPressEvent(QKeyEvent* event) {
    const auto& current = m_session.selection().current();
    const Place* place = placeOf(current);
    const std::int64_t here = place ? flatIndex(*place) : -1;
    const int page = std::max(1, viewport()->height() / std::max(1, m_cell.height()) - 1) * m_columns;
    // Ctrl with an arrow moves as the arrow alone does: it would toggle otherwise.
    const auto modifiers = event->modifiers() & Qt::ShiftModifier;
    switch (event->key()) {
    case Qt::Key_Left: goTo(sampleAtFlat(here - 1), modifiers); return;
    case Qt::Key_Right: goTo(sampleAtFlat(here + 1), modifiers); return;
    case Qt::Key_Up: goTo(vertical(-1), modifiers); return;
    case Qt::Key_Down: goTo(vertical(1), modifiers); return;
    case Qt::Key_PageUp: goTo(sampleAtFlat(here - page), modifiers); return;
    case Qt::Key_PageDown: goTo(sampleAtFlat(here + page), modifiers); return;
    case Qt::Key_Home: goTo(sampleAtFlat(0), modifiers); return;
    case Qt::Key_End:
        goTo(sampleAtFlat(shownCount() - 1), modifiers);
        return;
    case Qt::Key_Space:
        if (place)
            m_session.selection().click(current, true, this);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (place)
            Q_EMIT activated(current);
        return;
    case Qt::Key_A:
        if (event->modifiers() == Qt::ControlModifier) {
            models::SampleSet all;
            for (const auto& section : m_sections)
                for (const SampleId sample : section.samples)
                    all.insert(sample);
            m_session.selection().setSelected(std::move(all), this);
            return;
        }
        break;
    default: break;
    }
    if (event->matches(QKeySequence::Copy) && isSignalConnected(QMetaMethod::fromSignal(&Gallery::copyRequested))) {
        Q_EMIT copyRequested();
        return;
    }
    QAbstractScrollArea::keyPressEvent(event);
}

bool Gallery::event(QEvent* event) {
    // Else the window's own Ctrl+C would take the key.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy) &&
        isSignalConnected(QMetaMethod::fromSignal(&Gallery::copyRequested))) {
        event->accept();
        return true;
    }
    return QAbstractScrollArea::event(event);
}

int Gallery::headingAt(QPoint position) const {
    if (m_sections.empty())
        return -1;
    const int y = position.y() + verticalScrollBar()->value();
    const std::size_t section = sectionAt(position.y() < stickyHeight() ? verticalScrollBar()->value() : y);
    const bool inside = position.y() < stickyHeight() || (y >= m_boxes[section].top && y < m_boxes[section].cellsTop);
    return inside && !m_sections[section].title.isEmpty() ? static_cast<int>(section) : -1;
}

void Gallery::foldOrTell(int section) {
    if (!m_foldable) {
        Q_EMIT headingClicked(section);
        return;
    }
    const QString& key = m_sections[static_cast<std::size_t>(section)].key;
    if (const auto found = std::find(m_folded.begin(), m_folded.end(), key); found != m_folded.end())
        m_folded.erase(found);
    else
        m_folded.push_back(key);
    layOut();
}

void Gallery::mousePressEvent(QMouseEvent* event) {
    const SampleId sample = sampleAt(event->pos());
    if (sample.isValid()) {
        const bool keepsSelection = event->button() == Qt::RightButton && m_session.selection().selected().contains(sample);
        if (keepsSelection)
            m_session.selection().setCurrent(sample, this);
        else if (event->button() == Qt::LeftButton || event->button() == Qt::RightButton)
            goTo(sample, event->modifiers());
        return;
    }
    if (const int section = headingAt(event->pos()); section >= 0 && event->button() == Qt::LeftButton)
        foldOrTell(section);
}

void Gallery::mouseMoveEvent(QMouseEvent* event) {
    m_session.selection().setHovered(sampleAt(event->pos()), this);
}

void Gallery::mouseDoubleClickEvent(QMouseEvent* event) {
    const SampleId sample = sampleAt(event->pos());
    if (sample.isValid())
        Q_EMIT activated(sample);
    else
        mousePressEvent(event); // a quick second click on a heading folds again
}

void Gallery::contextMenuEvent(QContextMenuEvent* event) {
    Q_EMIT contextMenuRequested(event->globalPos());
}

void Gallery::wheelEvent(QWheelEvent* event) {
    if (!(event->modifiers() & Qt::ControlModifier)) {
        QAbstractScrollArea::wheelEvent(event);
        m_session.selection().setHovered(sampleAt(event->position().toPoint()), this);
        return;
    }
    const auto now = std::lower_bound(kSides.begin(), kSides.end(), m_side) - kSides.begin();
    const auto next = now + (event->angleDelta().y() > 0 ? 1 : event->angleDelta().y() < 0 ? -1 : 0);
    setThumbnailSide(kSides[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(next, 0, std::ssize(kSides) - 1))]);
    event->accept();
}

bool Gallery::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave)
        m_session.selection().setHovered({}, this);
    return QAbstractScrollArea::viewportEvent(event);
}

void Gallery::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    speak();
    viewport()->update();
}

void Gallery::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

} // namespace lpntk::views
