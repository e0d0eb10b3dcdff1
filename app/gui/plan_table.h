#pragma once

#include <core/run/plan.h>

#include <QTableWidget>

namespace lpntk::gui {

/// The layers of a kernel's plan: how each enters the kernel, and what it costs; at the end all together. Rows copy as
/// text, tabs between columns.
class PlanTable : public QTableWidget {
    Q_OBJECT
public:
    explicit PlanTable(QWidget* parent);
    void setPlan(const run::KernelPlan& plan);

private:
    void addRow(const QStringList& texts);
    void widen();
    void copyRows() const;
};

} // namespace lpntk::gui
