#pragma once

#include <widgets/models/session.h>

#include <QObject>

#include <vector>

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
    const std::vector<models::SampleId>& samples() const { return m_samples; }
    Kept kept() const;

    void keepHead();
    void keepAll();
    void drop();
    /// Keeps the n samples that farthest-point order chooses, the head first; found on a worker.
    void keepSome(int n);
    /// Leaves the whole cluster to the pruning rule again.
    void leaveToRule();
    void popUpKeepSome(QWidget* at);
    void popUpTags(QWidget* at);

private:
    void decide(const std::vector<models::SampleId>& keep, const std::vector<models::SampleId>& prune, const QString& what);
    std::vector<models::SampleId> toSamples(const std::vector<base::RowId>& rows) const;
    std::vector<models::SampleId> without(const std::vector<models::SampleId>& some) const;

    models::Session& m_session;
    SampleActions& m_sampleActions;
    QString m_name;
    std::vector<base::RowId> m_rows; ///< heads first
    std::vector<models::SampleId> m_heads, m_samples;
};

} // namespace lpntk::views
