#pragma once

#include <widgets/models/session.h>

#include <QStatusBar>
#include <QTimer>

class QLabel;
class QToolButton;

namespace lpntk::gui {

class Settings;

/// The bar at the bottom: what is open at the left, selection, memory and jobs at the right.
class StatusLine : public QStatusBar {
    Q_OBJECT
public:
    StatusLine(models::Session& session, Settings& settings, QWidget* parent = nullptr);

Q_SIGNALS:
    void jobsPressed();

private:
    void refreshOpen();
    void refreshSelection();
    void refreshMemory();
    void refreshJobs();
    QLabel* addLeft(const char* name);

    models::Session& m_session;
    Settings& m_settings;
    QLabel* m_samples = nullptr;
    QLabel* m_network = nullptr;
    QLabel* m_precision = nullptr;
    QLabel* m_selected = nullptr;
    QLabel* m_memory = nullptr;
    QToolButton* m_jobs = nullptr;
    QTimer m_clock;
};

/// Bytes of memory that this process holds now, without the pages of files that it has mapped (the system takes those
/// back when it likes); 0 where the system does not tell.
double heldBytes();

} // namespace lpntk::gui
