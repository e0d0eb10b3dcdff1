#pragma once

#include <core/analysis/order.h>
#include <widgets/models/session.h>

#include <QObject>

#include <memory>

class QComboBox;

namespace lpntk::views {

/// Makes the order of rows that a box names, on a worker where it takes more than the rows as stored; another choice,
/// run, clustering or current sample cancels what is under way. Owned by the heatmap view.
class HeatmapOrders : public QObject {
    Q_OBJECT
public:
    enum Kind { classes, clusters, seriation, similarity, overall };
    using Order = std::shared_ptr<const analysis::RowOrder>;
    using Clusters = std::shared_ptr<const analysis::ClusterAssignment>;

    /// Fills `box` with the kinds and follows it.
    HeatmapOrders(models::Session& session, QComboBox* box, QObject* parent);

    Kind kind() const;
    /// Null closes. Begins with the present kind; the rows as stored come at once.
    void setRun(std::shared_ptr<const run::Run> run);
    void clusteringChanged();
    /// `moves`: whether an order by the current sample follows it now.
    void currentChanged(bool moves);
    /// An order is being made, or waits for clusters.
    bool isWaiting() const { return m_waiting; }

Q_SIGNALS:
    /// `assignment`: what its cluster bands are numbered by, null where it has none.
    void made(lpntk::views::HeatmapOrders::Order order, lpntk::views::HeatmapOrders::Clusters assignment);
    /// Of the order, or of the clusters it waits for.
    void started(lpntk::models::Ticket ticket);
    void failed(const QString& sentence);

private:
    void apply();
    void start(Kind kind);
    base::RowId currentRow() const;
    void show(Order order, Clusters assignment);

    models::Session& m_session;
    QComboBox* m_box;
    std::shared_ptr<const run::Run> m_run;
    models::Ticket m_ticket = 0;
    Kind m_asked = classes;
    base::RowId m_askedRow;
    Clusters m_askedClusters;
    Order m_seriation; ///< the last one, which takes seconds to make
    Clusters m_seriationClusters;
    bool m_waiting = false;
};

} // namespace lpntk::views
