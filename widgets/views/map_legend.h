#pragma once

#include <widgets/views/map_colours.h>

#include <QAbstractListModel>
#include <QListView>
#include <QStyledItemDelegate>

#include <vector>

namespace lpntk::views {

/// Groups of points with their colours and counts; the check state says which are shown. Owned by its list.
class MapLegendModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Roles { ColourRole = Qt::UserRole, CountRole };

    using QAbstractListModel::QAbstractListModel;
    /// Groups of the same names keep what is shown.
    void setGroups(std::vector<MapGroup> groups);
    const std::vector<MapGroup>& groups() const { return m_groups; }
    bool isShown(int row) const { return m_groups[static_cast<std::size_t>(row)].shown; }
    bool isWhole() const;
    void setShown(int row, bool shown);
    void showOnly(int row);
    void showAll();

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

Q_SIGNALS:
    void shownChanged();

private:
    void setAll(bool shown, int except);
    std::vector<MapGroup> m_groups;
};

/// Paints one group: check box, swatch, name, count; hidden ones in the colour of disabled text.
class MapLegendDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// The legend as a list: a click or Space shows or hides a group, a double click shows it alone and then all again.
class MapLegendList : public QListView {
    Q_OBJECT
public:
    explicit MapLegendList(QWidget* parent);
    MapLegendModel& legend() const { return *m_model; }
    /// As high as its rows.
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// Everything of a group is to be selected.
    void groupChosen(int group);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    MapLegendModel* m_model;
};

} // namespace lpntk::views
