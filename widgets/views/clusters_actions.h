#pragma once

#include <widgets/models/session.h>

#include <QObject>
#include <QString>

#include <functional>
#include <utility>
#include <vector>

class QMenu;

namespace lpntk::views {

class SampleActions;

/// What the cluster view decides about a whole cluster; every call is one undo step. Owned by the view.
class ClusterActions : public QObject {
    Q_OBJECT
public:
    /// What the verdicts by hand come to for a cluster.
    enum class Kept { mixed = -1, head = 0, some = 1, all = 2, none = 3 };

    ClusterActions(models::Session& session, SampleActions& samples, QObject* parent);

    /// `heads`: the cluster's head, or the heads of its parts when it is split; `all` includes them.
    void setCluster(const QString& name, std::vector<base::RowId> heads, std::vector<base::RowId> all);
    /// Which part each row of setCluster's `all` is in, by the part's head, when parts are shown; empty for a whole
    /// cluster.
    void setParts(std::vector<std::pair<base::RowId, base::RowId>> parts) { m_parts = std::move(parts); }
    /// Names of clusters, asked for by menus.
    void setNaming(std::function<QString(int cluster)> naming) { m_naming = std::move(naming); }
    const std::vector<models::SampleId>& samples() const { return m_samples; }
    Kept kept() const;

    void keepHead();
    void keepAll();
    void drop();
    /// Keeps the n samples that farthest-point order chooses, the head first; found on a worker.
    void keepSome(int n);
    /// Leaves the whole cluster to the pruning rule again.
    void leaveToRule();
    /// Makes the parts that are shown clusters of their own; they stay so at any number of clusters.
    /// False while none are shown.
    bool splitIntoParts();
    /// Gives the whole cluster to the cluster of another head of the same class.
    void mergeInto(base::RowId head, const QString& name);
    /// Takes merges and splits that the cluster's samples were part of back.
    void leaveToClustering();
    /// Whether a hand merged or split what is in the cluster.
    bool isByHand() const;
    /// Marks the whole cluster for review, or takes the marks back when all members have them.
    void review();
    bool isReviewed() const;

    /// Everything that can be done with the cluster; `at` is what the menu stands on.
    void fillMenu(QMenu& menu, QWidget* at);
    void popUpMerge(QWidget* at, QPoint global);
    void fillMerge(QMenu& menu);
    void fillKeepSome(QMenu& menu);
    void popUpKeepSome(QWidget* at);
    void popUpTags(QWidget* at);

private:
    void commit(curation::Edit edit, const QString& what);
    void decide(const std::vector<models::SampleId>& keep, const std::vector<models::SampleId>& prune, const QString& what);
    std::vector<models::SampleId> toSamples(const std::vector<base::RowId>& rows) const;
    std::vector<models::SampleId> without(const std::vector<models::SampleId>& some) const;

    models::Session& m_session;
    SampleActions& m_sampleActions;
    QString m_name;
    std::function<QString(int cluster)> m_naming;
    std::vector<std::pair<base::RowId, base::RowId>> m_parts;
    std::vector<base::RowId> m_rows; ///< heads first
    std::vector<models::SampleId> m_heads, m_samples;
};

} // namespace lpntk::views
