#include <widgets/views/clusters_view.h>

#include <core/analysis/predictions.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/clusters_actions.h>
#include <widgets/views/clusters_head_card.h>
#include <widgets/views/clusters_list.h>
#include <widgets/views/clusters_rank_chart.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/sample_actions.h>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSlider>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lpntk::views {

using base::RowId;
using models::Change;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

QWidget* ClustersView::keysGoTo() {
    return m_list;
}

void ClustersView::connectParts() {
    connect(m_slider, &QSlider::valueChanged, this, [this](int value) { session().setClusterRatio(value / 1000.0); });
    connect(m_ratio, &QDoubleSpinBox::valueChanged, this, [this](double value) { session().setClusterRatio(value); });
    connect(m_mode, &QComboBox::currentIndexChanged, this,
            [this](int index) { session().setMode(index == 0 ? analysis::Mode::paper : analysis::Mode::referenceCode); });
    connect(m_class, &QComboBox::currentIndexChanged, this, [this] { refreshClusters(); });
    connect(m_list, &ClusterList::clusterChosen, this, [this](int cluster) { showCluster(cluster, true); });
    connect(m_chart, &RankChart::rankChosen, this, [this](int rank) {
        const auto& order = m_list->clusters().bySize();
        if (rank < std::ssize(order))
            showCluster(order[static_cast<std::size_t>(rank)], true);
    });
    connect(m_card->formerButton(), &QToolButton::clicked, this, [this] { step(-1); });
    connect(m_card->nextButton(), &QToolButton::clicked, this, [this] { step(1); });
    connect(m_gallery, &Gallery::contextMenuRequested, this, [this](QPoint global) { m_samples->popUp(global, m_gallery); });
    connect(m_gallery, &Gallery::headingClicked, this, [this](int section) {
        models::SampleSet set;
        for (const SampleId sample : m_gallery->sections()[static_cast<std::size_t>(section)].samples)
            set.insert(sample);
        session().selection().setSelected(std::move(set), m_gallery);
    });
    connect(m_listSort, &QComboBox::currentIndexChanged, this, [this](int index) {
        {
            const QSignalBlocker block(m_list); // the row is set below
            m_list->clusters().setSort(static_cast<ClusterSort>(index));
        }
        m_list->setCurrentCluster(m_cluster);
        if (m_all)
            refreshGallery();
    });
    connect(m_memberSort, &QComboBox::currentIndexChanged, this,
            [this](int index) { setMemberSort(static_cast<MemberSort>(index)); });
    connect(m_scope, &Segment::chosen, this, [this](int index) { setAllShown(index == 1); });
    connectActions();
}

ClustersView::~ClustersView() = default;

// --- what is shown --------------------------------------------------------------------------------------------------

void ClustersView::sessionChanged(models::Changes what) {
    if (what & Change::run) {
        m_cluster = -1;
        m_head = {};
        m_parts = 1;
        // 60,000 x 10 compares; with 1,000 classes still less than a frame's worth of a view that opens.
        m_predicted = session().run() ? analysis::predictedLabels(*session().run()) : std::vector<std::int32_t>();
    }
    if (what & (models::Changes(Change::run) | Change::data))
        refreshClasses();
    if (what & (models::Changes(Change::run) | Change::clustering | Change::data)) {
        refreshControls();
        refreshClusters();
    }
    if (what & Change::decisions)
        refreshKept();
}

void ClustersView::refreshControls() {
    const QSignalBlocker blockSlider(m_slider), blockRatio(m_ratio), blockMode(m_mode);
    m_slider->setValue(static_cast<int>(std::lround(session().clusterRatio() * 1000)));
    if (!m_ratio->hasFocus())
        m_ratio->setValue(session().clusterRatio());
    m_mode->setCurrentIndex(session().mode() == analysis::Mode::paper ? 0 : 1);
    const auto clustering = session().clustering();
    const auto clusters = session().clusters();
    const bool there = clustering && clusters;
    for (QWidget* control : {static_cast<QWidget*>(m_slider), static_cast<QWidget*>(m_ratio)})
        control->setEnabled(there);
    m_mode->setEnabled(session().run() != nullptr);
    m_count->setText(there ? format::countOf(std::ssize(clusters->clusters), clustering->candidates()) : QString());
    m_slider->setAccessibleDescription(m_count->text());
    m_busy->follow(session().clusterTicket(), tr("Clustering"));
    m_content->setVisible(there);
    m_empty->setVisible(!there);
    if (!there && session().run())
        m_empty->show(QStringLiteral("clusters"), session().isClustering() ? tr("Clustering") : tr("No clusters yet"),
                      session().isClustering() ? tr("Every class of the run is being clustered.") : tr("They need the class blocks of a run; the Issues list says what is wrong."));
    else if (!there)
        m_empty->show(QStringLiteral("clusters"), tr("No clusters yet"), tr("Open a run or compute a kernel."));
}

void ClustersView::refreshClasses() {
    QStringList names{tr("All classes")};
    for (int label = 0; label < session().classes(); ++label)
        names << session().className(label);
    if (names == m_classNames)
        return;
    m_classNames = names;
    const QSignalBlocker block(m_class);
    m_class->clear();
    m_class->addItems(names);
}

void ClustersView::refreshClusters() {
    const auto clusters = session().clusters();
    const int label = m_class->currentIndex() - 1;
    if (clusters == m_assignment && label == m_label)
        return; // parts that are shown stay
    m_assignment = clusters;
    m_label = label;
    {
        const QSignalBlocker block(m_list); // the row is set below, without making its head current
        m_list->clusters().setClusters(
            clusters, clusters ? analysis::clusterFacts(*clusters, m_predicted) : std::vector<analysis::ClusterFacts>(),
            label);
    }
    std::vector<std::int64_t> sizes;
    for (const int cluster : m_list->clusters().bySize())
        sizes.push_back(clusters->clusters[static_cast<std::size_t>(cluster)].size());
    m_chart->setSizes(std::move(sizes));
    m_listTitle->setText(format::counted(m_list->clusters().shown(), tr("1 cluster"), tr("%1 clusters")));
    int cluster = -1;
    if (clusters && session().run() && m_head.isValid()) {
        const RowId row = session().run()->rowFromSample(m_head);
        if (row.isValid() && static_cast<std::size_t>(row.value()) < clusters->clusterOf.size())
            cluster = static_cast<int>(clusters->clusterOf[static_cast<std::size_t>(row.value())].value());
    }
    const auto& order = m_list->clusters().order();
    if (std::find(order.begin(), order.end(), cluster) == order.end())
        cluster = order.empty() ? -1 : order.front();
    const SampleId head = m_head;
    m_cluster = -1;
    if (m_all && clusters && session().run())
        refreshGallery();
    showCluster(cluster, false);
    if (head.isValid() && cluster >= 0 && label < 0)
        m_head = head; // while the slider is dragged the same sample stays in view, whichever head it has
    if (clusters && !std::exchange(m_ready, true))
        Q_EMIT ready();
}

void ClustersView::showCluster(int cluster, bool select) {
    const auto clusters = session().clusters();
    if (!clusters || !session().run() || cluster < 0 || cluster >= std::ssize(clusters->clusters)) {
        m_cluster = -1;
        m_card->setCluster(nullptr, -1, {}, {});
        m_gallery->setSections({});
        m_actions->setCluster({}, {}, {});
        refreshKept();
        return;
    }
    m_cluster = cluster;
    m_parts = 1;
    const auto& shown = clusters->clusters[static_cast<std::size_t>(cluster)];
    m_head = session().run()->sampleFromRow(shown.head);
    if (shown.size() == 1 && m_list->clusters().rowOf(cluster) < 0)
        m_list->clusters().setSingletonsOpen(true);
    m_list->setCurrentCluster(cluster);
    const auto& order = m_list->clusters().bySize();
    m_chart->setCurrent(static_cast<int>(std::find(order.begin(), order.end(), cluster) - order.begin()));
    m_card->setCluster(clusters, cluster, m_list->clusters().nameOf(cluster), m_list->clusters().factsOf(cluster));
    refreshActions();
    if (!m_all)
        refreshGallery();
    else if (select)
        scrollToCluster();
    refreshKept();
    if (select)
        session().selection().click(m_head, false, this);
}

void ClustersView::refreshKept() {
    m_keep->setCurrent(static_cast<int>(m_actions->kept()));
    m_keep->setEnabled(m_cluster >= 0);
    m_card->refreshRelabelled();
    m_review->setAccessibleDescription(m_actions->isReviewed() ? tr("all marked") : QString());
    refreshNote();
}

void ClustersView::refreshNote() {
    const bool parts = m_parts > 1 && !m_all;
    const bool byHand = !parts && m_actions->isByHand();
    m_note->setText(parts    ? tr("Shown in %1 parts, nothing is decided").arg(m_parts)
                    : byHand ? tr("Merged or split by hand")
                             : QString());
    m_noteButton->setText(parts ? tr("Make them clusters") : tr("As clustered"));
    m_noteButton->setToolTip(parts ? tr("The parts stay clusters of their own at any number of clusters (Shift+S)")
                                   : tr("Take the merges and splits of these samples back"));
    m_noteButton->setVisible(parts || byHand);
}

void ClustersView::notePressed() {
    if (m_parts > 1 && !m_all) {
        if (m_actions->splitIntoParts())
            m_parts = 1;
    } else {
        m_actions->leaveToClustering();
    }
}

void ClustersView::step(int direction) {
    const auto& order = m_list->clusters().order();
    const auto found = std::find(order.begin(), order.end(), m_cluster);
    const auto next = (found == order.end() ? 0 : found - order.begin() + direction);
    if (next >= 0 && next < std::ssize(order))
        showCluster(order[static_cast<std::size_t>(next)], true);
}

void ClustersView::selectionChanged(int parts) {
    if (parts & currentPart)
        chooseFromCurrent();
}

void ClustersView::chooseFromCurrent() {
    const auto clusters = session().clusters();
    const SampleId current = session().selection().current();
    const RowId row = session().run() && current.isValid() ? session().run()->rowFromSample(current) : RowId();
    if (!clusters || !row.isValid() || static_cast<std::size_t>(row.value()) >= clusters->clusterOf.size())
        return;
    const int cluster = static_cast<int>(clusters->clusterOf[static_cast<std::size_t>(row.value())].value());
    if (cluster != m_cluster) {
        if (m_class->currentIndex() > 0 && clusters->clusters[static_cast<std::size_t>(cluster)].label != m_class->currentIndex() - 1)
            m_class->setCurrentIndex(0);
        showCluster(cluster, false);
    }
    m_head = current;
    m_gallery->ensureVisible(current);
}

void ClustersView::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), theme().colour(Role::panel));
}

} // namespace lpntk::views
