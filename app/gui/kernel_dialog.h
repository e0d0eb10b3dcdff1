#pragma once

#include "settings.h"

#include <widgets/models/session.h>

#include <QDialog>
#include <QTimer>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace lpntk::gui {

class PlanTable;

/// Asks what kernel to compute and shows its cost before anything runs: the plan's layers, memory, disk and time, made
/// anew on a worker at every change. What does not fit the budget is said here, with what would.
class KernelDialog : public QDialog {
    Q_OBJECT
public:
    /// `folder`: where new runs go when nothing else is said.
    KernelDialog(models::Session& session, Settings& settings, const QString& folder, QWidget* parent);

Q_SIGNALS:
    void started(lpntk::models::Ticket ticket);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* makeChoices();
    QWidget* makePlan();
    void addSamples(QFormLayout& form);
    void addPrecision(QFormLayout& form);
    void listPrecisions();
    void addBudget(QFormLayout& form);
    engine::KernelRequest request() const;
    QString proposedName() const;
    void changed();
    void plan();
    void show(const engine::PlannedKernel& planned);
    void say(const QString& sentence);
    void run();

    models::Session& m_session;
    Settings& m_settings;
    QString m_folder;
    QComboBox* m_split = nullptr;
    QComboBox* m_samples = nullptr;
    QSpinBox* m_count = nullptr;
    QComboBox* m_blocks = nullptr;
    QComboBox* m_extends = nullptr;
    QComboBox* m_store = nullptr;
    QComboBox* m_kernel = nullptr;
    QLineEdit* m_parameters = nullptr;
    QComboBox* m_device = nullptr;
    QComboBox* m_precision = nullptr;
    QSpinBox* m_memory = nullptr;
    QSpinBox* m_threads = nullptr;
    QSpinBox* m_top = nullptr;
    QLineEdit* m_out = nullptr;
    QLabel* m_cost = nullptr;
    QLabel* m_smaller = nullptr;
    QLabel* m_words = nullptr;
    PlanTable* m_layers = nullptr;
    QPushButton* m_run = nullptr;
    QTimer m_pause;
    bool m_outByHand = false;
    bool m_planning = false;       ///< the plan of what is chosen is not there yet
    bool m_runWhenPlanned = false; ///< Return was pressed meanwhile
};

} // namespace lpntk::gui
