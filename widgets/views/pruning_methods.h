#pragma once

#include <widgets/views/pruning_content.h>

#include <QAbstractTableModel>
#include <QTableView>

#include <vector>

namespace lpntk::views {

/// Figures of the methods at the same amount.
class MethodsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { NameColumn, CoverageColumn, PercentileColumn, OverlapColumn, SmallestColumn, ColumnCount };

    explicit MethodsModel(QObject* parent) : QAbstractTableModel(parent) {}
    void setFigures(std::vector<MethodFigures> figures);
    curation::Method methodAt(int row) const { return m_figures[static_cast<std::size_t>(row)].method; }
    int rowOf(curation::Method method) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<MethodFigures> m_figures;
};

/// The table of it; a click on a row chooses the method.
class MethodsTable : public QTableView {
    Q_OBJECT
public:
    explicit MethodsTable(QWidget* parent);
    MethodsModel& figures() { return *m_model; }
    void setPresent(curation::Method method);
    /// The whole table with its header, columns apart by tabs.
    QString asText() const;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void methodChosen(lpntk::curation::Method method);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    int widthOf(int column) const;
    void fitColumns();

    MethodsModel* m_model;
};

} // namespace lpntk::views
