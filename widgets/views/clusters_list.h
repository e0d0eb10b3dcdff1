#pragma once

#include <core/analysis/cluster_facts.h>
#include <core/analysis/clustering.h>
#include <widgets/models/session.h>

#include <QAbstractListModel>
#include <QListView>
#include <QStyledItemDelegate>

#include <memory>
#include <vector>

namespace lpntk::views {

/// What the list of clusters is sorted by; ties by size.
enum class ClusterSort { size, mostSimilar, leastSimilar, misclassified, spread };

/// Clusters in the order chosen, at first the largest first. Those of one sample are folded into one last row, which
/// opens them when asked.
class ClusterListModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Roles { ClusterRole = Qt::UserRole, HeadRole, SizeRole, IsFoldRole, OpenRole, NoteRole, MixedRole };

    ClusterListModel(models::Session& session, QObject* parent);
    /// `facts` of every cluster; `label` -1 shows every class. Null empties the list.
    void setClusters(std::shared_ptr<const analysis::ClusterAssignment> clusters,
                     std::vector<analysis::ClusterFacts> facts, int label);
    void setSort(ClusterSort sort);
    ClusterSort sort() const { return m_sort; }
    /// Shows or hides the clusters of one sample.
    void setSingletonsOpen(bool open);
    bool singletonsOpen() const { return m_open; }

    std::int64_t shown() const { return static_cast<std::int64_t>(m_large.size() + m_single.size()); }
    std::int64_t singletons() const { return static_cast<std::int64_t>(m_single.size()); }
    /// Indices into ClusterAssignment::clusters of all that pass the class filter, in the order of the list.
    const std::vector<int>& order() const { return m_order; }
    /// The same, largest first.
    const std::vector<int>& bySize() const { return m_bySize; }
    const analysis::ClusterFacts& factsOf(int cluster) const { return m_facts[static_cast<std::size_t>(cluster)]; }
    /// The list as tab-separated lines with a head line, folded rows too.
    QString text() const;
    const analysis::ClusterAssignment* clusters() const { return m_clusters.get(); }
    /// Cluster of a row, -1 on the row that folds.
    int clusterAt(int row) const;
    /// Row of a cluster, -1 while it is folded away.
    int rowOf(int cluster) const;
    QString nameOf(int cluster) const; ///< "Pullover 2"

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    int foldRow() const { return m_single.empty() ? -1 : static_cast<int>(m_large.size()); }
    models::SampleId headOf(int cluster) const;
    void arrange();
    QString noteOf(int cluster) const;
    QString mixedWords(int cluster) const;

    models::Session& m_session;
    std::shared_ptr<const analysis::ClusterAssignment> m_clusters;
    std::vector<analysis::ClusterFacts> m_facts;
    std::vector<int> m_bySize, m_order, m_large, m_single;
    ClusterSort m_sort = ClusterSort::size;
    int m_label = -1;
    bool m_open = false;
};

/// Paints a cluster: head 28, name and id, swatches of the classes mixed in, bar of its size against the largest,
/// number of members, and below it the mean cosine to the head or what the list is sorted by.
class ClusterDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    ClusterDelegate(models::Session& session, QObject* parent) : QStyledItemDelegate(parent), m_session(session) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    double paintMixed(QPainter& painter, QPointF right, const QVariantList& labels) const; ///< returns the width used

    models::Session& m_session;
};

/// The list; the current row is the cluster shown at the right.
class ClusterList : public QListView {
    Q_OBJECT
public:
    ClusterList(models::Session& session, QWidget* parent);
    ClusterListModel& clusters() { return *m_model; }
    void setCurrentCluster(int cluster);
    /// Return: opens or shuts the singletons, or goes to the members.
    void enter();
    /// Puts the list into the clipboard.
    void copy() const;

Q_SIGNALS:
    void clusterChosen(int cluster);
    /// Return on a cluster: the keys should go to its members.
    void entered();
    /// A menu for the current cluster is asked for.
    void menuRequested(QPoint global);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    ClusterListModel* m_model;
    bool m_quiet = false;
};

} // namespace lpntk::views
