// Menus of what can be done with a whole cluster.
#include <widgets/views/clusters_actions.h>

#include <core/analysis/clustering.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/sample_actions.h>
#include <widgets/views/tag_menu.h>

#include <QMenu>
#include <QPixmap>

#include <algorithm>

namespace lpntk::views {

using base::RowId;
using models::theme;
namespace format = models::format;

namespace {

/// Clusters that the merge menu offers, nearest first.
constexpr std::size_t kMergeOffers = 12;

QMenu* makeMenu(QWidget* at, const QString& name) {
    auto* menu = new QMenu(at);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setAccessibleName(name);
    return menu;
}

} // namespace

void ClusterActions::fillKeepSome(QMenu& menu) {
    for (const int n : {2, 3, 5, 10, 20, 50, 100})
        if (n < std::ssize(m_samples))
            menu.addAction(tr("Keep %1 of %2").arg(format::count(n), format::count(std::ssize(m_samples))), this,
                           [this, n] { keepSome(n); });
    if (menu.isEmpty())
        menu.addAction(tr("The cluster is too small"))->setEnabled(false);
}

void ClusterActions::popUpKeepSome(QWidget* at) {
    auto* menu = makeMenu(at, tr("How many to keep"));
    fillKeepSome(*menu);
    menu->popup(at->mapToGlobal(QPoint(0, at->height() + 2)));
}

void ClusterActions::fillMerge(QMenu& menu) {
    const auto run = m_session.run();
    const auto clusters = m_session.clusters();
    if (!run || !clusters || m_rows.empty())
        return;
    const RowId own = m_rows.front();
    const auto range = run->classRange(run->labelOf(own));
    std::vector<float> cosines(static_cast<std::size_t>(range.size()));
    run->cosineRow(own, range, cosines);
    std::vector<std::pair<float, int>> offers;
    for (std::size_t i = 0; i < clusters->clusters.size(); ++i)
        if (const auto& other = clusters->clusters[i];
            range.contains(other.head.value()) &&
            clusters->clusterOf[static_cast<std::size_t>(own.value())].value() != static_cast<std::int64_t>(i))
            offers.emplace_back(-cosines[static_cast<std::size_t>(other.head.value() - range.begin)],
                                static_cast<int>(i));
    const auto shown = std::min(kMergeOffers, offers.size());
    std::partial_sort(offers.begin(), offers.begin() + static_cast<std::ptrdiff_t>(shown), offers.end());
    offers.resize(shown);
    for (const auto& [negative, index] : offers) {
        const auto& other = clusters->clusters[static_cast<std::size_t>(index)];
        const auto sample = run->sampleFromRow(other.head);
        const QString name = m_naming ? m_naming(index) : format::sample(sample);
        const QImage picture = m_session.thumbnails().thumbnail(sample, 28, 1);
        const QIcon icon = picture.isNull() ? QIcon() : QIcon(QPixmap::fromImage(picture));
        QString text = tr("%1, head %2, %3 members, cosine %4")
                           .arg(name, format::sample(sample), format::count(other.size()),
                                format::cosine(-static_cast<double>(negative)));
        menu.addAction(icon, text.replace(QLatin1Char('&'), QStringLiteral("&&")), this,
                       [this, head = other.head, name] { mergeInto(head, name); });
    }
    if (menu.isEmpty())
        menu.addAction(tr("The class has no other cluster"))->setEnabled(false);
}

void ClusterActions::popUpMerge(QWidget* at, QPoint global) {
    auto* menu = makeMenu(at, tr("Merge into"));
    menu->setObjectName(QStringLiteral("mergeMenu"));
    fillMerge(*menu);
    menu->popup(global);
}

void ClusterActions::fillMenu(QMenu& menu, QWidget* at) {
    menu.addSection(m_name);
    menu.addAction(theme().icon(QStringLiteral("keep")), tr("Keep head"), this, [this] { keepHead(); });
    fillKeepSome(*menu.addMenu(tr("Keep n most different")));
    menu.addAction(tr("Keep all"), this, [this] { keepAll(); });
    menu.addAction(theme().icon(QStringLiteral("prune")), tr("Drop"), this, [this] { drop(); });
    menu.addAction(tr("Leave to the rule"), this, [this] { leaveToRule(); });
    menu.addSeparator();
    menu.addAction(theme().icon(QStringLiteral("review")),
                   isReviewed() ? tr("Take back the review marks") : tr("Mark all for review"), this,
                   [this] { review(); });
    m_sampleActions.fillLabels(*menu.addMenu(theme().icon(QStringLiteral("relabel")), tr("Relabel all")), m_samples);
    menu.addAction(theme().icon(QStringLiteral("tag")), tr("Tag all..."), this, [this, at] { popUpTags(at); });
    menu.addSeparator();
    fillMerge(*menu.addMenu(tr("Merge into")));
    menu.addAction(tr("Take back merges and splits"), this, [this] { leaveToClustering(); })->setEnabled(isByHand());
}

void ClusterActions::popUpTags(QWidget* at) {
    popUpTagMenu(m_session, m_samples, at, at->mapToGlobal(QPoint(0, at->height() + 2)));
}

} // namespace lpntk::views
