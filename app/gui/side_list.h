#pragma once

#include <QAbstractListModel>
#include <QColor>
#include <QListView>
#include <QString>

#include <functional>
#include <vector>

namespace lpntk::gui {

/// One row of the lists at the left: a section with a "+" or an item with an icon or a class swatch.
struct SideRow {
    bool section = false;
    QString text;
    QString value;               ///< right-aligned figures
    QString value2;              ///< a second column right of the first (accuracy of a class)
    QString icon;                ///< name of the icon, empty = none
    int swatch = -1;             ///< class whose colour stands before the words, -1 = none
    bool current = false;        ///< the one that the views show
    QString tip;
    std::function<void()> activate;              ///< click or Return; on a section: its "+"
    std::function<void(QPoint globalPosition)> menu; ///< context menu, may be empty
    std::function<void()> rename, remove;            ///< F2, Delete; may be empty
    QString addName;             ///< section: what its "+" does, for tooltip and screen readers

    bool sameText(const SideRow& other) const;
};

/// Rows of a side list. Owned by its list.
class SideModel : public QAbstractListModel {
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;
    void reset(std::vector<SideRow> rows, int classes);
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    const SideRow& at(const QModelIndex& index) const { return m_rows[static_cast<std::size_t>(index.row())]; }
    int classes() const { return m_classes; }

private:
    std::vector<SideRow> m_rows;
    int m_classes = 0;
};

/// The list itself: one delegate, 26 px rows, a click or Return activates.
class SideList : public QListView {
    Q_OBJECT
public:
    explicit SideList(QWidget* parent = nullptr);
    void setRows(std::vector<SideRow> rows, int classes = 0);
    const SideModel& rows() const { return *m_model; }
    /// Height that shows every row.
    QSize sizeHint() const override;

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void activateRow(const QModelIndex& index);
    SideModel* m_model = nullptr;
};

} // namespace lpntk::gui
