#pragma once

#include "start_options.h"

#include <QObject>
#include <QTimer>

namespace lpntk::gui {

class MainWindow;

/// Draws the window once its view has its data, writes the picture and ends the program: 0 when it was written, 1 with
/// a sentence on standard error when something could not be opened, drawn or written.
class Screenshot : public QObject {
    Q_OBJECT
public:
    Screenshot(MainWindow& window, const StartOptions& options, QObject* parent = nullptr);

private:
    void look();
    void take();
    void fail(const QString& sentence);
    bool failedToOpen();

    MainWindow& m_window;
    StartOptions m_options;
    QTimer m_deadline;
    QTimer m_look;
    bool m_sampleShown = false;
    int m_quietTurns = 0;
};

} // namespace lpntk::gui
