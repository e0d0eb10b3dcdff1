#include <widgets/views/heatmap_canvas.h>

#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/heatmap_figure.h>
#include <widgets/views/heatmap_labels.h>
#include <widgets/views/heatmap_map.h>
#include <widgets/views/heatmap_minimap.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_pair_card.h>

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Role;
using models::SampleId;
using models::theme;

namespace {

constexpr int kMargin = 8;        ///< right of and below the map
constexpr double kPairScale = 24; ///< a double click goes there: thumbnails at their full size

const analysis::ColourMap& colourMap() { return analysis::ColourMap::diverging(theme().isDark()); }

} // namespace

HeatmapCanvas::HeatmapCanvas(models::Session& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_map(new HeatmapMap(this)), m_minimap(new HeatmapMinimap(this)),
      m_card(new PairCard(session, this)), m_loader(new HeatmapLoader(session.jobs(), m_map->scene(), this)),
      m_figure(new HeatmapFigure(session.jobs(), this)), m_busy(new BusyLine(session.jobs(), m_map)) {
    setMinimumSize(240, 240);
    connect(m_map, &HeatmapMap::viewChanged, this, &HeatmapCanvas::moved);
    connect(m_map, &HeatmapMap::hoverChanged, this, &HeatmapCanvas::hoverMoved);
    connect(m_map, &HeatmapMap::clicked, this, &HeatmapCanvas::cellClicked);
    connect(m_map, &HeatmapMap::activated, this, &HeatmapCanvas::cellActivated);
    connect(m_map, &HeatmapMap::cellStepped, this, &HeatmapCanvas::cellStepped);
    connect(m_map, &HeatmapMap::boxDragged, this, &HeatmapCanvas::boxMoved);
    connect(m_map, &vtk::VtkHost::painted, this, &HeatmapCanvas::painted);
    connect(m_minimap, &HeatmapMinimap::wentTo, this, [this](const QPointF& position) {
        m_map->view().centreOn(position);
        m_map->viewMoved();
    });
    connect(m_loader, &HeatmapLoader::delivered, this, [this] {
        m_minimap->setPicture(m_map->scene().overview(), colourMap(), m_range);
        updateLabels();
        m_map->update();
    });
    connect(m_loader, &HeatmapLoader::failed, this, &HeatmapCanvas::failed);
    connect(m_loader, &HeatmapLoader::gathering, this, [this](models::Ticket ticket) {
        if (!m_busy->isBusy())
            m_busy->follow(ticket, tr("Gathering pairs"));
    });
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, [this] {
        if (m_map->view().scale() >= kThumbnailsFrom)
            update();
    });
    m_map->installEventFilter(this);
    applyTheme();
}

HeatmapCanvas::~HeatmapCanvas() = default;

void HeatmapCanvas::setRun(std::shared_ptr<const run::Run> run) {
    m_run = std::move(run);
    m_order = m_run ? std::make_shared<const analysis::RowOrder>(analysis::classOrder(*m_run)) : nullptr;
    m_facts = {};
    m_facts.run = m_run.get();
    m_facts.order = m_order.get();
    m_pairRow = m_pairColumn = {};
    m_kept.clear();
    m_map->scene().overlay() = {};
    applyTheme();
    m_card->hide();
    m_minimap->setPicture(nullptr, colourMap(), m_range);
    ask(); // whoever hears of the new scale below asks what is shown
    m_map->setContent(m_run ? m_run->rows() : 0);
    layoutMap();
    m_map->fit();
    ask();
}

void HeatmapCanvas::setOrder(std::shared_ptr<const analysis::RowOrder> order,
                             std::shared_ptr<const analysis::ClusterAssignment> clusters) {
    if (!m_run)
        return;
    vtk::HeatmapOverlay& overlay = m_map->scene().overlay();
    const bool pairSeen = overlay.current && !m_map->view().isFit() &&
                          m_map->view().visible().contains(QPointF(static_cast<double>(overlay.current->column) + 0.5,
                                                                   static_cast<double>(overlay.current->row) + 0.5));
    const bool same = m_order->isIdentity && order->isIdentity;
    m_order = std::move(order);
    m_facts.order = m_order.get();
    m_facts.clusters = std::move(clusters);
    overlay.boxes.clear(); // of positions that hold other samples now
    placePruned();
    placePair();
    if (!same)
        m_map->scene().renew();
    ask();
    if (pairSeen)
        goTo(m_pairRow, m_pairColumn, 0);
    else
        m_map->viewMoved();
}

void HeatmapCanvas::followOrdering(models::Ticket ticket) {
    m_busy->follow(ticket, tr("Ordering"));
}

void HeatmapCanvas::setStatistic(run::CellStatistic statistic) {
    m_statistic = statistic;
    m_map->scene().renew();
    ask();
}

void HeatmapCanvas::setQuantity(Quantity quantity) {
    m_quantity = quantity;
    m_map->scene().renew();
    ask();
}

void HeatmapCanvas::setRange(float range) {
    m_range = range;
    applyTheme();
}

void HeatmapCanvas::setActive(bool active) { m_loader->setActive(active); }

void HeatmapCanvas::applyTheme() {
    m_map->setBackground(theme().colour(Role::sunken));
    m_map->scene().setColours(colourMap(), m_range);
    m_minimap->setPicture(m_map->scene().overview(), colourMap(), m_range);
    updateOverlay();
    update();
}

void HeatmapCanvas::ask() {
    m_loader->setQuestion({m_run, m_order, m_statistic, m_quantity, m_map->scene().generation()});
    m_map->update();
}

bool HeatmapCanvas::isComplete() const { return m_run && m_map->scene().isComplete(); }

SampleId HeatmapCanvas::sampleAt(std::int64_t position) const {
    if (!m_run || position < 0 || position >= m_run->rows())
        return {};
    return m_run->sampleFromRow(m_order->rowAt[static_cast<std::size_t>(position)]);
}

std::int64_t HeatmapCanvas::positionOf(SampleId sample) const {
    const base::RowId row = m_run && sample.isValid() ? m_run->rowFromSample(sample) : base::RowId();
    return row.isValid() ? m_order->positionOf[static_cast<std::size_t>(row.value())] : -1;
}

void HeatmapCanvas::goTo(SampleId row, SampleId column, double scale) {
    const std::int64_t y = positionOf(row), x = positionOf(column);
    if (x < 0 || y < 0)
        return;
    m_map->view().centreOn({static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5},
                           std::max(scale, m_map->view().scale()));
    m_map->viewMoved();
}

void HeatmapCanvas::showClassPair(int rowClass, int columnClass) {
    if (!m_run)
        return;
    const auto bandOf = [this](int label) {
        const auto found = std::find_if(m_order->classes.begin(), m_order->classes.end(),
                                        [label](const analysis::RowBand& band) { return band.id == label; });
        return found == m_order->classes.end() ? analysis::RowBand{0, 0, label} : *found;
    };
    // Where classes are in pieces, the first piece of each is the most interesting.
    const analysis::RowBand rows = bandOf(rowClass), columns = bandOf(columnClass);
    if (rows.end == 0 || columns.end == 0)
        return;
    m_map->view().show({static_cast<double>(columns.begin), static_cast<double>(rows.begin),
                        static_cast<double>(columns.end - columns.begin), static_cast<double>(rows.end - rows.begin)});
    m_map->viewMoved();
}

std::pair<int, int> HeatmapCanvas::classesInMiddle() const {
    if (!m_run || m_run->rows() == 0 || m_map->view().isFit())
        return {-1, -1};
    const QPointF middle = m_map->view().visible().center();
    const auto labelAt = [&](double position) {
        const auto last = static_cast<double>(m_run->rows() - 1);
        return m_run->labelOf(m_order->rowAt[static_cast<std::size_t>(std::clamp(position, 0.0, last))]);
    };
    return {labelAt(middle.y()), labelAt(middle.x())};
}

void HeatmapCanvas::setMarks(const models::SampleSet& selected, SampleId current) {
    m_facts.marked.clear();
    if (m_run && selected.count() > 1) {
        m_facts.marked.assign(static_cast<std::size_t>(m_run->rows()), 0);
        for (std::int64_t position = 0; position < m_run->rows(); ++position)
            m_facts.marked[static_cast<std::size_t>(position)] = selected.contains(sampleAt(position));
    }
    m_facts.currentPosition = positionOf(current);
    update();
}

void HeatmapCanvas::setKept(std::span<const char> kept) {
    if (std::equal(kept.begin(), kept.end(), m_kept.begin(), m_kept.end()))
        return;
    m_kept.assign(kept.begin(), kept.end());
    placePruned();
    moved(); // the strips may have grown
}

void HeatmapCanvas::placePruned() {
    m_facts.pruned.clear();
    if (!m_run || std::ssize(m_kept) != m_run->rows() || std::find(m_kept.begin(), m_kept.end(), 0) == m_kept.end())
        return;
    for (const base::RowId row : m_order->rowAt)
        m_facts.pruned.push_back(!m_kept[static_cast<std::size_t>(row.value())]);
}

void HeatmapCanvas::setShownPair(SampleId row, SampleId column) {
    m_pairRow = row;
    m_pairColumn = column;
    placePair();
}

void HeatmapCanvas::placePair() {
    const std::int64_t y = positionOf(m_pairRow), x = positionOf(m_pairColumn);
    m_map->scene().overlay().current = x >= 0 && y >= 0 ? std::optional(vtk::MapCell{y, x}) : std::nullopt;
    m_map->update();
}

// --- view -------------------------------------------------------------------------------------------------------------

void HeatmapCanvas::layoutMap() {
    const QSize margins = axisMargins(m_session, m_facts, m_map->view().scale());
    const QRect place(margins.width(), margins.height(), std::max(1, width() - margins.width() - kMargin),
                      std::max(1, height() - margins.height() - kMargin));
    m_minimap->move(width() - m_minimap->width() - 16, height() - m_minimap->height() - 16);
    if (place == m_map->geometry())
        return;
    m_laying = true;
    const QPoint shift = place.topLeft() - m_map->geometry().topLeft();
    const QPointF origin = m_map->view().origin();
    const bool fit = m_map->view().isFit();
    m_map->setGeometry(place);
    m_map->view().setViewport(place.size());
    if (!fit) // the strips grew or shrank: what is under the pointer stays there
        m_map->view().setOrigin(origin + QPointF(shift) / m_map->view().scale());
    m_laying = false;
}

void HeatmapCanvas::moved() {
    if (m_laying)
        return;
    if (!m_map->hoveredCell())
        m_card->hide();
    layoutMap();
    updateOverlay();
    updateLabels();
    m_minimap->setView(m_map->view());
    m_minimap->setVisible(m_run && !m_map->view().isFit());
    m_minimap->raise();
    m_loader->poke();
    m_map->update();
    update();
    Q_EMIT viewChanged();
}

void HeatmapCanvas::resizeEvent(QResizeEvent*) {
    layoutMap();
    moved();
}

void HeatmapCanvas::updateOverlay() {
    vtk::HeatmapOverlay& overlay = m_map->scene().overlay();
    const double scale = m_map->view().scale();
    overlay.grid = scale >= kGridLinesFrom;
    overlay.bounds.clear();
    if (m_run && scale >= kClassLinesFrom && m_order->keepsClasses)
        for (const analysis::RowBand& band : m_order->classes)
            if (band.begin > 0)
                overlay.bounds.push_back(band.begin);
    overlay.line = theme().colour(Role::text2);
    overlay.gridLine = theme().colour(Role::panel);
    overlay.gridLine.setAlphaF(0.35f);
    overlay.frame = theme().colour(Role::text);
    overlay.accent = theme().colour(Role::accent);
    overlay.casing = theme().colour(Role::panel);
}

void HeatmapCanvas::updateLabels() {
    QImage& labels = m_map->scene().overlay().labels;
    if (!m_run || m_map->view().scale() < kValuesFrom) {
        labels = {};
        return;
    }
    labels = paintCellValues(m_map->scene(), m_map->view(), m_quantity, m_range, devicePixelRatioF());
}

void HeatmapCanvas::painted() {
    if (isComplete())
        Q_EMIT completed();
}

void HeatmapCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::window));
    paintAxes(painter, m_session, m_facts, m_map->view(), m_map->geometry());
}

bool HeatmapCanvas::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), axisWords(m_session, m_facts, m_map->view(), m_map->geometry(), help->pos()),
                       this);
    return true;
}

// --- pointer ----------------------------------------------------------------------------------------------------------

void HeatmapCanvas::hoverMoved() {
    const auto cell = m_map->hoveredCell();
    m_facts.hovered = cell;
    const SampleId row = cell ? sampleAt(cell->row) : SampleId();
    const SampleId column = cell ? sampleAt(cell->column) : SampleId();
    if (!row.isValid() || !column.isValid()) {
        m_card->hide();
    } else {
        setCard(*cell);
        const QPoint pointer = m_map->geometry().topLeft() + m_map->pointer().toPoint();
        m_card->showBeside(m_map->view().scale() < 64 && m_map->underMouse() ? pointer : endOf(*cell));
    }
    Q_EMIT pairHovered(row, column);
}

/// Below and right of the cell, so that a card there does not cover it.
QPoint HeatmapCanvas::endOf(const vtk::MapCell& cell) const {
    const QPointF end(static_cast<double>(cell.column) + 1, static_cast<double>(cell.row) + 1);
    return m_map->geometry().topLeft() + m_map->view().placeAt(end).toPoint();
}

void HeatmapCanvas::setCard(const vtk::MapCell& cell) {
    const SampleId row = sampleAt(cell.row), column = sampleAt(cell.column);
    const base::RowId a = m_run->rowFromSample(row), b = m_run->rowFromSample(column);
    m_card->setPair(row, column, m_run->cosine(a, b), m_run->kappa(a, b));
}

/// For screen readers, which cannot see the card.
void HeatmapCanvas::speak(const vtk::MapCell& cell) {
    setCard(cell);
    m_map->setAccessibleDescription(m_card->accessibleName());
}

void HeatmapCanvas::cellClicked(const vtk::MapCell& cell, Qt::KeyboardModifiers modifiers) {
    setShownPair(sampleAt(cell.row), sampleAt(cell.column));
    speak(cell);
    Q_EMIT pairClicked(m_pairRow, m_pairColumn, modifiers);
}

void HeatmapCanvas::cellActivated(const vtk::MapCell& cell) {
    goTo(sampleAt(cell.row), sampleAt(cell.column), kPairScale);
}

void HeatmapCanvas::cellStepped(int rows, int columns, Qt::KeyboardModifiers modifiers) {
    if (!m_run || m_run->rows() == 0)
        return;
    const auto& current = m_map->scene().overlay().current;
    const vtk::MapCell from = current ? *current : m_map->view().nearestCell(QPointF(m_map->width(), m_map->height()) / 2);
    const auto clamped = [this](std::int64_t value) { return std::clamp<std::int64_t>(value, 0, m_run->rows() - 1); };
    const vtk::MapCell cell{clamped(from.row + rows), clamped(from.column + columns)};
    const QPointF middle(static_cast<double>(cell.column) + 0.5, static_cast<double>(cell.row) + 0.5);
    if (!m_map->view().visible().contains(middle)) {
        m_map->view().centreOn(middle);
        m_map->viewMoved();
    }
    cellClicked(cell, modifiers);
    m_card->showBeside(endOf(cell));
}

/// The card of a pair that keys went to goes with the keys.
bool HeatmapCanvas::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_map && event->type() == QEvent::FocusOut && !m_map->hoveredCell())
        m_card->hide();
    return QWidget::eventFilter(watched, event);
}

void HeatmapCanvas::boxMoved(const QRectF& positions, bool done) {
    m_map->scene().overlay().boxes = {positions};
    m_map->update();
    if (!done)
        return;
    models::SampleSet samples;
    for (auto row = static_cast<std::int64_t>(positions.top()); row < static_cast<std::int64_t>(positions.bottom()); ++row)
        samples.insert(sampleAt(row));
    for (auto column = static_cast<std::int64_t>(positions.left()); column < static_cast<std::int64_t>(positions.right()); ++column)
        samples.insert(sampleAt(column));
    Q_EMIT boxSelected(samples, static_cast<qint64>(positions.height()), static_cast<qint64>(positions.width()));
}

} // namespace lpntk::views
