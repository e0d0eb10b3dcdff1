#pragma once

#include <core/analysis/cluster_facts.h>
#include <core/analysis/clustering.h>
#include <widgets/models/session.h>

#include <QWidget>

#include <memory>
#include <utility>
#include <vector>

class QToolButton;

namespace lpntk::views {

/// The head of the shown cluster at 112 px with the cluster's facts, the classes that its members are predicted as and
/// relabelled to, arrows to the former and next cluster. Owned by the cluster view.
class HeadCard : public QWidget {
    Q_OBJECT
public:
    HeadCard(models::Session& session, QWidget* parent);
    void setCluster(std::shared_ptr<const analysis::ClusterAssignment> clusters, int cluster, const QString& name,
                    const analysis::ClusterFacts& facts);
    /// Counts the relabelled members anew.
    void refreshRelabelled();
    QSize sizeHint() const override;
    QToolButton* formerButton() const { return m_former; }
    QToolButton* nextButton() const { return m_next; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    struct Fact {
        QString name, value;
    };
    using Counts = std::vector<std::pair<int, std::int64_t>>; ///< by class, most first
    std::vector<Fact> facts() const;
    double paintCounts(QPainter& painter, const QRectF& line, const QString& title, const Counts& counts) const;
    void speak();
    QString subtitle() const;
    QRect square() const;
    const analysis::ClusterAssignment::Cluster* cluster() const;

    models::Session& m_session;
    std::shared_ptr<const analysis::ClusterAssignment> m_clusters;
    int m_cluster = -1;
    QString m_name;
    analysis::ClusterFacts m_facts;
    Counts m_relabelled;
    QToolButton *m_former, *m_next;
};

} // namespace lpntk::views
