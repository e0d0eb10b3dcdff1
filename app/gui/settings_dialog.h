#pragma once

#include "settings.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QPushButton;
class QSpinBox;

namespace lpntk::views {
class Segment;
}

namespace lpntk::gui {

/// What the program can be set to. Every change is in force at once, so the window behind shows it; Cancel brings back
/// what was set when the dialog opened, Defaults what a fresh installation has.
class SettingsDialog : public QDialog {
    Q_OBJECT
public:
    SettingsDialog(Settings& settings, QWidget* parent);

public Q_SLOTS:
    void accept() override;
    void reject() override;

private:
    void addLook(QFormLayout& form);
    void addStart(QFormLayout& form);
    void addJobs(QFormLayout& form);
    void take();
    void show(const Settings::Preferences& values);
    void forgetRecent();

    Settings& m_settings;
    const Settings::Preferences m_before;
    const std::vector<RecentProject> m_recentBefore;
    views::Segment* m_colours = nullptr;
    QComboBox* m_textScale = nullptr;
    QCheckBox* m_restore = nullptr;
    QSpinBox* m_recentLimit = nullptr;
    QPushButton* m_forget = nullptr;
    QSpinBox* m_memory = nullptr;
    QSpinBox* m_threads = nullptr;
    bool m_showing = false;       ///< the controls follow the settings, not the other way round
};

} // namespace lpntk::gui
