#pragma once

#include <core/analysis/clustering.h>
#include <widgets/models/session.h>

#include <QWidget>

#include <memory>
#include <vector>

class QToolButton;

namespace lpntk::views {

/// The head of the shown cluster at 112 px with the cluster's facts, arrows to the former and next cluster.
class HeadCard : public QWidget {
    Q_OBJECT
public:
    HeadCard(models::Session& session, QWidget* parent);
    void setCluster(std::shared_ptr<const analysis::ClusterAssignment> clusters, int cluster, const QString& name);
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
    std::vector<Fact> facts() const;
    QString subtitle() const;
    QRect square() const;
    const analysis::ClusterAssignment::Cluster* cluster() const;

    models::Session& m_session;
    std::shared_ptr<const analysis::ClusterAssignment> m_clusters;
    int m_cluster = -1;
    QString m_name;
    QToolButton *m_former, *m_next;
};

} // namespace lpntk::views
