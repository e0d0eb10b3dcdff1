#include <widgets/views/clusters_view.h>

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

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPainter>
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

void ClustersView::connectParts() {
    connect(m_slider, &QSlider::valueChanged, this, [this](int value) { session().setClusterRatio(value / 1000.0); });
    connect(m_ratio, &QDoubleSpinBox::valueChanged, this, [this](double value) { session().setClusterRatio(value); });
    connect(m_mode, &QComboBox::currentIndexChanged, this,
            [this](int index) { session().setMode(index == 0 ? analysis::Mode::paper : analysis::Mode::referenceCode); });
    connect(m_class, &QComboBox::currentIndexChanged, this, [this] { refreshClusters(); });
    connect(m_list, &ClusterList::clusterChosen, this, [this](int cluster) { showCluster(cluster, true); });
    connect(m_chart, &RankChart::rankChosen, this, [this](int rank) {
        const auto& order = m_list->clusters().order();
        if (rank < std::ssize(order))
            showCluster(order[static_cast<std::size_t>(rank)], true);
    });
    connect(m_card->formerButton(), &QToolButton::clicked, this, [this] { step(-1); });
    connect(m_card->nextButton(), &QToolButton::clicked, this, [this] { step(1); });
    m_card->formerButton()->setShortcut(Qt::Key_BracketLeft);
    m_card->nextButton()->setShortcut(Qt::Key_BracketRight);
    connect(m_gallery, &Gallery::contextMenuRequested, this, [this](QPoint global) { m_samples->popUp(global, m_gallery); });
    connect(m_gallery, &Gallery::headingClicked, this, [this](int section) {
        models::SampleSet set;
        for (const SampleId sample : m_gallery->sections()[static_cast<std::size_t>(section)].samples)
            set.insert(sample);
        session().selection().setSelected(std::move(set), m_gallery);
    });
    connect(m_keep, &Segment::chosen, this, &ClustersView::segmentChosen);
    connect(m_split, &QPushButton::clicked, this, [this] { split(m_parts % 4 + 1); });
    connect(m_tag, &QPushButton::clicked, this, [this] { m_actions->popUpTags(m_tag); });
    connect(m_relabel, &QPushButton::clicked, this, [this] {
        m_samples->popUpLabels(m_actions->samples(), m_relabel, m_relabel->mapToGlobal(QPoint(0, m_relabel->height() + 2)));
    });
    const std::pair<Qt::Key, KeyButton*> keys[] = {{Qt::Key_S, m_split}, {Qt::Key_T, m_tag}};
    for (const auto& [key, button] : keys) {
        auto* action = new QAction(button->accessibleName(), this);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
        connect(action, &QAction::triggered, button, &QPushButton::click);
    }
}

ClustersView::~ClustersView() = default;

void ClustersView::segmentChosen(int index) {
    const auto now = static_cast<int>(m_actions->kept());
    if (index == now && index != 1) {
        m_actions->leaveToRule(); // a second click takes the choice back
    } else {
        switch (index) {
        case 0: m_actions->keepHead(); break;
        case 1: m_actions->popUpKeepSome(m_keep->button(1)); break;
        case 2: m_actions->keepAll(); break;
        case 3: m_actions->drop(); break;
        default: break;
        }
    }
    refreshKept();
}

// --- what is shown --------------------------------------------------------------------------------------------------

void ClustersView::sessionChanged(models::Changes what) {
    if (what & Change::run) {
        m_cluster = -1;
        m_head = {};
        m_parts = 1;
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
    {
        const QSignalBlocker block(m_list); // the row is set below, without making its head current
        m_list->clusters().setClusters(clusters, label);
    }
    std::vector<std::int64_t> sizes;
    for (const int cluster : m_list->clusters().order())
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
        m_card->setCluster(nullptr, -1, {});
        m_gallery->setSections({});
        m_actions->setCluster({}, {}, {});
        return;
    }
    const bool another = cluster != m_cluster;
    m_cluster = cluster;
    if (another)
        m_parts = 1;
    const auto& shown = clusters->clusters[static_cast<std::size_t>(cluster)];
    m_head = session().run()->sampleFromRow(shown.head);
    if (shown.size() == 1 && m_list->clusters().rowOf(cluster) < 0)
        m_list->clusters().setSingletonsOpen(true);
    m_list->setCurrentCluster(cluster);
    const auto& order = m_list->clusters().order();
    m_chart->setCurrent(static_cast<int>(std::find(order.begin(), order.end(), cluster) - order.begin()));
    m_card->setCluster(clusters, cluster, m_list->clusters().nameOf(cluster));
    refreshGallery();
    if (select)
        session().selection().click(m_head, false, this);
}

void ClustersView::refreshGallery() {
    const auto run = session().run();
    const auto clusters = session().clusters();
    const auto& shown = clusters->clusters[static_cast<std::size_t>(m_cluster)];
    const QString key = QString::number(m_head.value());
    GallerySection clustered{QStringLiteral("c") + key, tr("Clustered"), {}, tr("by cosine to the head"), {}};
    GallerySection attached{QStringLiteral("a") + key, tr("Attached, redundant"), format::count(std::ssize(shown.attached)), tr("red dot: misclassified"), {}};
    std::vector<RowId> rows;
    for (const RowId row : shown.members) {
        rows.push_back(row);
        if (row != shown.head)
            clustered.samples.push_back(run->sampleFromRow(row));
    }
    for (const RowId row : shown.attached) {
        rows.push_back(row);
        attached.samples.push_back(run->sampleFromRow(row));
    }
    clustered.count = clustered.samples.empty() ? tr("the head alone") : tr("%1 and the head").arg(format::count(std::ssize(clustered.samples)));
    m_actions->setCluster(m_list->clusters().nameOf(m_cluster), {shown.head}, rows);
    std::vector<GallerySection> sections{std::move(clustered)};
    if (!attached.samples.empty())
        sections.push_back(std::move(attached));
    m_gallery->setSections(std::move(sections));
    refreshKept();
}

void ClustersView::split(int parts) {
    const auto clusters = session().clusters();
    if (!clusters || m_cluster < 0)
        return;
    const auto& shown = clusters->clusters[static_cast<std::size_t>(m_cluster)];
    m_parts = std::min<int>(parts, static_cast<int>(shown.size()));
    if (m_parts <= 1) {
        refreshGallery();
        return;
    }
    std::vector<RowId> rows = shown.members;
    rows.insert(rows.end(), shown.attached.begin(), shown.attached.end());
    session().jobs().ask<analysis::FarthestPointOrder>(
        "split", this,
        [run = session().run(), rows, count = m_parts](const base::JobContext& context) { return analysis::farthestPointOrder(*run, rows, count, context); },
        [this, rows, cluster = m_cluster](const analysis::FarthestPointOrder& order) {
            if (cluster != m_cluster)
                return;
            const auto run = session().run();
            const auto headOf = order.assignment(order.heads.size(), rows.size());
            std::vector<GallerySection> sections;
            std::vector<RowId> heads;
            for (std::size_t part = 0; part < order.heads.size(); ++part) {
                const RowId head = rows[static_cast<std::size_t>(order.heads[part])];
                heads.push_back(head);
                GallerySection section{QStringLiteral("p%1").arg(part), tr("Part %1").arg(part + 1), {},
                                       tr("head %1; a click on the title selects the part").arg(format::sample(run->sampleFromRow(head))), {}};
                section.samples.push_back(run->sampleFromRow(head));
                for (std::size_t i = 0; i < rows.size(); ++i)
                    if (headOf[i] == order.heads[part] && rows[i] != head)
                        section.samples.push_back(run->sampleFromRow(rows[i]));
                section.count = format::count(std::ssize(section.samples));
                sections.push_back(std::move(section));
            }
            m_actions->setCluster(m_list->clusters().nameOf(m_cluster), heads, rows);
            m_gallery->setSections(std::move(sections));
            refreshKept();
        });
}

void ClustersView::refreshKept() {
    m_keep->setCurrent(static_cast<int>(m_actions->kept()));
    m_keep->setEnabled(m_cluster >= 0);
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
