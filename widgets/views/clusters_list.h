#pragma once

#include <core/analysis/clustering.h>
#include <widgets/models/session.h>

#include <QAbstractListModel>
#include <QListView>
#include <QStyledItemDelegate>

#include <memory>
#include <vector>

namespace lpntk::views {

/// Clusters by size, largest first. Those of one sample are folded into one last row, which opens them when asked.
class ClusterListModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Roles { ClusterRole = Qt::UserRole, HeadRole, SizeRole, IsFoldRole, OpenRole };

    ClusterListModel(models::Session& session, QObject* parent);
    /// `label` -1 shows every class. Null empties the list.
    void setClusters(std::shared_ptr<const analysis::ClusterAssignment> clusters, int label);
    /// Shows or hides the clusters of one sample.
    void setSingletonsOpen(bool open);
    bool singletonsOpen() const { return m_open; }

    std::int64_t shown() const { return static_cast<std::int64_t>(m_large.size() + m_single.size()); }
    std::int64_t singletons() const { return static_cast<std::int64_t>(m_single.size()); }
    /// Indices into ClusterAssignment::clusters of all that pass the class filter, largest first.
    const std::vector<int>& order() const { return m_order; }
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

    models::Session& m_session;
    std::shared_ptr<const analysis::ClusterAssignment> m_clusters;
    std::vector<int> m_order, m_large, m_single;
    bool m_open = false;
};

/// Paints a cluster: head 28, name and id, bar of its size against the largest, number of members.
class ClusterDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    ClusterDelegate(models::Session& session, QObject* parent) : QStyledItemDelegate(parent), m_session(session) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    models::Session& m_session;
};

/// The list; the current row is the cluster shown at the right.
class ClusterList : public QListView {
    Q_OBJECT
public:
    ClusterList(models::Session& session, QWidget* parent);
    ClusterListModel& clusters() { return *m_model; }
    void setCurrentCluster(int cluster);

Q_SIGNALS:
    void clusterChosen(int cluster);

protected:
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    ClusterListModel* m_model;
    bool m_quiet = false;
};

} // namespace lpntk::views
