#include <widgets/views/relation_filter.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_relation.h>

#include <QActionGroup>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QSignalBlocker>

#include <algorithm>

namespace lpntk::views {

using analysis::Relation;
using models::theme;

namespace {

constexpr Relation kRelations[] = {Relation::interchangeable, Relation::unrelated, Relation::contradictory};
constexpr int kWidest = 190; ///< of the words on the button, before the text scale

} // namespace

bool RelationFilter::shows(Relation relation) const {
    switch (relation) {
    case Relation::interchangeable:
        return interchangeable;
    case Relation::unrelated:
        return unrelated;
    case Relation::contradictory:
        break;
    }
    return contradictory;
}

std::vector<char> allowedRows(const run::Run& run, const RelationFilter& filter, const curation::Subset* subset) {
    const bool byKept = filter.kept != RelationFilter::Kept::all;
    if (filter.classes.empty() && !byKept)
        return {};
    std::vector<char> allowed(static_cast<std::size_t>(run.rows()));
    for (std::size_t row = 0; row < allowed.size(); ++row) {
        const bool kept = !subset || row >= subset->kept.size() || subset->kept[row] != 0;
        allowed[row] = filter.shows(run.labelOf(base::RowId(static_cast<std::int64_t>(row)))) &&
                       (!byKept || kept == (filter.kept == RelationFilter::Kept::kept));
    }
    return allowed;
}

RelationFilterButton::RelationFilterButton(QWidget* parent) : QToolButton(parent), m_menu(new QMenu(this)) {
    setMenu(m_menu);
    setPopupMode(QToolButton::InstantPopup);
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setIcon(theme().icon(QStringLiteral("filter")));
    setFocusPolicy(Qt::StrongFocus);
    m_menu->installEventFilter(this);
    connect(&theme(), &models::Theme::changed, this, [this] { showFilter(); });
    setClasses({});
}

void RelationFilterButton::setClasses(const std::vector<QString>& names) {
    m_menu->clear();
    m_classes.clear();
    m_relations.clear();
    m_kept.clear();
    const auto checkable = [this](const QString& text) {
        auto* action = m_menu->addAction(QString(text).replace(QLatin1Char('&'), QStringLiteral("&&")));
        action->setCheckable(true);
        return action;
    };
    m_menu->addSection(tr("Classes"));
    m_all = checkable(tr("All classes"));
    connect(m_all, &QAction::triggered, this, [this] {
        for (QAction* action : m_classes)
            action->setChecked(false);
        takeChecks();
    });
    for (const QString& name : names) {
        m_classes.push_back(checkable(name));
        connect(m_classes.back(), &QAction::triggered, this, &RelationFilterButton::takeChecks);
    }
    addRelations();
    addKept();
    m_filter = {};
    showFilter();
}

void RelationFilterButton::addRelations() {
    m_menu->addSection(tr("Relations in the graph"));
    for (const Relation relation : kRelations) {
        auto* action = m_menu->addAction(relationWord(relation));
        action->setCheckable(true);
        m_relations.push_back(action);
        connect(action, &QAction::triggered, this, &RelationFilterButton::takeChecks);
    }
}

void RelationFilterButton::addKept() {
    m_menu->addSection(tr("Samples"));
    auto* group = new QActionGroup(m_menu);
    for (const QString& text : {tr("Kept and pruned"), tr("Kept only"), tr("Pruned only")}) {
        auto* action = group->addAction(text);
        action->setCheckable(true);
        m_menu->addAction(action);
        m_kept.push_back(action);
        connect(action, &QAction::triggered, this, &RelationFilterButton::takeChecks);
    }
}

void RelationFilterButton::setFilter(const RelationFilter& filter) {
    if (filter == m_filter)
        return;
    m_filter = filter;
    showFilter();
    Q_EMIT filterChanged();
}

void RelationFilterButton::takeChecks() {
    RelationFilter filter;
    const auto isChecked = [](const QAction* action) { return action->isChecked(); };
    if (std::any_of(m_classes.begin(), m_classes.end(), isChecked) &&
        !std::all_of(m_classes.begin(), m_classes.end(), isChecked))
        for (const QAction* action : m_classes)
            filter.classes.push_back(action->isChecked());
    filter.interchangeable = m_relations[0]->isChecked();
    filter.unrelated = m_relations[1]->isChecked();
    filter.contradictory = m_relations[2]->isChecked();
    filter.kept = m_kept[1]->isChecked()   ? RelationFilter::Kept::kept
                  : m_kept[2]->isChecked() ? RelationFilter::Kept::pruned
                                           : RelationFilter::Kept::all;
    // Checks that say nothing new are still put right ("All classes" cannot be switched off by itself).
    if (filter == m_filter)
        showFilter();
    setFilter(filter);
}

void RelationFilterButton::showFilter() {
    m_all->setChecked(m_filter.classes.empty());
    for (std::size_t label = 0; label < m_classes.size(); ++label)
        m_classes[label]->setChecked(!m_filter.classes.empty() && m_filter.classes[label]);
    for (std::size_t place = 0; place < m_relations.size(); ++place)
        m_relations[place]->setChecked(m_filter.shows(kRelations[place]));
    m_kept[static_cast<std::size_t>(m_filter.kept)]->setChecked(true);
    const QString all = words();
    setText(m_short ? QString()
                    : QFontMetrics(font()).elidedText(all, Qt::ElideRight, qRound(kWidest * theme().textScale())));
    setToolTip(
        tr("Shown: %1. A pair counts when one of its samples is of a chosen class; \"kept\" asks for both samples, "
           "\"pruned\" for one.")
            .arg(all));
    setAccessibleName(tr("Filter, %1").arg(all));
    const bool active = m_filter != RelationFilter();
    setIcon(theme().icon(QStringLiteral("filter"), active ? models::Role::accent : models::Role::text2));
    updateGeometry();
}

void RelationFilterButton::setShort(bool isShort) {
    m_short = isShort;
    setToolButtonStyle(isShort ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
    showFilter();
}

QString RelationFilterButton::words() const {
    QStringList parts, chosen;
    for (std::size_t label = 0; label < m_filter.classes.size(); ++label)
        if (m_filter.classes[label])
            chosen << m_classes[label]->text().replace(QStringLiteral("&&"), QStringLiteral("&"));
    parts << (chosen.isEmpty()     ? tr("All classes")
              : chosen.size() <= 2 ? chosen.join(QStringLiteral(", "))
                                   : tr("%1 classes").arg(models::format::count(chosen.size())));
    QStringList relations;
    for (const Relation relation : kRelations)
        if (m_filter.shows(relation))
            relations << relationWord(relation).toLower();
    if (relations.size() < 3)
        parts << (relations.isEmpty() ? tr("no relation") : relations.join(QStringLiteral(", ")));
    if (m_filter.kept != RelationFilter::Kept::all)
        parts << (m_filter.kept == RelationFilter::Kept::kept ? tr("kept") : tr("pruned"));
    return parts.join(QStringLiteral(" · "));
}

/// Check boxes of the menu switch without closing it; Escape or a click elsewhere closes.
bool RelationFilterButton::eventFilter(QObject* watched, QEvent* event) {
    QAction* action = nullptr;
    if (event->type() == QEvent::MouseButtonRelease)
        action = m_menu->actionAt(static_cast<QMouseEvent*>(event)->position().toPoint());
    else if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Space || key == Qt::Key_Return || key == Qt::Key_Enter)
            action = m_menu->activeAction();
    }
    if (!action || !action->isCheckable())
        return QToolButton::eventFilter(watched, event);
    action->trigger();
    return true;
}

} // namespace lpntk::views
