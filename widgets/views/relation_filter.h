#pragma once

#include <widgets/models/session.h>

#include <QToolButton>

#include <vector>

class QAction;
class QMenu;

namespace lpntk::views {

/// Which samples, relations and pairs the relations view shows.
struct RelationFilter {
    std::vector<char> classes; ///< (K) 1 = shown; empty = all
    bool interchangeable = true, unrelated = true, contradictory = true;
    enum class Kept { all, kept, pruned };
    Kept kept = Kept::all;

    bool shows(analysis::Relation relation) const;
    bool shows(int label) const { return classes.empty() || classes[static_cast<std::size_t>(label)] != 0; }
    bool operator==(const RelationFilter&) const = default;
};

/// (N) 1 = the row passes by class and by kept or pruned; empty = all do. `subset` may be null while it is computed:
/// then everything counts as kept.
std::vector<char> allowedRows(const run::Run& run, const RelationFilter& filter, const curation::Subset* subset);

/// The button that opens the filter of the relations view: classes, relations, kept or pruned as check boxes in a menu
/// that stays open. Its text says what is shown.
class RelationFilterButton : public QToolButton {
    Q_OBJECT
public:
    explicit RelationFilterButton(QWidget* parent);

    /// Forgets the filter.
    void setClasses(const std::vector<QString>& names);
    const RelationFilter& filter() const { return m_filter; }
    void setFilter(const RelationFilter& filter);
    /// For narrow places: the icon and how many things are filtered.
    void setShort(bool isShort);

Q_SIGNALS:
    void filterChanged();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void addRelations();
    void addKept();
    void takeChecks();
    void showFilter();
    QString words() const;

    RelationFilter m_filter;
    QMenu* m_menu;
    QAction* m_all = nullptr;
    std::vector<QAction*> m_classes, m_relations, m_kept;
    bool m_short = false;
};

} // namespace lpntk::views
