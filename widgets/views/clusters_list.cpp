#include <widgets/views/clusters_list.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/parts_neighbour_row.h>
#include <widgets/views/parts_thumbnail.h>

#include <QPainter>

#include <algorithm>

namespace lpntk::views {

using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

ClusterListModel::ClusterListModel(models::Session& session, QObject* parent) : QAbstractListModel(parent), m_session(session) {}

void ClusterListModel::setClusters(std::shared_ptr<const analysis::ClusterAssignment> clusters, int label) {
    beginResetModel();
    m_clusters = std::move(clusters);
    m_order.clear();
    m_large.clear();
    m_single.clear();
    for (std::size_t i = 0; m_clusters && i < m_clusters->clusters.size(); ++i) {
        const auto& cluster = m_clusters->clusters[i];
        if (label >= 0 && cluster.label != label)
            continue;
        m_order.push_back(static_cast<int>(i));
        (cluster.size() > 1 ? m_large : m_single).push_back(static_cast<int>(i));
    }
    endResetModel();
}

void ClusterListModel::setSingletonsOpen(bool open) {
    if (open == m_open)
        return;
    const int first = static_cast<int>(m_large.size()) + 1;
    const int last = first + static_cast<int>(m_single.size()) - 1;
    if (m_single.empty()) {
        m_open = open;
        return;
    }
    if (open) {
        beginInsertRows({}, first, last);
        m_open = true;
        endInsertRows();
    } else {
        beginRemoveRows({}, first, last);
        m_open = false;
        endRemoveRows();
    }
    const QModelIndex fold = index(foldRow());
    Q_EMIT dataChanged(fold, fold, {OpenRole});
}

int ClusterListModel::clusterAt(int row) const {
    const int large = static_cast<int>(m_large.size());
    if (row >= 0 && row < large)
        return m_large[static_cast<std::size_t>(row)];
    const int single = row - large - 1;
    return single >= 0 && single < static_cast<int>(m_single.size()) ? m_single[static_cast<std::size_t>(single)] : -1;
}

int ClusterListModel::rowOf(int cluster) const {
    if (const auto found = std::find(m_large.begin(), m_large.end(), cluster); found != m_large.end())
        return static_cast<int>(found - m_large.begin());
    const auto found = std::find(m_single.begin(), m_single.end(), cluster);
    return m_open && found != m_single.end() ? foldRow() + 1 + static_cast<int>(found - m_single.begin()) : -1;
}

QString ClusterListModel::nameOf(int cluster) const {
    if (!m_clusters || cluster < 0 || cluster >= static_cast<int>(m_clusters->clusters.size()))
        return {};
    const auto at = static_cast<std::size_t>(cluster);
    return QStringLiteral("%1 %2").arg(m_session.className(m_clusters->clusters[at].label)).arg(m_clusters->rankInClass[at]);
}

SampleId ClusterListModel::headOf(int cluster) const {
    const auto run = m_session.run();
    const auto head = m_clusters->clusters[static_cast<std::size_t>(cluster)].head;
    return run && head.value() < run->rows() ? run->sampleFromRow(head) : SampleId();
}

int ClusterListModel::rowCount(const QModelIndex& parent) const {
    if (parent.isValid())
        return 0;
    return static_cast<int>(m_large.size()) + (m_single.empty() ? 0 : 1) + (m_open ? static_cast<int>(m_single.size()) : 0);
}

QVariant ClusterListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    if (index.row() == foldRow()) {
        switch (role) {
        case Qt::DisplayRole: return tr("Singletons");
        case Qt::AccessibleTextRole: return tr("Singletons, %1").arg(format::count(singletons()));
        case SizeRole: return static_cast<qlonglong>(singletons());
        case IsFoldRole: return true;
        case OpenRole: return m_open;
        case ClusterRole: return -1;
        default: return {};
        }
    }
    const int cluster = clusterAt(index.row());
    const auto size = m_clusters->clusters[static_cast<std::size_t>(cluster)].size();
    switch (role) {
    case Qt::DisplayRole: return nameOf(cluster);
    case Qt::AccessibleTextRole: return tr("%1, head %2, %3 members").arg(nameOf(cluster), format::sample(headOf(cluster)), format::count(size));
    case ClusterRole: return cluster;
    case HeadRole: return QVariant::fromValue<qint64>(headOf(cluster).value());
    case SizeRole: return static_cast<qlonglong>(size);
    case IsFoldRole: return false;
    default: return {};
    }
}

QSize ClusterDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {200, theme().row("list")};
}

void ClusterDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    painter->save();
    const bool selected = paintRowGround(*painter, option, option.state & QStyle::State_Selected, option.state & QStyle::State_MouseOver);
    const QRect rect = option.rect.adjusted(12, 0, -12, 0);
    const QString count = format::count(index.data(ClusterListModel::SizeRole).toLongLong());
    const QFont number = theme().font(13, QFont::Medium);
    paintText(*painter, rect, count, number, theme().colour(Role::text), Qt::AlignRight | Qt::AlignVCenter);
    if (index.data(ClusterListModel::IsFoldRole).toBool()) {
        const bool open = index.data(ClusterListModel::OpenRole).toBool();
        theme().icon(open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"))
            .paint(painter, QRect(rect.left(), rect.center().y() - 7, 16, 16));
        paintText(*painter, rect.adjusted(26, 0, -50, 0), index.data().toString(), theme().font(13), theme().colour(Role::text));
        painter->setPen(theme().colour(Role::border));
        painter->drawLine(option.rect.topLeft(), option.rect.topRight());
        painter->restore();
        return;
    }
    const SampleId head(index.data(ClusterListModel::HeadRole).toLongLong());
    const int side = theme().thumbnail("row");
    const QRect square(rect.left(), rect.center().y() - side / 2 + 1, side, side);
    auto state = thumbnailState(m_session, head);
    state.selected = state.current = state.hovered = state.misclassified = false;
    paintThumbnail(*painter, square, m_session, head, state);
    const double right = 44 * theme().textScale();
    const QRectF words(square.right() + 11, rect.top() + 4, rect.right() - right - square.right() - 11, (rect.height() - 8) / 2.0);
    paintSwatch(*painter, QPointF(words.left(), words.center().y()), theme().classColour(m_session.labelOf(head), m_session.classes()));
    const QFont name = theme().font(13, QFont::Medium);
    const QRectF line = words.adjusted(kSwatch + 6, 0, 0, 0);
    const double used = paintText(*painter, line, index.data().toString(), name, theme().colour(Role::text));
    paintText(*painter, line.adjusted(used + 7, 0, 0, 0), format::sample(head), theme().font(12), theme().colour(selected ? Role::text2 : Role::text3));
    const auto* model = static_cast<const ClusterListModel*>(index.model());
    const auto largest = model->clusters()->clusters[static_cast<std::size_t>(model->order().front())].size();
    const double share = index.data(ClusterListModel::SizeRole).toDouble() / static_cast<double>(largest);
    painter->fillRect(QRectF(words.left(), words.bottom() + 5, words.width() * share, 4), theme().colour(selected ? Role::accent : Role::borderStrong));
    painter->restore();
}

ClusterList::ClusterList(models::Session& session, QWidget* parent) : QListView(parent), m_model(new ClusterListModel(session, this)) {
    setModel(m_model);
    setItemDelegate(new ClusterDelegate(session, this));
    setUniformItemSizes(true);
    setMouseTracking(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setAccessibleName(tr("Clusters by size"));
    const auto fold = [this](const QModelIndex& index) {
        if (index.data(ClusterListModel::IsFoldRole).toBool())
            m_model->setSingletonsOpen(!m_model->singletonsOpen());
    };
    connect(this, &QListView::clicked, this, fold);
    connect(this, &QListView::activated, this, fold);
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, [this] { viewport()->update(); });
    connect(&theme(), &models::Theme::changed, this, [this] { doItemsLayout(); });
}

void ClusterList::setCurrentCluster(int cluster) {
    m_quiet = true;
    const int row = m_model->rowOf(cluster);
    setCurrentIndex(m_model->index(row));
    if (row >= 0)
        scrollTo(m_model->index(row));
    m_quiet = false;
}

void ClusterList::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    if (const int cluster = current.isValid() ? m_model->clusterAt(current.row()) : -1; cluster >= 0 && !m_quiet)
        Q_EMIT clusterChosen(cluster);
}

} // namespace lpntk::views
