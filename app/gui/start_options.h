#pragma once

#include <QSize>
#include <QString>
#include <QStringList>

#include <optional>

namespace lpntk::gui {

/// What the command line of lpntk-explorer asks for.
struct StartOptions {
    enum class Colours { asSet, dark, light };

    QString path;                        ///< project, run, data set or checkpoint; empty = start page
    QString view;                        ///< name of a view, empty = as it was left
    QString screenshot;                  ///< picture to write, then end; empty = a person is there
    QSize size = QSize(1600, 1000);      ///< of the window, logical pixels, for the picture
    bool sizeGiven = false;
    double scale = 1;                    ///< device pixels per logical pixel of the picture
    Colours colours = Colours::asSet;
    std::optional<qint64> sample;        ///< sample to be made the current one
    bool help = false;
    bool version = false;
};

/// Reads the arguments (without the program's name). On wrong usage returns nothing and puts a sentence into `error`.
/// Needs no QApplication: the scale must be known before there is one.
std::optional<StartOptions> parseStartOptions(const QStringList& arguments, QString* error);

/// What --help prints.
QString startUsage();

} // namespace lpntk::gui
