#include "main_window.h"
#include "screenshot.h"
#include "start_options.h"
#include "view_actions.h"

#include <core/base/version.h>
#include <core/engine/engine.h>
#include <core/engine/environment.h>

#include <widgets/models/theme.h>
#include <widgets/vtk/vtk_host.h>

#include <QApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

#include <cstdio>
#include <memory>

using namespace lpntk;

namespace {

QStringList arguments(int argc, char** argv) {
    QStringList list;
    for (int i = 1; i < argc; ++i)
        list << QString::fromLocal8Bit(argv[i]);
    return list;
}

void applyColours(const gui::StartOptions& options, QApplication& application) {
    gui::Settings settings(true);
    gui::ViewActions::applyColours(settings);
    models::theme().setTextScale(settings.textScale());
    if (options.colours != gui::StartOptions::Colours::asSet)
        models::theme().setDark(options.colours == gui::StartOptions::Colours::dark);
    models::theme().apply(application);
}

int show(const gui::StartOptions& options) {
    const bool quiet = !options.screenshot.isEmpty();
    gui::MainWindow window(quiet);
    if (quiet || options.sizeGiven)
        window.resize(options.size);
    if (!options.path.isEmpty())
        window.openPath(options.path);
    if (!options.view.isEmpty())
        window.showView(options.view);
    std::unique_ptr<gui::Screenshot> screenshot;
    if (quiet) {
        // A window manager may not resize what a picture was asked of.
        window.setAttribute(Qt::WA_ShowWithoutActivating);
        screenshot = std::make_unique<gui::Screenshot>(window, options);
    } else if (options.sample) {
        QObject::connect(&window.session(), &models::Session::changed, &window, [&window, sample = *options.sample](models::Changes what) {
            if (what & models::Change::run && window.session().run())
                window.session().selection().click(base::SampleId(sample), false, &window);
        });
    }
    window.show();
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    engine::prepareEnvironment();
    QString error;
    const auto options = gui::parseStartOptions(arguments(argc, argv), &error);
    if (!options) {
        std::fprintf(stderr, "lpntk-explorer: %s\n", qUtf8Printable(error));
        return 2;
    }
    if (options->help || options->version) {
        std::fputs(options->help ? qPrintable(gui::startUsage()) : qPrintable(QString::fromLatin1(base::programVersion()) + QLatin1Char('\n')), stdout);
        return 0;
    }
    if (options->scale != 1)
        qputenv("QT_SCALE_FACTOR", QByteArray::number(options->scale));
    lpntk::vtk::prepareOpenGl();
    QCoreApplication::setOrganizationName(QStringLiteral("lpntk"));
    QCoreApplication::setApplicationName(QStringLiteral("lpntk-explorer"));
    QCoreApplication::setApplicationVersion(QString::fromLatin1(base::programVersion()));
    QApplication application(argc, argv);
    QTranslator qtWords, words;
    if (qtWords.load(QLocale(), QStringLiteral("qtbase"), QStringLiteral("_"), QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(&qtWords);
    if (words.load(QLocale(), QStringLiteral("lpntk"), QStringLiteral("_"), QStringLiteral(":/translations")))
        QCoreApplication::installTranslator(&words);
    applyColours(*options, application);
    QGuiApplication::setDesktopFileName(QStringLiteral("lpntk-explorer"));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/desktop/lpntk-explorer.svg")));
    return show(*options);
}
