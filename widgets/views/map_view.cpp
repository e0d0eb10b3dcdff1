#include <widgets/views/map_view.h>

#include <widgets/models/format.h>
#include <widgets/models/sample_map.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/map_canvas.h>
#include <widgets/views/map_legend.h>
#include <widgets/views/map_scale.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_pair_card.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/parts_thumbnail.h>
#include <widgets/views/sample_actions.h>

#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace lpntk::views {

using models::Change;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

} // namespace

MapView::MapView(models::Session& session, QWidget* parent)
    : SessionView(session, parent), m_empty(new EmptyState(this)), m_samples(new SampleActions(session, this)),
      m_map(new models::SampleMap(session, this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_toolBar = makeToolBar());
    layout->addWidget(m_middle = makeMiddle(), 1);
    layout->addWidget(m_empty, 1);
    connectCanvas();
    connect(m_map, &models::SampleMap::componentsChanged, this, [this] {
        if (m_chosen != 0)
            return;
        const bool first = m_axes[0]->count() == 0;
        fillAxes();
        showPlaces(!first);
    });
    connect(m_map, &models::SampleMap::importedChanged, this, [this](int index) { fillCoordinates(index + 1); });
    connect(m_map, &models::SampleMap::busyChanged, this, &MapView::showBusy);
    openRun();
}

MapView::~MapView() = default;

void MapView::connectCanvas() {
    connect(m_canvas, &vtk::VtkHost::painted, this, &MapView::maybeReady);
    connect(m_canvas, &MapCanvas::clicked, this, &MapView::chooseRow);
    connect(m_canvas, &MapCanvas::areaSelected, this, &MapView::chooseRows);
    connect(m_canvas, &MapCanvas::viewChanged, this, &MapView::showCard);
    connect(m_canvas, &MapCanvas::hoverChanged, this, [this](int row) {
        if (isLinked())
            session().selection().setHovered(sampleOf(row), this);
        m_canvas->setMarks(rowOf(session().selection().current()), row);
        showCard();
    });
    connect(m_canvas, &MapCanvas::modeChanged, this, [this] {
        m_lasso->setChecked(m_canvas->mode() == MapCanvas::Mode::lasso);
        m_box->setChecked(m_canvas->mode() == MapCanvas::Mode::box);
    });
    m_canvas->setPictures([this](int row, int side) { return picture(row, side); });
    connect(&session().thumbnails(), &models::ThumbnailCache::ready, this, [this](SampleId sample) {
        if (const int row = rowOf(sample); row >= 0)
            m_canvas->forgetPictures(row);
    });
    m_samples->attachMenu(m_canvas, [this](QPoint place) {
        const SampleId sample = sampleOf(m_canvas->rowAt(place));
        if (isLinked() && sample.isValid() && !session().selection().selected().contains(sample))
            session().selection().click(sample, false, this);
    });
}

int MapView::rowOf(SampleId sample) const {
    const base::RowId row = m_run && sample.isValid() ? m_run->rowFromSample(sample) : base::RowId();
    return static_cast<int>(row.value());
}

SampleId MapView::sampleOf(int row) const {
    return m_run && row >= 0 ? m_run->sampleFromRow(base::RowId(row)) : SampleId();
}

MapColour MapView::colour() const {
    return static_cast<MapColour>(m_colour->currentData().toInt());
}

// --- coordinates
// ------------------------------------------------------------------------------------------------------

void MapView::openRun() {
    m_run = session().run();
    m_card->hide();
    m_colours.clear();
    m_canvas->setPlaces({}, false, false);
    m_byClass = groupRows(MapColour::label, session());
    m_classes->legend().setGroups(m_byClass.groups);
    for (QComboBox* axis : m_axes) {
        const QSignalBlocker blocker(axis);
        axis->clear();
    }
    m_toolBar->setEnabled(m_run && vtk::VtkHost::isUsable());
    m_map->setRun(m_run);
    fillCoordinates(0);
    showBusy();
}

void MapView::fillCoordinates(int chosen) {
    const QSignalBlocker blocker(m_coordinates);
    m_coordinates->clear();
    m_coordinates->addItem(tr("Kernel components"));
    for (const auto& imported : m_map->imported())
        m_coordinates->addItem(imported.name);
    m_coordinates->insertSeparator(m_coordinates->count());
    m_coordinates->addItem(theme().icon(QStringLiteral("open")), tr("Import…"));
    m_coordinates->setCurrentIndex(chosen);
    m_chosen = chosen;
    fillAxes();
    showPlaces(false);
}

void MapView::chooseCoordinates(int index) {
    if (index > static_cast<int>(m_map->imported().size())) {
        m_coordinates->setCurrentIndex(m_chosen);
        return askFile();
    }
    if (index == m_chosen)
        return;
    m_chosen = index;
    fillAxes();
    showPlaces(false);
}

void MapView::askFile() {
    const QString path = QFileDialog::getOpenFileName(window(), tr("Import coordinates"), QString(),
                                                      tr("Coordinates (*.npy *.csv);;All files (*)"));
    if (!path.isEmpty())
        m_map->import(path);
}

void MapView::fillAxes() {
    QStringList texts;
    if (m_chosen > 0) {
        for (const std::string& name : m_map->imported()[at(m_chosen - 1)].embedding->names)
            texts << QString::fromStdString(name);
    } else if (const auto components = m_map->components()) {
        for (int c = 0; c < components->count; ++c)
            texts << QStringLiteral("%1   %2").arg(c + 1).arg(format::share(components->share[at(c)]));
    }
    for (int axis = 0; axis < 3; ++axis) {
        const QSignalBlocker blocker(m_axes[axis]);
        const int former = m_axes[axis]->count() == texts.size() ? m_axes[axis]->currentIndex()
                                                                 : std::min(axis, static_cast<int>(texts.size()) - 1);
        m_axes[axis]->clear();
        m_axes[axis]->addItems(texts);
        m_axes[axis]->setCurrentIndex(former);
        m_axes[axis]->setEnabled(texts.size() > 1);
    }
}

void MapView::showPlaces(bool keepView) {
    const auto components = m_map->components();
    const bool imported = m_chosen > 0;
    const bool usable = vtk::VtkHost::isUsable();
    const bool shown = m_run && usable && (imported || m_map->hasComponents());
    m_middle->setVisible(shown);
    m_empty->setVisible(!shown);
    m_refine->setVisible(!imported && components && components->isEstimate() &&
                         m_run->rows() > models::SampleMap::kRefineAtOnce);
    m_refine->setEnabled(m_map->canRefine());
    if (!m_run)
        return m_empty->show(QStringLiteral("map"), tr("No map yet"),
                             tr("It needs a run: open one or compute a kernel."));
    if (!usable)
        return m_empty->show(QStringLiteral("map"), tr("No OpenGL here"),
                             tr("This window system cannot show OpenGL; start the program under X11."));
    if (!shown)
        return m_empty->show(QStringLiteral("map"), tr("This run has no map of its own"),
                             tr("It holds the pairs within classes only. Compute the kernel again with all pairs "
                                "(blocks: full), or import "
                                "coordinates in the bar above."));
    m_changedAt = m_canvas->framesPainted();
    const int x = m_axes[0]->currentIndex(), y = m_axes[1]->currentIndex();
    if ((!imported && !components) || x < 0 || y < 0) {
        m_caption->clear();
        m_note->clear();
        return;
    }
    const std::vector<double> xs = coordinatesOn(0), ys = coordinatesOn(1);
    std::vector<QPointF> places;
    places.reserve(xs.size());
    for (std::size_t row = 0; row < xs.size(); ++row)
        places.emplace_back(xs[row], ys[row]);
    m_canvas->setPlaces(places, !imported, keepView);
    if (m_colours.size() == places.size() && colour() != MapColour::third) {
        m_canvas->setColours(m_colours);
        applyShown();
    } else {
        recolour();
    }
    applyMarks(selectedPart | currentPart | hoveredPart);
    showLegend();
}

std::vector<double> MapView::coordinatesOn(int axis) const {
    const int chosen = m_axes[axis]->currentIndex();
    const auto components = m_map->components();
    std::vector<double> coordinates;
    if (chosen < 0 || (m_chosen == 0 && !components))
        return coordinates;
    if (m_chosen > 0) {
        const analysis::Embedding& embedding = *m_map->imported()[at(m_chosen - 1)].embedding;
        for (std::size_t row = 0; row < at(embedding.rows); ++row)
            coordinates.push_back(embedding.values[row * embedding.names.size() + at(chosen)]);
    } else {
        for (std::int64_t row = 0; row < components->rows; ++row)
            coordinates.push_back(components->at(row, chosen));
    }
    return coordinates;
}

QString MapView::axisName(int axis) const {
    return m_chosen > 0 ? m_axes[axis]->currentText() : tr("Component %1").arg(m_axes[axis]->currentIndex() + 1);
}

QString MapView::caption() const {
    return m_caption->text();
}
QString MapView::note() const {
    return m_note->text();
}

void MapView::showLegend() {
    const int x = m_axes[0]->currentIndex(), y = m_axes[1]->currentIndex();
    const auto components = m_map->components();
    QStringList notes;
    const auto& marks = m_canvas->shown();
    const auto shown = std::count(marks.begin(), marks.end(), 1);
    if (shown < std::ssize(marks))
        notes << tr("%1 shown").arg(format::countOf(shown, std::ssize(marks)));
    if (m_chosen > 0) {
        m_caption->setText(
            tr("%1: %2 and %3")
                .arg(m_map->imported()[at(m_chosen - 1)].name, m_axes[0]->currentText(), m_axes[1]->currentText()));
    } else if (components && x >= 0 && y >= 0) {
        m_caption->setText(tr("Components %1 and %2: %3, %4 of the trace")
                               .arg(x + 1)
                               .arg(y + 1)
                               .arg(format::share(components->share[at(x)]), format::share(components->share[at(y)])));
        if (components->isEstimate())
            notes << tr("estimated from %1 samples").arg(format::count(components->sampled));
    }
    m_note->setText(notes.join(QStringLiteral(", ")));
    m_showAll->setVisible(!m_classes->legend().isWhole() ||
                          (!m_groupPart->isHidden() && !m_groups->legend().isWhole()));
}

void MapView::showBusy() {
    m_busy->follow(m_map->ticket(), m_map->isRefining() ? tr("Refining the components") : tr("Placing the samples"));
    m_refine->setEnabled(m_map->canRefine());
    if (!m_map->isBusy())
        m_canvas->update(); // and say that it is ready
}

// --- colours
// ----------------------------------------------------------------------------------------------------------

void MapView::recolour() {
    if (!m_run)
        return;
    const MapColour by = colour();
    m_changedAt = m_canvas->framesPainted();
    m_groupPart->setVisible(by != MapColour::label);
    m_axes[2]->setVisible(by == MapColour::third);
    m_groupTitle->setText(by == MapColour::third ? axisName(2) : mapColourName(by));
    m_scale->setVisible(isScore(by));
    m_groups->setVisible(!isScore(by));
    m_groups->setAccessibleName(tr("%1 shown").arg(mapColourName(by)));
    m_coloursAsked = isScore(by) && by != MapColour::third;
    if (!isScore(by)) {
        m_byColour = by == MapColour::label ? m_byClass : groupRows(by, session());
        m_groups->legend().setGroups(by == MapColour::label ? std::vector<MapGroup>() : m_byColour.groups);
        return paintPoints();
    }
    m_byColour = {};
    m_groups->legend().setGroups({});
    if (by == MapColour::third) {
        const std::vector<double> values = coordinatesOn(2);
        m_scores.assign(values.begin(), values.end());
        m_scores.resize(at(m_run->rows()), std::numeric_limits<float>::quiet_NaN()); // not known yet
        m_scale->setScores(by, m_scores, rangeOf(by, m_scores));
        return paintPoints();
    }
    session().jobs().ask<std::vector<float>>(
        "map scores", this, [run = m_run, by](const base::JobContext&) { return scoreRows(by, *run); },
        [this, run = m_run, by](std::vector<float> scores) {
            if (run != m_run || by != colour())
                return;
            m_coloursAsked = false;
            m_scores = std::move(scores);
            m_scale->setScores(by, m_scores, rangeOf(by, m_scores));
            paintPoints();
        });
}

void MapView::paintPoints() {
    m_changedAt = m_canvas->framesPainted();
    m_colours = isScore(colour()) ? coloursOf(m_scores, m_scale->range()) : coloursOf(m_byColour, at(m_run->rows()));
    if (m_canvas->rows() == m_run->rows())
        m_canvas->setColours(m_colours);
    applyShown();
}

void MapView::applyShown() {
    if (!m_run || m_canvas->rows() != m_run->rows())
        return;
    std::vector<char> shown(at(m_run->rows()), 1), onTop;
    for (std::size_t row = 0; row < shown.size(); ++row)
        shown[row] = m_classes->legend().isShown(m_byClass.groupOf[row]);
    const auto& groups = m_groups->legend().groups();
    if (!groups.empty() && m_byColour.groupOf.size() == shown.size()) {
        onTop.assign(shown.size(), 0);
        for (std::size_t row = 0; row < shown.size(); ++row) {
            const MapGroup& group = groups[at(m_byColour.groupOf[row])];
            shown[row] = shown[row] && group.shown;
            onTop[row] = group.onTop;
        }
    }
    m_canvas->setShown(std::move(shown), onTop);
    showLegend();
}

void MapView::themeChanged() {
    const auto colourOf = [](Role role) { return theme().colour(role); };
    const vtk::PointStyle style{colourOf(Role::panel), colourOf(Role::border), colourOf(Role::accent),
                                colourOf(Role::panel), colourOf(Role::text)};
    m_canvas->setBackground(theme().colour(Role::panel));
    m_canvas->setStyle(style);
    m_byClass = groupRows(MapColour::label, session());
    m_classes->legend().setGroups(m_byClass.groups);
    recolour();
    update();
}

// --- selection
// --------------------------------------------------------------------------------------------------------

void MapView::applyMarks(int parts) {
    const auto& selection = session().selection();
    if (!m_run || m_canvas->rows() != m_run->rows())
        return;
    if (parts & selectedPart) {
        std::vector<std::int32_t> rows;
        for (const SampleId sample : selection.selected().toVector())
            if (const int row = rowOf(sample); row >= 0)
                rows.push_back(row);
        m_canvas->setSelected(std::move(rows));
    }
    m_canvas->setMarks(rowOf(selection.current()), rowOf(selection.hovered()));
}

void MapView::chooseRow(int row, Qt::KeyboardModifiers modifiers) {
    m_canvas->setAccessibleDescription(spokenSample(session(), sampleOf(row)));
    if (isLinked())
        session().selection().click(sampleOf(row), modifiers & (Qt::ControlModifier | Qt::ShiftModifier), this);
}

void MapView::chooseRows(const std::vector<std::int32_t>& rows, Qt::KeyboardModifiers modifiers) {
    if (!isLinked())
        return;
    auto& selection = session().selection();
    models::SampleSet samples;
    if (modifiers & (Qt::ControlModifier | Qt::ShiftModifier))
        samples = selection.selected();
    for (const std::int32_t row : rows)
        samples.insert(sampleOf(row));
    // Keep, prune and relabel work on the selection when the current sample is part of it.
    if (!rows.empty() && !samples.contains(selection.current()))
        selection.setCurrent(sampleOf(rows[rows.size() / 2]), this);
    selection.setSelected(std::move(samples), this);
}

void MapView::chooseGroup(const MapGroups& groups, int group) {
    std::vector<std::int32_t> rows;
    for (std::size_t row = 0; row < groups.groupOf.size(); ++row)
        if (groups.groupOf[row] == group)
            rows.push_back(static_cast<std::int32_t>(row));
    chooseRows(rows, {});
}

void MapView::showCard() {
    const int row = m_canvas->hoveredRow();
    if (row < 0)
        return m_card->hide();
    const SampleId sample = sampleOf(row), current = session().selection().current();
    const int other = rowOf(current);
    if (other >= 0 && other != row) {
        const base::RowId a(other), b(row);
        m_card->setPair(current, sample, m_run->cosine(a, b), m_run->kappa(a, b));
    } else {
        m_card->setSample(sample);
    }
    m_card->showBeside(m_canvas->pointer().toPoint());
}

QImage MapView::picture(int row, int side) {
    constexpr int kBand = 3;
    const SampleId sample = sampleOf(row);
    if (m_run == nullptr || session().thumbnails().image(sample).isNull())
        return {};
    const double ratio = m_canvas->devicePixelRatioF();
    const int whole = side + 2 * kFrameReach;
    QImage image((QSizeF(whole, whole) * ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    const QRect square(kFrameReach, kFrameReach, side, side);
    painter.fillRect(square.adjusted(-1, -1, 1, 1), theme().colour(Role::panel)); // between two that touch
    ThumbnailState state = thumbnailState(session(), sample);
    paintThumbnail(painter, square, session(), sample, state);
    if (at(row) < m_colours.size())
        painter.fillRect(QRect(square.left(), square.bottom() + 1 - kBand, side, kBand),
                         QColor::fromRgba(m_colours[at(row)]));
    return image;
}

// --- session
// ----------------------------------------------------------------------------------------------------------

void MapView::sessionChanged(models::Changes what) {
    if (session().run() != m_run)
        openRun();
    const MapColour by = colour();
    if ((what & Change::run) && m_run)
        themeChanged();
    else if (((what & Change::clustering) && by == MapColour::cluster) ||
             ((what & models::Changes(Change::subset)) && by == MapColour::kept))
        recolour();
    if (what & (models::Changes(Change::data) | Change::decisions))
        m_canvas->forgetPictures();
    maybeReady();
}

void MapView::selectionChanged(int parts) {
    applyMarks(parts);
}

QWidget* MapView::keysGoTo() {
    return m_canvas;
}

bool MapView::isReady() const {
    if (!m_run || m_run != session().run() || m_map->isBusy() || m_coloursAsked)
        return false;
    if (m_middle->isHidden())
        return true; // a sentence stands there
    const bool awaited = (colour() == MapColour::cluster && session().isClustering()) ||
                         (colour() == MapColour::kept && !session().subset());
    return !awaited && m_canvas->rows() == m_run->rows() && m_canvas->framesPainted() > m_changedAt;
}

void MapView::maybeReady() {
    if (isReady())
        Q_EMIT ready();
}

} // namespace lpntk::views
