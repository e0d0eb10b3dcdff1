#include <widgets/views/relation_class_map.h>

#include <core/analysis/class_pairs.h>
#include <core/analysis/colour_map.h>
#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr double kMargin = 16;
constexpr double kNameGap = 8;
constexpr double kWidestCell = 92, kHighestCell = 46;
constexpr double kSmallestName = 11; ///< cells lower than this leave their names to the sentence below

double shareOf(const RelationClassMap::Cell& cell, RelationClassMap::Measure measure) {
    if (measure == RelationClassMap::Measure::meanCosine)
        return cell.meanCosine;
    const auto total = static_cast<double>(cell.counts.total());
    if (!(total > 0))
        return 0;
    return measure == RelationClassMap::Measure::contradictory
               ? -static_cast<double>(cell.counts.contradictory) / total
               : static_cast<double>(cell.counts.interchangeable) / total;
}

double sentenceHeight() {
    return 30 * theme().textScale();
}

} // namespace

std::vector<RelationClassMap::Cell> classCells(const run::Run& run, analysis::Thresholds thresholds,
                                               const base::JobContext& context) {
    const analysis::RelationSummary summary = run.classHistogram().empty()
                                                  ? analysis::countRelations(run, thresholds, context)
                                                  : analysis::countRelationsFromHistogram(run, thresholds);
    const std::vector<double> means = analysis::classPairMeans(run).cosine;
    const auto classes = static_cast<std::size_t>(run.classes());
    std::vector<RelationClassMap::Cell> cells(classes * classes);
    for (std::size_t place = 0; place < cells.size(); ++place) {
        cells[place].counts = summary.byClassPair[place];
        cells[place].meanCosine = place < means.size() ? means[place] : std::numeric_limits<double>::quiet_NaN();
        cells[place].computed = run.hasFull() || place / classes == place % classes;
    }
    return cells;
}

RelationClassMap::RelationClassMap(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Relations of class pairs"));
    connect(&theme(), &models::Theme::changed, this, [this] { update(); });
}

void RelationClassMap::setCells(std::vector<Cell> cells, std::vector<QString> names) {
    const bool other = names != m_names;
    m_cells = std::move(cells);
    m_names = std::move(names);
    if (other)
        m_current = m_chosen = m_hovered = {-1, -1};
    measureRange();
    update();
}

void RelationClassMap::setMeasure(Measure measure) {
    m_measure = measure;
    measureRange();
    update();
}

void RelationClassMap::measureRange() {
    double largest = 0;
    for (const Cell& cell : m_cells)
        if (cell.computed && std::isfinite(shareOf(cell, m_measure)))
            largest = std::max(largest, std::abs(shareOf(cell, m_measure)));
    m_range = largest > 0 ? largest : 1;
}

void RelationClassMap::setChosen(int row, int column) {
    m_chosen = {row, column};
    if (row >= 0)
        m_current = m_chosen;
    update();
}

const RelationClassMap::Cell* RelationClassMap::cell(int row, int column) const {
    const auto place = static_cast<std::size_t>(row) * m_names.size() + static_cast<std::size_t>(column);
    return row >= 0 && column >= 0 && row < classes() && column < classes() && place < m_cells.size() ? &m_cells[place]
                                                                                                      : nullptr;
}

QString RelationClassMap::sentenceOf(int row, int column) const {
    const Cell* entry = cell(row, column);
    if (!entry)
        return {};
    const QString names =
        tr("%1 × %2").arg(m_names[static_cast<std::size_t>(row)], m_names[static_cast<std::size_t>(column)]);
    if (!entry->computed)
        return tr("%1: not computed, this run has pairs within classes only").arg(names);
    const auto part = [&](std::int64_t count) {
        const double share =
            static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(entry->counts.total(), 1));
        return QStringLiteral("%1 (%2)").arg(format::count(count), format::share(share, share < 0.01 ? 2 : 1));
    };
    return tr("%1: mean cosine %2, %3 contradictory, %4 interchangeable of %5 pairs")
        .arg(names, format::cosine(entry->meanCosine), part(entry->counts.contradictory),
             part(entry->counts.interchangeable), format::count(entry->counts.total()));
}

// --- geometry -------------------------------------------------------------------------------------------------------

RelationClassMap::Geometry RelationClassMap::geometry() const {
    Geometry made;
    const QFontMetricsF metrics(theme().font(12));
    double widest = 0;
    for (const QString& name : m_names)
        widest = std::max(widest, metrics.horizontalAdvance(name) + kSwatch + 7);
    widest = std::min(widest, 140 * theme().textScale());
    const auto count = static_cast<double>(std::max(classes(), 1));
    double left = kMargin + widest + kNameGap;
    const double bottom = height() - sentenceHeight() - 6;
    const double wide = std::min(kWidestCell * theme().textScale(), (width() - left - kMargin) / count);
    made.upright = wide < widest + 6;
    const double line = metrics.height() + 8;
    double top = (made.upright ? std::min(widest, height() * 0.28) : line) + kNameGap;
    double high = std::min(kHighestCell * theme().textScale(), (bottom - top) / count);
    made.cell = wide;
    made.height = high;
    if (high < kSmallestName) { // very many classes: all the room to the cells, squares
        left = top = kMargin;
        made.cell = made.height = std::min((width() - 2 * kMargin) / count, (bottom - top) / count);
    }
    if (made.cell >= 4 && made.height >= 4) {
        made.cell = std::floor(made.cell);
        made.height = std::floor(made.height);
    }
    // In the middle of what is left over.
    const double spare = width() - left - kMargin - made.cell * count;
    const double below = bottom - top - made.height * count;
    made.matrix = QRectF(left + std::floor(std::max(spare, 0.0) / 2), top + std::floor(std::max(below, 0.0) / 2),
                         made.cell * count, made.height * count);
    return made;
}

QRectF RelationClassMap::rectOf(int row, int column) const {
    const Geometry all = geometry();
    return {all.matrix.left() + column * all.cell, all.matrix.top() + row * all.height, all.cell, all.height};
}

std::pair<int, int> RelationClassMap::cellAt(QPointF place) const {
    const Geometry all = geometry();
    if (m_names.empty() || !all.matrix.contains(place))
        return {-1, -1};
    const int row = static_cast<int>((place.y() - all.matrix.top()) / all.height);
    const int column = static_cast<int>((place.x() - all.matrix.left()) / all.cell);
    return {std::clamp(row, 0, classes() - 1), std::clamp(column, 0, classes() - 1)};
}

// --- painting -------------------------------------------------------------------------------------------------------

QColor RelationClassMap::colourOf(const Cell& cell) const {
    const double value = shareOf(cell, m_measure);
    if (!cell.computed || !std::isfinite(value))
        return theme().nan();
    const auto rgb =
        analysis::ColourMap::diverging(theme().isDark()).colour(static_cast<float>(value), static_cast<float>(m_range));
    return {rgb.red, rgb.green, rgb.blue};
}

/// As exact as the cell is wide: the count, then the count in thousands or millions, then nothing.
QString RelationClassMap::textOf(const Cell& cell, double width, const QFont& font) const {
    if (!cell.computed)
        return {};
    QStringList forms;
    if (m_measure == Measure::meanCosine) {
        forms << format::cosineExact(cell.meanCosine) << format::cosine(cell.meanCosine);
    } else {
        const std::int64_t count =
            m_measure == Measure::contradictory ? cell.counts.contradictory : cell.counts.interchangeable;
        forms << format::count(count);
        const auto value = static_cast<double>(count);
        if (value >= 1e6)
            forms << tr("%1 M").arg(format::number(value / 1e6, 1)) << tr("%1M").arg(format::number(value / 1e6, 0));
        else if (value >= 1e3)
            forms << tr("%1 k").arg(format::number(value / 1e3, 1)) << tr("%1k").arg(format::number(value / 1e3, 0));
    }
    for (const QString& form : forms)
        if (models::figuresWidth(font, form) <= width)
            return form;
    return {};
}

void RelationClassMap::paintNames(QPainter& painter, const Geometry& all) const {
    if (all.height < kSmallestName)
        return;
    const QFont font = theme().font(12);
    const QFont strong = theme().font(12, QFont::DemiBold);
    const auto at = m_hovered.first >= 0 ? m_hovered : m_current;
    const auto paint = [&](const QRectF& line, int label, bool marked) {
        paintSwatch(painter, QPointF(line.left(), line.center().y()), theme().classColour(label, classes()));
        paintText(painter, line.adjusted(kSwatch + 7, 0, 0, 0), m_names[static_cast<std::size_t>(label)],
                  marked ? strong : font, theme().colour(marked ? Role::text : Role::text2));
    };
    const QFontMetricsF metrics(strong);
    for (int label = 0; label < classes(); ++label) {
        const QString& name = m_names[static_cast<std::size_t>(label)];
        const double need = std::min(metrics.horizontalAdvance(name) + kSwatch + 8, all.matrix.left() - kNameGap - 4);
        const QRectF row = rectOf(label, 0), column = rectOf(0, label);
        paint({row.left() - kNameGap - need, row.top(), need, row.height()}, label, at.first == label);
        painter.save();
        if (all.upright) {
            painter.translate(column.center().x(), column.top() - kNameGap / 2);
            painter.rotate(-90);
            paint({0, -column.width() / 2, all.matrix.top() - kNameGap, column.width()}, label, at.second == label);
        } else {
            const double line = metrics.height() + 4;
            const double wide = std::min(need, column.width());
            paint({column.center().x() - wide / 2, column.top() - line - 2, wide, line}, label, at.second == label);
        }
        painter.restore();
    }
}

void RelationClassMap::paintCells(QPainter& painter, const Geometry& all) const {
    const double gap = all.cell >= 6 ? 1 : 0;
    const QFont font = theme().font(all.height >= 26 ? 12 : 11);
    const bool numbers = all.height >= QFontMetricsF(font).height();
    painter.setFont(font);
    for (int row = 0; row < classes(); ++row)
        for (int column = 0; column < classes(); ++column) {
            const Cell& entry = *cell(row, column);
            const QRectF rect(all.matrix.left() + column * all.cell, all.matrix.top() + row * all.height,
                              all.cell - gap, all.height - gap);
            const QColor ground = colourOf(entry);
            painter.fillRect(rect, ground);
            if (!numbers)
                continue;
            // Black or white, whichever stands off more.
            const double light = 0.2126 * ground.redF() + 0.7152 * ground.greenF() + 0.0722 * ground.blueF();
            painter.setPen(light > 0.42 ? QColor(0x16, 0x16, 0x1a) : QColor(0xff, 0xff, 0xff));
            models::drawFigures(painter, rect, Qt::AlignCenter, textOf(entry, rect.width() - 6, font));
        }
}

void RelationClassMap::paintFrames(QPainter& painter) const {
    const auto frame = [&](std::pair<int, int> at, Role role) {
        if (at.first < 0)
            return;
        const QRectF rect = rectOf(at.first, at.second).adjusted(0, 0, -1, -1);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme().colour(Role::panel), 4));
        painter.drawRect(rect);
        painter.setPen(QPen(theme().colour(role), 2));
        painter.drawRect(rect);
    };
    if (m_hovered != m_chosen)
        frame(m_hovered, Role::text);
    if (hasFocus() && m_current != m_chosen)
        frame(m_current, Role::focus);
    frame(m_chosen, Role::accent);
}

void RelationClassMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    if (m_cells.empty())
        return;
    const Geometry all = geometry();
    paintNames(painter, all);
    paintCells(painter, all);
    paintFrames(painter);
    const auto at = m_hovered.first >= 0 ? m_hovered : m_current;
    const QRectF line(kMargin, height() - sentenceHeight(), width() - 2 * kMargin, sentenceHeight() - 6);
    paintText(painter, line, at.first >= 0 ? sentenceOf(at.first, at.second) : tr("A cell lists its pairs below."),
              theme().font(12), theme().colour(Role::text2), Qt::AlignLeft | Qt::AlignVCenter);
}

// --- input ----------------------------------------------------------------------------------------------------------

void RelationClassMap::setCurrent(std::pair<int, int> at) {
    if (at == m_current)
        return;
    m_current = at;
    setAccessibleDescription(sentenceOf(at.first, at.second));
    update();
}

void RelationClassMap::mouseMoveEvent(QMouseEvent* event) {
    const auto at = cellAt(event->position());
    if (at == m_hovered)
        return;
    m_hovered = at;
    const Cell* entry = cell(at.first, at.second);
    setCursor(entry && entry->computed ? Qt::PointingHandCursor : Qt::ArrowCursor);
    Q_EMIT lookedAt(at.first, at.second);
    update();
}

void RelationClassMap::mousePressEvent(QMouseEvent* event) {
    const auto at = cellAt(event->position());
    const Cell* entry = cell(at.first, at.second);
    if (event->button() != Qt::LeftButton || !entry)
        return;
    setCurrent(at);
    if (entry->computed)
        Q_EMIT chosen(at.first, at.second);
}

void RelationClassMap::leaveEvent(QEvent*) {
    m_hovered = {-1, -1};
    Q_EMIT lookedAt(-1, -1);
    update();
}

void RelationClassMap::keyPressEvent(QKeyEvent* event) {
    if (m_names.empty())
        return QWidget::keyPressEvent(event);
    auto at = m_current.first >= 0 ? m_current : std::pair(0, 0);
    switch (event->key()) {
    case Qt::Key_Up:
        --at.first;
        break;
    case Qt::Key_Down:
        ++at.first;
        break;
    case Qt::Key_Left:
        --at.second;
        break;
    case Qt::Key_Right:
        ++at.second;
        break;
    case Qt::Key_Home:
        at = {0, 0};
        break;
    case Qt::Key_End:
        at = {classes() - 1, classes() - 1};
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (const Cell* entry = cell(at.first, at.second); entry && entry->computed)
            Q_EMIT chosen(at.first, at.second);
        return;
    default:
        return QWidget::keyPressEvent(event);
    }
    m_hovered = {-1, -1};
    setCurrent({std::clamp(at.first, 0, classes() - 1), std::clamp(at.second, 0, classes() - 1)});
    Q_EMIT lookedAt(m_current.first, m_current.second);
}

void RelationClassMap::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    if (m_current.first < 0 && !m_names.empty())
        setCurrent({0, 0});
    update();
}

void RelationClassMap::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

} // namespace lpntk::views
