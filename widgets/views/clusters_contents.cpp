// What the gallery of the cluster view shows: one cluster, its parts, or all clusters.
#include <widgets/views/clusters_view.h>

#include <widgets/models/format.h>
#include <widgets/views/clusters_actions.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_segment.h>

#include <QComboBox>
#include <QSignalBlocker>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace lpntk::views {

using base::RowId;
using models::SampleId;
namespace format = models::format;

namespace {

std::vector<SampleId> toSamples(const run::Run& run, const std::vector<RowId>& rows) {
    std::vector<SampleId> samples;
    samples.reserve(rows.size());
    for (const RowId row : rows)
        samples.push_back(run.sampleFromRow(row));
    return samples;
}

} // namespace

void ClustersView::setAllShown(bool all) {
    if (all == m_all)
        return;
    m_all = all;
    m_parts = 1;
    m_scope->setCurrent(all ? 1 : 0);
    if (!session().clusters() || m_cluster < 0)
        return;
    refreshActions();
    refreshGallery();
    if (all)
        scrollToCluster();
    refreshKept();
}

void ClustersView::setMemberSort(MemberSort sort) {
    if (sort == m_order.sort())
        return;
    m_order.setSort(sort);
    const QSignalBlocker block(m_memberSort);
    m_memberSort->setCurrentIndex(static_cast<int>(sort));
    m_parts = 1;
    if (m_cluster >= 0) {
        refreshActions();
        refreshGallery();
        refreshKept();
    }
    Q_EMIT memberSortChanged();
}

std::vector<RowId> ClustersView::rowsOf(int cluster) const {
    const auto& shown = session().clusters()->clusters[static_cast<std::size_t>(cluster)];
    std::vector<RowId> rows = shown.members;
    rows.insert(rows.end(), shown.attached.begin(), shown.attached.end());
    return rows;
}

void ClustersView::refreshActions() {
    const auto& shown = session().clusters()->clusters[static_cast<std::size_t>(m_cluster)];
    m_actions->setCluster(m_list->clusters().nameOf(m_cluster), {shown.head}, rowsOf(m_cluster));
}

void ClustersView::refreshGallery() {
    if (m_all)
        showAllClusters();
    else
        showMembers();
}

void ClustersView::showMembers() {
    const auto run = session().run();
    const auto clusters = session().clusters();
    const auto& shown = clusters->clusters[static_cast<std::size_t>(m_cluster)];
    const QString key = QString::number(run->sampleFromRow(shown.head).value());
    std::vector<RowId> members(shown.members.begin() + 1, shown.members.end());
    std::vector<RowId> attached = shown.attached;
    m_order.arrange(members);
    m_order.arrange(attached);
    std::vector<GallerySection> sections;
    sections.push_back(
        {QStringLiteral("c") + key, tr("Clustered"),
         members.empty() ? tr("the head alone") : tr("%1 and the head").arg(format::count(std::ssize(members))),
         m_order.note(), toSamples(*run, members)});
    if (!attached.empty())
        sections.push_back({QStringLiteral("a") + key, tr("Attached, redundant"), format::count(std::ssize(attached)),
                            tr("red dot: misclassified"), toSamples(*run, attached)});
    m_gallery->setSections(std::move(sections));
}

void ClustersView::showAllClusters() {
    const auto run = session().run();
    const auto clusters = session().clusters();
    m_sectionOf.clear();
    std::vector<GallerySection> sections;
    std::vector<RowId> alone;
    for (const int cluster : m_list->clusters().order()) {
        const auto& shown = clusters->clusters[static_cast<std::size_t>(cluster)];
        if (shown.size() == 1) {
            alone.push_back(shown.head);
            continue;
        }
        // The head first, however the others are sorted.
        std::vector<RowId> rows = rowsOf(cluster);
        rows.erase(rows.begin());
        m_order.arrange(rows);
        rows.insert(rows.begin(), shown.head);
        m_sectionOf.emplace(cluster, static_cast<int>(sections.size()));
        sections.push_back({QStringLiteral("k%1").arg(run->sampleFromRow(shown.head).value()),
                            m_list->clusters().nameOf(cluster), format::count(shown.size()),
                            tr("mean cosine %1").arg(format::cosine(m_list->clusters().factsOf(cluster).meanCosine)),
                            toSamples(*run, rows)});
    }
    if (!alone.empty()) {
        for (const RowId row : alone)
            m_sectionOf.emplace(static_cast<int>(clusters->clusterOf[static_cast<std::size_t>(row.value())].value()),
                                static_cast<int>(sections.size()));
        sections.push_back({QStringLiteral("alone"), tr("Singletons"), format::count(std::ssize(alone)), m_order.note(),
                            toSamples(*run, alone)});
    }
    m_gallery->setSections(std::move(sections));
}

void ClustersView::scrollToCluster() {
    const auto found = m_sectionOf.find(m_cluster);
    if (found == m_sectionOf.end())
        return;
    m_gallery->showSection(found->second);
    m_gallery->ensureVisible(
        session().run()->sampleFromRow(session().clusters()->clusters[static_cast<std::size_t>(m_cluster)].head));
}

void ClustersView::split(int parts) {
    const auto clusters = session().clusters();
    if (!clusters || m_cluster < 0)
        return;
    setAllShown(false);
    m_parts = std::min<int>(parts, static_cast<int>(clusters->clusters[static_cast<std::size_t>(m_cluster)].size()));
    if (m_parts <= 1) {
        refreshActions();
        refreshGallery();
        refreshKept();
        return;
    }
    session().jobs().ask<analysis::FarthestPointOrder>(
        "split", this,
        [run = session().run(), rows = rowsOf(m_cluster), count = m_parts](const base::JobContext& context) {
            return analysis::farthestPointOrder(*run, rows, count, context);
        },
        [this, rows = rowsOf(m_cluster), shown = clusters, cluster = m_cluster,
         count = m_parts](const analysis::FarthestPointOrder& order) {
            if (cluster == m_cluster && shown == session().clusters() && count == m_parts)
                showParts(rows, order);
        });
}

void ClustersView::showParts(const std::vector<RowId>& rows, const analysis::FarthestPointOrder& order) {
    const auto run = session().run();
    const auto headOf = order.assignment(order.heads.size(), rows.size());
    std::vector<GallerySection> sections;
    std::vector<RowId> heads;
    std::vector<std::pair<RowId, RowId>> parts;
    for (const auto position : order.heads) {
        const RowId head = rows[static_cast<std::size_t>(position)];
        heads.push_back(head);
        std::vector<RowId> others;
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (headOf[i] == position && rows[i] != head)
                others.push_back(rows[i]);
        m_order.arrange(others);
        others.insert(others.begin(), head);
        for (const RowId row : others)
            parts.emplace_back(row, head);
        sections.push_back(
            {QStringLiteral("p%1").arg(heads.size()), tr("Part %1").arg(heads.size()),
             format::count(std::ssize(others)),
             tr("head %1; a click on the title selects the part").arg(format::sample(run->sampleFromRow(head))),
             toSamples(*run, others)});
    }
    m_actions->setCluster(m_list->clusters().nameOf(m_cluster), heads, rows);
    m_actions->setParts(std::move(parts));
    m_gallery->setSections(std::move(sections));
    refreshKept();
}

QString ClustersView::galleryText() const {
    const auto run = session().run();
    const auto clusters = session().clusters();
    if (!run || !clusters)
        return {};
    const auto& selected = session().selection().selected();
    auto samples = m_gallery->shownSamples();
    const auto chosen =
        std::count_if(samples.begin(), samples.end(), [&](SampleId sample) { return selected.contains(sample); });
    if (chosen > 1)
        std::erase_if(samples, [&](SampleId sample) { return !selected.contains(sample); });
    std::vector<QByteArray> classes, names;
    for (int label = 0; label < session().classes(); ++label)
        classes.push_back(session().className(label).toUtf8());
    for (int cluster = 0; cluster < std::ssize(clusters->clusters); ++cluster)
        names.push_back(m_list->clusters().nameOf(cluster).toUtf8());
    QByteArray text =
        tr("sample\tclass\tpredicted\tprobability\tcluster\thead\tcosine to head\tmargin\tEL2N\tnorm\n").toUtf8();
    text.reserve(text.size() + static_cast<qsizetype>(samples.size()) * 90);
    const auto addClass = [&](int label) {
        if (label >= 0 && label < std::ssize(classes))
            text += classes[static_cast<std::size_t>(label)];
        text += '\t';
    };
    const auto addFigure = [&](double value, char end) {
        std::array<char, 32> digits{};
        const auto written =
            std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 4);
        text.append(digits.data(), written.ptr - digits.data());
        text += end;
    };
    const auto addNumber = [&](SampleId sample) {
        text += QByteArray::number(static_cast<qlonglong>(sample.value()));
        text += '\t';
    };
    for (const SampleId sample : samples) {
        const RowId row = run->rowFromSample(sample);
        const auto cluster =
            static_cast<std::size_t>(clusters->clusterOf[static_cast<std::size_t>(row.value())].value());
        const int predicted = session().predictionOf(sample);
        addNumber(sample);
        addClass(session().labelOf(sample));
        addClass(predicted);
        addFigure(static_cast<double>(session().probabilityOf(sample, predicted)), '\t');
        text += names[cluster];
        text += '\t';
        addNumber(run->sampleFromRow(clusters->clusters[cluster].head));
        addFigure(static_cast<double>(clusters->cosineToHead[static_cast<std::size_t>(row.value())]), '\t');
        addFigure(session().marginOf(sample), '\t');
        addFigure(session().el2nOf(sample), '\t');
        addFigure(session().normOf(sample), '\n');
    }
    return QString::fromUtf8(text);
}

} // namespace lpntk::views
