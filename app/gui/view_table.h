#pragma once

#include <widgets/models/session.h>

#include <QString>
#include <QStringList>

#include <functional>
#include <vector>

class QWidget;

namespace lpntk::gui {

/// A view made by its factory, with what the window needs of it whatever its class.
struct MadeView {
    QWidget* widget = nullptr;
    std::function<bool()> isReady;
    std::function<void(bool)> setLinked; ///< empty where a view always follows the shared selection
};

/// One view of the centre: its name on the command line, its words, and how to make it.
struct ViewEntry {
    QString name;     ///< "heatmap"
    const char* words; ///< "Heatmap", untranslated: the table is read before there is a translator
    QString icon;     ///< name of the icon
    /// Makes the view; `ready` is called whenever the view says that its picture is complete, `exportRequested` when it
    /// asks for the export dialog.
    std::function<MadeView(models::Session&, QWidget* parent, std::function<void()> ready,
                           std::function<void()> exportRequested)> make;

    QString title() const;
};

/// The views of the centre in the order of their tabs.
const std::vector<ViewEntry>& viewTable();

/// The Inspector is a view of its own in the dock at the right.
MadeView makeInspector(models::Session& session, QWidget* parent, std::function<void()> ready);

/// Names for --view: those of the table and "inspector".
QStringList knownViewNames();
bool isKnownView(const QString& name);

} // namespace lpntk::gui
