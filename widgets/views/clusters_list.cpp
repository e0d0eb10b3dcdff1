#include <widgets/views/clusters_list.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/parts_neighbour_row.h>
#include <widgets/views/parts_thumbnail.h>

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

/// Swatches of classes mixed in that a row shows; the tooltip and the card name them all.
constexpr qsizetype kMixedShown = 3;

} // namespace

ClusterListModel::ClusterListModel(models::Session& session, QObject* parent) : QAbstractListModel(parent), m_session(session) {}

void ClusterListModel::setClusters(std::shared_ptr<const analysis::ClusterAssignment> clusters,
                                   std::vector<analysis::ClusterFacts> facts, int label) {
    beginResetModel();
    m_clusters = std::move(clusters);
    m_facts = std::move(facts);
    m_label = label;
    arrange();
    endResetModel();
}

void ClusterListModel::setSort(ClusterSort sort) {
    if (sort == m_sort)
        return;
    beginResetModel();
    m_sort = sort;
    arrange();
    endResetModel();
}

void ClusterListModel::arrange() {
    m_bySize.clear();
    m_large.clear();
    m_single.clear();
    for (std::size_t i = 0; m_clusters && i < m_clusters->clusters.size(); ++i) {
        const auto& cluster = m_clusters->clusters[i];
        if (m_label >= 0 && cluster.label != m_label)
            continue;
        m_bySize.push_back(static_cast<int>(i));
        (cluster.size() > 1 ? m_large : m_single).push_back(static_cast<int>(i));
    }
    const auto key = [this](int cluster) {
        const auto& facts = factsOf(cluster);
        switch (m_sort) {
        case ClusterSort::size:
            break;
        case ClusterSort::mostSimilar:
            return -facts.meanCosine;
        case ClusterSort::leastSimilar:
            return facts.meanCosine;
        case ClusterSort::misclassified:
            return -static_cast<double>(facts.misclassified) /
                   static_cast<double>(m_clusters->clusters[static_cast<std::size_t>(cluster)].size());
        case ClusterSort::spread:
            return -facts.spread;
        }
        return 0.0;
    };
    const auto less = [&](int a, int b) { return key(a) < key(b); };
    std::stable_sort(m_large.begin(), m_large.end(), less);
    if (m_sort == ClusterSort::misclassified) // the other figures need two samples
        std::stable_sort(m_single.begin(), m_single.end(), less);
    m_order = m_large;
    m_order.insert(m_order.end(), m_single.begin(), m_single.end());
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

QString ClusterListModel::noteOf(int cluster) const {
    const auto& facts = factsOf(cluster);
    const auto size = static_cast<double>(m_clusters->clusters[static_cast<std::size_t>(cluster)].size());
    if (m_sort == ClusterSort::misclassified)
        return format::share(static_cast<double>(facts.misclassified) / size, 0);
    if (m_sort == ClusterSort::spread && size > 1)
        return QStringLiteral("\u00B1") + format::number(facts.spread, 2);
    return size > 1 ? format::cosine(facts.meanCosine) : QString();
}

QString ClusterListModel::mixedWords(int cluster) const {
    QStringList words;
    for (const auto& [label, count] : factsOf(cluster).predicted)
        if (label != m_clusters->clusters[static_cast<std::size_t>(cluster)].label)
            words << QStringLiteral("%1 %2").arg(m_session.className(label), format::count(count));
    return words.isEmpty() ? tr("The network gives every member its label")
                           : tr("Predicted otherwise: %1").arg(words.join(QStringLiteral(", ")));
}

QString ClusterListModel::text() const {
    QStringList lines{QStringList{tr("cluster"), tr("class"), tr("head"), tr("members"), tr("clustered"),
                                  tr("attached"), tr("mean cosine"), tr("least cosine"), tr("spread"),
                                  tr("misclassified"), tr("predicted classes")}
                          .join(QLatin1Char('\t'))};
    const auto figure = [](double value) { return std::isnan(value) ? QString() : QString::number(value, 'f', 4); };
    for (const int index : m_order) {
        const auto& cluster = m_clusters->clusters[static_cast<std::size_t>(index)];
        const auto& facts = factsOf(index);
        QStringList classes;
        for (const auto& [label, count] : facts.predicted)
            classes << QStringLiteral("%1 %2").arg(m_session.className(label)).arg(count);
        lines << QStringList{nameOf(index),
                             m_session.className(cluster.label),
                             QString::number(headOf(index).value()),
                             QString::number(cluster.size()),
                             QString::number(cluster.members.size()),
                             QString::number(cluster.attached.size()),
                             figure(facts.meanCosine),
                             figure(facts.leastCosine),
                             figure(facts.spread),
                             QString::number(facts.misclassified),
                             classes.join(QStringLiteral("; "))}
                     .join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
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
    case Qt::AccessibleTextRole:
        return tr("%1, head %2, %3 members, mean cosine %4, %5 misclassified")
            .arg(nameOf(cluster), format::sample(headOf(cluster)), format::count(size),
                 format::cosine(factsOf(cluster).meanCosine), format::count(factsOf(cluster).misclassified));
    case Qt::ToolTipRole:
        return mixedWords(cluster);
    case NoteRole:
        return noteOf(cluster);
    case MixedRole: {
        QVariantList labels;
        for (const auto& [label, count] : factsOf(cluster).predicted)
            if (label != m_clusters->clusters[static_cast<std::size_t>(cluster)].label)
                labels << label;
        return labels;
    }
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
    if (index.data(ClusterListModel::IsFoldRole).toBool()) {
        paintText(*painter, rect, count, number, theme().colour(Role::text), Qt::AlignRight | Qt::AlignVCenter);
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
    const QColor quiet = theme().colour(selected ? Role::text2 : Role::text3);
    paintText(*painter, QRectF(words.right(), words.top(), rect.right() - words.right() + 1, words.height()), count,
              number, theme().colour(Role::text), Qt::AlignRight | Qt::AlignVCenter);
    paintText(*painter, QRectF(words.right(), words.bottom(), rect.right() - words.right() + 1, words.height()),
              index.data(ClusterListModel::NoteRole).toString(), theme().font(11), quiet,
              Qt::AlignRight | Qt::AlignVCenter);
    const double mixed = paintMixed(*painter, QPointF(words.right() - 4, words.center().y()),
                                    index.data(ClusterListModel::MixedRole).toList());
    const double used =
        paintText(*painter, line.adjusted(0, 0, -mixed, 0), index.data().toString(), name, theme().colour(Role::text));
    paintText(*painter, line.adjusted(used + 7, 0, -mixed, 0), format::sample(head), theme().font(12), quiet);
    const auto* model = static_cast<const ClusterListModel*>(index.model());
    const auto largest = model->clusters()->clusters[static_cast<std::size_t>(model->bySize().front())].size();
    const double share = index.data(ClusterListModel::SizeRole).toDouble() / static_cast<double>(largest);
    const double room = words.width() - 4;
    painter->fillRect(QRectF(words.left(), words.bottom() + 5, std::max(1.0, room * share), 4),
                      theme().colour(selected ? Role::accent : Role::borderStrong));
    painter->restore();
}

double ClusterDelegate::paintMixed(QPainter& painter, QPointF right, const QVariantList& labels) const {
    const auto shown = std::min<qsizetype>(labels.size(), kMixedShown);
    const double width = static_cast<double>(shown) * (kSwatch + 3);
    for (qsizetype i = 0; i < shown; ++i)
        paintSwatch(painter, QPointF(right.x() - width + static_cast<double>(i) * (kSwatch + 3), right.y()),
                    theme().classColour(labels[i].toInt(), m_session.classes()));
    return shown > 0 ? width + 10 : 4;
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
    setAccessibleName(tr("List of clusters"));
    connect(this, &QListView::clicked, this, [this](const QModelIndex& index) {
        if (index.data(ClusterListModel::IsFoldRole).toBool())
            m_model->setSingletonsOpen(!m_model->singletonsOpen());
    });
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

void ClusterList::enter() {
    if (currentIndex().data(ClusterListModel::IsFoldRole).toBool())
        m_model->setSingletonsOpen(!m_model->singletonsOpen());
    else if (currentIndex().isValid())
        Q_EMIT entered();
}

void ClusterList::copy() const {
    QGuiApplication::clipboard()->setText(m_model->text());
}

bool ClusterList::event(QEvent* event) {
    // Else the window's own Ctrl+C would take the key.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        event->accept();
        return true;
    }
    return QListView::event(event);
}

void ClusterList::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy))
        copy();
    else
        QListView::keyPressEvent(event);
}

void ClusterList::contextMenuEvent(QContextMenuEvent* event) {
    if (event->reason() == QContextMenuEvent::Mouse)
        setCurrentIndex(indexAt(event->pos()));
    if (currentIndex().isValid() && m_model->clusterAt(currentIndex().row()) >= 0)
        Q_EMIT menuRequested(event->reason() == QContextMenuEvent::Mouse
                                 ? event->globalPos()
                                 : viewport()->mapToGlobal(visualRect(currentIndex()).center()));
}

void ClusterList::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    if (const int cluster = current.isValid() ? m_model->clusterAt(current.row()) : -1; cluster >= 0 && !m_quiet)
        Q_EMIT clusterChosen(cluster);
}

} // namespace lpntk::views
