#include <widgets/views/heatmap_orders.h>

#include <core/analysis/seriation.h>
#include <core/base/parallel.h>

#include <QComboBox>

namespace lpntk::views {

using base::RowId;
using models::SampleId;

HeatmapOrders::HeatmapOrders(models::Session& session, QComboBox* box, QObject* parent)
    : QObject(parent), m_session(session), m_box(box) {
    const auto add = [box](const QString& words, const QString& meaning) {
        box->addItem(words);
        box->setItemData(box->count() - 1, meaning, Qt::ToolTipRole);
    };
    add(tr("Class"), tr("Classes, samples as in the data"));
    add(tr("Class, cluster"), tr("Clusters of each class by size, members by cosine to the head"));
    add(tr("Class, seriation"), tr("Similar clusters and, inside of them, similar samples next to each other"));
    add(tr("Class, similarity"), tr("Within each class by cosine to the current sample"));
    add(tr("Similarity"), tr("All samples by cosine to the current one"));
    connect(box, &QComboBox::currentIndexChanged, this, [this] { apply(); });
}

HeatmapOrders::Kind HeatmapOrders::kind() const {
    return static_cast<Kind>(m_box->currentIndex());
}

void HeatmapOrders::setRun(std::shared_ptr<const run::Run> run) {
    m_session.jobs().cancel(m_ticket);
    m_run = std::move(run);
    m_seriation = nullptr;
    m_seriationClusters = nullptr;
    apply();
}

void HeatmapOrders::clusteringChanged() {
    if ((kind() == clusters || kind() == seriation) && m_session.clusters() != m_askedClusters)
        apply();
}

void HeatmapOrders::currentChanged(bool moves) {
    if (moves && (kind() == similarity || kind() == overall) && currentRow() != m_askedRow)
        apply();
}

RowId HeatmapOrders::currentRow() const {
    const SampleId current = m_session.selection().current();
    const RowId row = m_run && current.isValid() ? m_run->rowFromSample(current) : RowId();
    return row.isValid() ? row : RowId(0);
}

void HeatmapOrders::show(Order order, Clusters assignment) {
    m_waiting = false;
    Q_EMIT made(std::move(order), std::move(assignment));
}

void HeatmapOrders::apply() {
    m_session.jobs().cancel(m_ticket);
    m_waiting = false;
    if (!m_run || m_run->rows() == 0)
        return;
    const bool byCluster = kind() == clusters || kind() == seriation;
    m_asked = kind();
    m_askedRow = currentRow();
    m_askedClusters = byCluster ? m_session.clusters() : nullptr;
    if (kind() == classes)
        return show(std::make_shared<const analysis::RowOrder>(analysis::classOrder(*m_run)), nullptr);
    if (kind() == seriation && m_seriation && m_seriationClusters == m_askedClusters)
        return show(m_seriation, m_seriationClusters);
    m_waiting = true;
    if (!byCluster || m_askedClusters)
        start(m_asked);
    else
        Q_EMIT started(m_session.clusterTicket());
}

void HeatmapOrders::start(Kind kind) {
    const auto make = [run = m_run, kind, clustered = m_askedClusters,
                       row = m_askedRow](const base::JobContext& context) {
        using namespace analysis;
        return std::make_shared<const RowOrder>(
            kind == clusters     ? clusterOrder(*run, *clustered)
            : kind == seriation  ? seriationOrder(*run, *clustered, base::availableThreads(), context)
            : kind == similarity ? similarityOrder(*run, row)
                                 : overallSimilarityOrder(*run, row));
    };
    m_ticket = m_session.jobs().ask<Order>(
        "heatmap order", this, make,
        [this, run = m_run, kind, clustered = m_askedClusters](Order order) {
            if (run != m_run)
                return;
            if (kind == seriation) {
                m_seriation = order;
                m_seriationClusters = clustered;
            }
            show(std::move(order), clustered);
        },
        [this](const QString& sentence) {
            m_waiting = false;
            Q_EMIT failed(sentence);
        });
    Q_EMIT started(m_ticket);
}

} // namespace lpntk::views
