#include "plan_table.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QScrollBar>

#include <algorithm>

namespace lpntk::gui {

namespace {

QString explanationOf(const std::string& way) {
    if (way == "implicit")
        return PlanTable::tr(
            "Products of inputs times products of output gradients; the layer's gradient is never formed.");
    if (way == "shifted")
        return PlanTable::tr("Products between the layer's few positions, summed where they meet the same weight; its "
                             "gradient is never formed.");
    if (way == "explicit")
        return PlanTable::tr("Each sample's gradient is formed and multiplied.");
    return PlanTable::tr("Each sample's gradient is formed by the slower way that fits any operation, and multiplied.");
}

/// Words to the left, numbers to the right.
Qt::Alignment alignmentOf(int column) {
    return Qt::AlignVCenter | (column < 2 ? Qt::AlignLeft : Qt::AlignRight);
}

} // namespace

PlanTable::PlanTable(QWidget* parent) : QTableWidget(0, 6, parent) {
    setObjectName(QStringLiteral("planLayers"));
    setAccessibleName(tr("Layers of the plan"));
    setHorizontalHeaderLabels(
        {tr("Layer"), tr("Way"), tr("Parameters"), tr("Products\nper pair"), tr("Kept per\nsample"), tr("Time")});
    for (int column = 0; column < columnCount(); ++column)
        horizontalHeaderItem(column)->setTextAlignment(alignmentOf(column));
    horizontalHeaderItem(1)->setToolTip(
        tr("How the layer enters the kernel; every way is exact, the cheapest is taken"));
    horizontalHeaderItem(3)->setToolTip(tr("Multiply-adds for each pair of samples"));
    horizontalHeaderItem(4)->setToolTip(tr("Memory for the numbers that are held of each sample"));
    horizontalHeaderItem(5)->setToolTip(tr("Of the products, by their number"));
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(26);
    setShowGrid(false);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setTabKeyNavigation(false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    horizontalHeader()->setHighlightSections(false); // whole rows are selected
    horizontalHeader()->setMinimumHeight(2 * QFontMetrics(models::theme().font(11)).height() + 10);
    horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    auto* copy = new QAction(tr("Copy"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &PlanTable::copyRows);
    addAction(copy);
    setContextMenuPolicy(Qt::ActionsContextMenu);
}

void PlanTable::setPlan(const run::KernelPlan& plan) {
    namespace format = models::format;
    setRowCount(0);
    const std::int64_t bytesPerNumber = plan.precision == run::Precision::fp64 ? 8 : 4;
    const auto macs = static_cast<double>(std::max<std::int64_t>(plan.macsPerPair(), 1));
    const auto add = [&](const QString& name, const QString& way, std::int64_t parameters, std::int64_t macsPerPair,
                         std::int64_t numbers) {
        addRow({name, way, format::count(parameters), format::count(macsPerPair),
                format::bytes(static_cast<double>(bytesPerNumber * numbers)),
                format::duration(plan.contractionSeconds * static_cast<double>(macsPerPair) / macs)});
    };
    for (const run::LayerPlan& layer : plan.layers) {
        add(QString::fromStdString(layer.name), QString::fromStdString(layer.way), layer.parameters, layer.macsPerPair,
            layer.signalFloats);
        item(rowCount() - 1, 1)->setToolTip(explanationOf(layer.way));
    }
    if (!plan.layers.empty())
        add(tr("all"), {}, plan.parameters, plan.macsPerPair(), plan.signalFloats());
    widen();
}

void PlanTable::addRow(const QStringList& texts) {
    const int row = rowCount();
    insertRow(row);
    for (int column = 0; column < texts.size(); ++column) {
        auto* cell = new QTableWidgetItem(texts[column]);
        cell->setTextAlignment(alignmentOf(column));
        setItem(row, column, cell);
    }
}

/// So that names are whole without a horizontal scroll bar.
void PlanTable::widen() {
    int width = 0;
    for (int column = 0; column < columnCount(); ++column)
        width += std::max(sizeHintForColumn(column), horizontalHeader()->sectionSizeHint(column));
    setMinimumWidth(width + verticalScrollBar()->sizeHint().width() + 2);
}

/// The selected rows, or all where none is.
void PlanTable::copyRows() const {
    QList<QModelIndex> rows = selectionModel()->selectedRows();
    for (int row = 0; row < rowCount() && !selectionModel()->hasSelection(); ++row)
        rows << model()->index(row, 0);
    std::sort(rows.begin(), rows.end());
    QString text;
    for (const QModelIndex& index : rows) {
        QStringList cells;
        for (int column = 0; column < columnCount(); ++column)
            cells << item(index.row(), column)->text();
        text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    }
    if (!text.isEmpty())
        QGuiApplication::clipboard()->setText(text);
}

} // namespace lpntk::gui
