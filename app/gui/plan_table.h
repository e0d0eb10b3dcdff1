#pragma once

#include <core/run/plan.h>

#include <QTableWidget>

#include <vector>

namespace lpntk::gui {

/// The layers of a kernel's plan: how each enters the kernel, and what it costs. Rows copy as text, tabs between
/// columns.
class PlanTable : public QTableWidget {
    Q_OBJECT
public:
    explicit PlanTable(QWidget* parent);
    void setLayers(const std::vector<run::LayerPlan>& layers);

private:
    void widen();
    void copyRows() const;
};

} // namespace lpntk::gui
