#include <widgets/views/parts_neighbour_row.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/parts_copy_rows.h>
#include <widgets/views/parts_thumbnail.h>

#include <QApplication>
#include <QPainter>

#include <cmath>

namespace lpntk::views {

using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

NeighbourModel::NeighbourModel(models::Session& session, QObject* parent) : QAbstractListModel(parent), m_session(session) {}

void NeighbourModel::setNeighbours(std::vector<analysis::Neighbour> neighbours) {
    beginResetModel();
    m_neighbours = std::move(neighbours);
    m_samples.clear();
    const auto run = m_session.run();
    for (const auto& neighbour : m_neighbours)
        m_samples.push_back(run ? run->sampleFromRow(neighbour.row) : SampleId());
    endResetModel();
}

SampleId NeighbourModel::sampleAt(int row) const {
    return row >= 0 && row < rowCount() ? m_samples[static_cast<std::size_t>(row)] : SampleId();
}

int NeighbourModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_samples.size());
}

QVariant NeighbourModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const auto& neighbour = m_neighbours[static_cast<std::size_t>(index.row())];
    const SampleId sample = sampleAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return tr("%1, cosine %2, angle %3").arg(spokenSample(m_session, sample), format::cosineExact(static_cast<double>(neighbour.cosine)),
                                                 format::angle(static_cast<double>(neighbour.cosine)));
    case kCopyRole:
        return QStringList{QString::number(sample.value()), m_session.className(m_session.labelOf(sample)),
                           format::cosineExact(static_cast<double>(neighbour.cosine)),
                           format::angle(static_cast<double>(neighbour.cosine)),
                           format::kappa(static_cast<double>(neighbour.kappa))}
            .join(QLatin1Char('\t'));
    case SampleRole: return QVariant::fromValue<qint64>(sample.value());
    case CosineRole: return neighbour.cosine;
    case KappaRole: return neighbour.kappa;
    default: return {};
    }
}

bool paintRowGround(QPainter& painter, const QStyleOptionViewItem& option, bool selected, bool hovered) {
    // Not State_Active: item views clear it when they merely lack the focus.
    const bool active = !option.widget || option.widget->isActiveWindow();
    if (selected)
        painter.fillRect(option.rect, theme().colour(active ? Role::selection : Role::raised));
    else if (hovered)
        painter.fillRect(option.rect, theme().colour(Role::hover));
    if (selected && active)
        painter.fillRect(QRect(option.rect.topLeft(), QSize(2, option.rect.height())), theme().colour(Role::accent));
    if ((option.state & QStyle::State_HasFocus) && (option.state & QStyle::State_KeyboardFocusChange)) {
        painter.setPen(QPen(theme().colour(Role::focus), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(option.rect.adjusted(1, 1, -1, -1));
    }
    return selected;
}

QSize NeighbourDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {200, theme().row("list")};
}

void NeighbourDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    painter->save();
    const SampleId sample(index.data(NeighbourModel::SampleRole).toLongLong());
    const double cosine = index.data(NeighbourModel::CosineRole).toDouble();
    const bool hovered = (option.state & QStyle::State_MouseOver) || m_session.selection().hovered() == sample;
    const bool onSelection = paintRowGround(*painter, option, m_session.selection().selected().contains(sample) && (option.state & QStyle::State_Selected), hovered);
    const int side = theme().thumbnail("row");
    const QRect rect = option.rect.adjusted(12, 0, -12, 0);
    const QRect square(rect.left(), rect.center().y() - side / 2 + 1, side, side);
    auto state = thumbnailState(m_session, sample);
    state.hovered = state.selected = state.current = false; // the row says it
    paintThumbnail(*painter, square, m_session, sample, state);

    const QFont strong = theme().font(13, QFont::Medium);
    const double right = models::theme().textScale() * 50;
    const QRectF numbers(rect.right() - right, rect.top() + 3, right + 1, (rect.height() - 6) / 2.0);
    const bool plus = cosine >= static_cast<double>(m_session.thresholds().plus);
    const bool minus = cosine <= -static_cast<double>(m_session.thresholds().minus);
    paintText(*painter, numbers, format::cosine(cosine), strong, theme().colour(Role::text), Qt::AlignRight | Qt::AlignVCenter);
    paintText(*painter, numbers.translated(0, numbers.height() - 1), format::angle(cosine), theme().font(12), theme().colour(onSelection ? Role::text2 : Role::text3), Qt::AlignRight | Qt::AlignVCenter);

    const QRectF words(square.right() + 11, rect.top() + 4, numbers.left() - square.right() - 20, (rect.height() - 8) / 2.0);
    paintSampleName(*painter, words, m_session, sample, theme().font(13), onSelection);
    const Role role = plus ? Role::positive : minus ? Role::negative : Role::neutral;
    paintBar(*painter, QRectF(words.left(), words.bottom() + 4, words.width(), 5), std::abs(cosine), theme().colour(role));
    painter->restore();
}

NeighbourList::NeighbourList(models::Session& session, QWidget* parent)
    : QListView(parent), m_session(session), m_model(new NeighbourModel(session, this)) {
    copyRowsByKey(*this);
    setModel(m_model);
    setItemDelegate(new NeighbourDelegate(session, this));
    setUniformItemSizes(true);
    setMouseTracking(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    connect(this, &QListView::clicked, this, [this](const QModelIndex& index) {
        m_session.selection().click(m_model->sampleAt(index.row()), QApplication::keyboardModifiers() & Qt::ControlModifier, this);
    });
    connect(this, &QListView::activated, this, [this](const QModelIndex& index) { m_session.selection().click(m_model->sampleAt(index.row()), false, this); });
    connect(this, &QListView::entered, this, [this](const QModelIndex& index) { m_session.selection().setHovered(m_model->sampleAt(index.row()), this); });
    const auto repaint = [this] { viewport()->update(); };
    connect(&session.selection(), &models::SelectionModel::hoveredChanged, this, repaint);
    connect(&session, &models::Session::changed, this, repaint);
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, repaint);
    connect(&theme(), &models::Theme::changed, this, [this] { doItemsLayout(); });
}

void NeighbourList::resizeEvent(QResizeEvent* event) {
    // Whole rows only: half a row at the end reads as a fault where two lists stand above each other.
    const int row = theme().row("list");
    setViewportMargins(0, 0, 0, height() > row ? height() % row : 0);
    QListView::resizeEvent(event);
}

void NeighbourList::leaveEvent(QEvent* event) {
    m_session.selection().setHovered({}, this);
    QListView::leaveEvent(event);
}

} // namespace lpntk::views
