#include "view_table.h"

#include <widgets/views/clusters_view.h>
#include <widgets/views/heatmap_view.h>
#include <widgets/views/inspector_view.h>
#include <widgets/views/map_view.h>
#include <widgets/views/pruning_view.h>
#include <widgets/views/relations_view.h>

#include <QCoreApplication>

namespace lpntk::gui {

namespace {

template <typename View>
MadeView makeView(models::Session& session, QWidget* parent, std::function<void()> ready) {
    auto* view = new View(session, parent);
    QObject::connect(view, &View::ready, view, std::move(ready));
    MadeView made{view, [view] { return view->isReady(); }, {}};
    if constexpr (requires { view->setLinked(true); })
        made.setLinked = [view](bool linked) { view->setLinked(linked); };
    return made;
}

template <typename View> auto factory() {
    return [](models::Session& session, QWidget* parent, std::function<void()> ready, std::function<void()>) {
        return makeView<View>(session, parent, std::move(ready));
    };
}

MadeView makePruning(models::Session& session, QWidget* parent, std::function<void()> ready,
                     std::function<void()> exportRequested) {
    MadeView made = makeView<views::PruningView>(session, parent, std::move(ready));
    QObject::connect(static_cast<views::PruningView*>(made.widget), &views::PruningView::exportRequested, made.widget,
                     std::move(exportRequested));
    return made;
}

} // namespace

QString ViewEntry::title() const {
    return QCoreApplication::translate("Views", words);
}

const std::vector<ViewEntry>& viewTable() {
    static const std::vector<ViewEntry> table{
        {QStringLiteral("heatmap"), QT_TRANSLATE_NOOP("Views", "Heatmap"), QStringLiteral("heatmap"),
         factory<views::HeatmapView>()},
        {QStringLiteral("clusters"), QT_TRANSLATE_NOOP("Views", "Clusters"), QStringLiteral("clusters"),
         factory<views::ClustersView>()},
        {QStringLiteral("relations"), QT_TRANSLATE_NOOP("Views", "Relations"), QStringLiteral("relations"),
         factory<views::RelationsView>()},
        {QStringLiteral("map"), QT_TRANSLATE_NOOP("Views", "Sample map"), QStringLiteral("map"),
         factory<views::MapView>()},
        {QStringLiteral("pruning"), QT_TRANSLATE_NOOP("Views", "Pruning"), QStringLiteral("prune"), makePruning},
    };
    return table;
}

MadeView makeInspector(models::Session& session, QWidget* parent, std::function<void()> ready) {
    return makeView<views::InspectorView>(session, parent, std::move(ready));
}

QStringList knownViewNames() {
    QStringList names;
    for (const ViewEntry& entry : viewTable())
        names << entry.name;
    return names << QStringLiteral("inspector");
}

bool isKnownView(const QString& name) {
    return knownViewNames().contains(name);
}

} // namespace lpntk::gui
