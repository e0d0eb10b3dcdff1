#include <widgets/views/parts_copy_rows.h>

#include <QAbstractItemView>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QListView>
#include <QTableView>

#include <algorithm>

namespace lpntk::views {

namespace {

/// Takes the key before the window's own action does. Owned by the view.
class RowCopier : public QObject {
public:
    explicit RowCopier(QAbstractItemView& view) : QObject(&view), m_view(view) { view.installEventFilter(this); }

    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() != QEvent::ShortcutOverride && event->type() != QEvent::KeyPress)
            return false;
        if (!static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy))
            return false;
        if (event->type() == QEvent::KeyPress)
            QGuiApplication::clipboard()->setText(rowsAsText(m_view));
        event->accept();
        return true;
    }

private:
    QAbstractItemView& m_view;
};

/// Columns that are shown, as they stand from left to right.
QList<int> columnsOf(const QAbstractItemView& view) {
    const QAbstractItemModel& model = *view.model();
    QList<int> columns;
    if (const auto* list = qobject_cast<const QListView*>(&view))
        return {list->modelColumn()};
    const auto* table = qobject_cast<const QTableView*>(&view);
    for (int place = 0; place < model.columnCount(view.rootIndex()); ++place) {
        const int column = table ? table->horizontalHeader()->logicalIndex(place) : place;
        if (!table || !table->isColumnHidden(column))
            columns << column;
    }
    return columns;
}

QString lineOf(const QStringList& cells) {
    QStringList plain;
    for (QString cell : cells)
        plain << cell.replace(QLatin1Char('\n'), QLatin1Char(' ')).replace(QLatin1Char('\t'), QLatin1Char(' '));
    while (!plain.isEmpty() && plain.last().isEmpty())
        plain.removeLast();
    return plain.join(QLatin1Char('\t')) + QLatin1Char('\n');
}

} // namespace

QString rowsAsText(const QAbstractItemView& view) {
    const QAbstractItemModel* model = view.model();
    if (!model)
        return {};
    std::vector<int> rows;
    if (view.selectionModel() && view.selectionModel()->hasSelection()) {
        for (const QModelIndex& index : view.selectionModel()->selectedIndexes())
            rows.push_back(index.row());
        std::sort(rows.begin(), rows.end());
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    } else {
        for (int row = 0; row < model->rowCount(view.rootIndex()); ++row)
            rows.push_back(row);
    }
    const QList<int> columns = columnsOf(view);
    QStringList titles;
    if (qobject_cast<const QTableView*>(&view))
        for (const int column : columns)
            titles << model->headerData(column, Qt::Horizontal).toString();
    QString text = titles.join(QString()).isEmpty() || rows.empty() ? QString() : lineOf(titles);
    for (const int row : rows) {
        const QString own = model->index(row, columns.value(0), view.rootIndex()).data(kCopyRole).toString();
        QStringList cells;
        for (const int column : columns)
            cells << model->index(row, column, view.rootIndex()).data().toString();
        text += own.isEmpty() ? lineOf(cells) : own + QLatin1Char('\n');
    }
    return text;
}

void copyRowsByKey(QAbstractItemView& view) {
    new RowCopier(view);
}

} // namespace lpntk::views
