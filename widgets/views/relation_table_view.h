#pragma once

#include <QTableView>

#include <vector>

namespace lpntk::views {

/// The rows of the table of pairs: several can be selected, a button of a selected row acts on all of them, Copy and
/// Select all belong to it while it has the focus. Owned by RelationTable.
class RelationTableView : public QTableView {
    Q_OBJECT
public:
    explicit RelationTableView(QWidget* parent);
    /// Selected rows, ascending.
    std::vector<int> selectedRows() const;
    /// Redundant samples have a ratio of kappas where pairs have an angle.
    void setRatioShown(bool shown);
    /// Letters are keys of the view; searching 100,000 rows for one would hold the window up. The filter line searches.
    void keyboardSearch(const QString&) override {}

Q_SIGNALS:
    void copyWanted();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    QItemSelectionModel::SelectionFlags selectionCommand(const QModelIndex& index, const QEvent* event) const override;

private:
    void hideColumns();

    bool m_ratioShown = false;
};

} // namespace lpntk::views
