// Buttons, menus and keys of the cluster view.
#include <widgets/views/clusters_view.h>

#include <widgets/views/clusters_actions.h>
#include <widgets/views/clusters_head_card.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/sample_actions.h>

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <functional>

namespace lpntk::views {

namespace {

/// Lower left corner of a button, where its menu opens.
QPoint below(const QWidget* button) {
    return button->mapToGlobal(QPoint(0, button->height() + 2));
}

/// 2, 3, 4, 6, 8, 12 parts, then whole again: the farthest point of a cluster is often alone, so few parts say little.
int nextParts(int parts) {
    constexpr std::array kParts = {2, 3, 4, 6, 8, 12};
    const auto next = std::upper_bound(kParts.begin(), kParts.end(), parts);
    return next == kParts.end() ? 1 : *next;
}

} // namespace

void ClustersView::segmentChosen(int index) {
    const auto now = static_cast<int>(m_actions->kept());
    if (index == now && index != 1) {
        m_actions->leaveToRule(); // a second click takes the choice back
    } else {
        switch (index) {
        case 0:
            m_actions->keepHead();
            break;
        case 1:
            m_actions->popUpKeepSome(m_keep->button(1));
            break;
        case 2:
            m_actions->keepAll();
            break;
        case 3:
            m_actions->drop();
            break;
        default:
            break;
        }
    }
    refreshKept();
}

void ClustersView::connectActions() {
    m_actions->setNaming([this](int cluster) { return m_list->clusters().nameOf(cluster); });
    connect(m_keep, &Segment::chosen, this, &ClustersView::segmentChosen);
    connect(m_split, &QPushButton::clicked, this, [this] { split(nextParts(m_parts)); });
    connect(m_merge, &QPushButton::clicked, this, [this] { m_actions->popUpMerge(m_merge, below(m_merge)); });
    connect(m_review, &QPushButton::clicked, this, [this] { m_actions->review(); });
    connect(m_tag, &QPushButton::clicked, this, [this] { m_actions->popUpTags(m_tag); });
    connect(m_relabel, &QPushButton::clicked, this,
            [this] { m_samples->popUpLabels(m_actions->samples(), m_relabel, below(m_relabel)); });
    connect(m_noteButton, &QPushButton::clicked, this, &ClustersView::notePressed);
    connect(m_list, &ClusterList::menuRequested, this, [this](QPoint global) {
        auto* menu = new QMenu(m_list);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->setObjectName(QStringLiteral("clusterMenu"));
        m_actions->fillMenu(*menu, m_keep);
        menu->addSeparator();
        menu->addAction(tr("Copy the list"), m_list, [this] { m_list->copy(); })->setShortcut(QKeySequence::Copy);
        menu->popup(global);
    });
    connect(m_gallery, &Gallery::copyRequested, this, [this] { QGuiApplication::clipboard()->setText(galleryText()); });
    addKeys();
}

void ClustersView::addKeys() {
    const auto add = [this](QWidget* where, Qt::ShortcutContext context, const QString& words, QList<QKeySequence> keys,
                            std::function<void()> run) {
        auto* action = new QAction(words, where);
        action->setShortcuts(keys);
        action->setShortcutContext(context);
        where->addAction(action);
        connect(action, &QAction::triggered, this, std::move(run));
    };
    const auto everywhere = Qt::WidgetWithChildrenShortcut;
    add(this, everywhere, tr("Former cluster"), {Qt::Key_BracketLeft}, [this] { step(-1); });
    add(this, everywhere, tr("Next cluster"), {Qt::Key_BracketRight}, [this] { step(1); });
    add(this, everywhere, tr("Show the cluster in parts"), {Qt::Key_S}, [this] { m_split->click(); });
    add(this, everywhere, tr("Make the parts shown clusters"), {Qt::SHIFT | Qt::Key_S}, [this] {
        if (m_parts > 1)
            notePressed();
    });
    add(this, everywhere, tr("Merge the cluster into another"), {Qt::Key_G}, [this] { m_merge->click(); });
    add(this, everywhere, tr("Keep only the cluster's head"), {Qt::SHIFT | Qt::Key_H}, [this] { segmentChosen(0); });
    add(this, everywhere, tr("Keep the most different of the cluster"), {Qt::SHIFT | Qt::Key_N},
        [this] { segmentChosen(1); });
    add(this, everywhere, tr("Keep all of the cluster"), {Qt::SHIFT | Qt::Key_K}, [this] { segmentChosen(2); });
    add(this, everywhere, tr("Drop the cluster"), {Qt::SHIFT | Qt::Key_P}, [this] { segmentChosen(3); });
    add(this, everywhere, tr("Mark the cluster for review"), {Qt::SHIFT | Qt::Key_M}, [this] { m_actions->review(); });
    add(this, everywhere, tr("Tag the cluster"), {Qt::Key_T}, [this] { m_tag->click(); });
    add(this, everywhere, tr("One cluster or all"), {Qt::Key_A}, [this] { setAllShown(!m_all); });
    add(m_list, Qt::WidgetShortcut, tr("From the list of clusters to the samples"), {Qt::Key_Return, Qt::Key_Enter},
        [this] { m_list->enter(); });
    add(m_gallery, Qt::WidgetShortcut, tr("From the samples to the list of clusters"), {Qt::Key_Escape},
        [this] { m_list->setFocus(Qt::ShortcutFocusReason); });
    connect(m_list, &ClusterList::entered, this, [this] {
        m_gallery->setFocus(Qt::ShortcutFocusReason);
        if (!m_gallery->rectOf(session().selection().current()).isValid() && m_gallery->count() > 0)
            m_gallery->step(0);
    });
}

} // namespace lpntk::views
