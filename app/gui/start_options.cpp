#include "start_options.h"

#include "path_field.h"
#include "view_table.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QRegularExpression>

namespace lpntk::gui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("StartOptions", text);
}

bool readSize(const QString& text, StartOptions& options, QString* error) {
    static const QRegularExpression form(QStringLiteral("^(\\d{2,5})x(\\d{2,5})$"));
    const auto match = form.match(text);
    const QSize size = match.hasMatch() ? QSize(match.captured(1).toInt(), match.captured(2).toInt()) : QSize();
    if (size.width() < 640 || size.height() < 480 || size.width() > 8192 || size.height() > 8192) {
        *error = tr("--size expects WIDTHxHEIGHT from 640x480 to 8192x8192, for example 1600x1000; \"%1\" was given.").arg(text);
        return false;
    }
    options.size = size;
    options.sizeGiven = true;
    return true;
}

bool readScale(const QString& text, StartOptions& options, QString* error) {
    bool number = false;
    options.scale = text.toDouble(&number);
    if (number && options.scale >= 0.5 && options.scale <= 4)
        return true;
    *error = tr("--scale expects a number from 0.5 to 4, for example 2; \"%1\" was given.").arg(text);
    return false;
}

bool readView(const QString& text, StartOptions& options, QString* error) {
    if (isKnownView(text)) {
        options.view = text;
        return true;
    }
    *error = tr("There is no view \"%1\"; the views are %2.").arg(text, knownViewNames().join(QStringLiteral(", ")));
    return false;
}

bool readSample(const QString& text, StartOptions& options, QString* error) {
    bool number = false;
    const qint64 sample = text.toLongLong(&number);
    if (number && sample >= 0) {
        options.sample = sample;
        return true;
    }
    *error = tr("--sample expects the original index of a sample, 0 or more; \"%1\" was given.").arg(text);
    return false;
}

bool readValue(const QString& option, const QString& value, StartOptions& options, QString* error) {
    if (option == QLatin1String("--view"))
        return readView(value, options, error);
    if (option == QLatin1String("--size"))
        return readSize(value, options, error);
    if (option == QLatin1String("--scale"))
        return readScale(value, options, error);
    if (option == QLatin1String("--sample"))
        return readSample(value, options, error);
    options.screenshot = value;
    return true;
}

bool readFlag(const QString& argument, StartOptions& options) {
    if (argument == QLatin1String("--dark"))
        options.colours = StartOptions::Colours::dark;
    else if (argument == QLatin1String("--light"))
        options.colours = StartOptions::Colours::light;
    else if (argument == QLatin1String("--help") || argument == QLatin1String("-h"))
        options.help = true;
    else if (argument == QLatin1String("--version"))
        options.version = true;
    else
        return false;
    return true;
}

/// Weights are opened by a dialog of their own, which nobody answers while a picture is made.
bool isPictureOfWeights(const StartOptions& options) {
    return !options.screenshot.isEmpty() && QFileInfo(options.path).isFile() && describe(options.path).kind == PathKind::weights;
}

} // namespace

std::optional<StartOptions> parseStartOptions(const QStringList& arguments, QString* error) {
    static const QStringList withValue{QStringLiteral("--view"), QStringLiteral("--screenshot"), QStringLiteral("--size"),
                                       QStringLiteral("--scale"), QStringLiteral("--sample")};
    StartOptions options;
    bool onlyPaths = false;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString& argument = arguments[i];
        if (!onlyPaths && argument == QLatin1String("--")) {
            onlyPaths = true;
        } else if (!onlyPaths && argument.startsWith(QLatin1Char('-')) && argument.size() > 1) {
            if (readFlag(argument, options))
                continue;
            const qsizetype equals = argument.indexOf(QLatin1Char('='));
            const QString name = equals < 0 ? argument : argument.left(equals);
            if (!withValue.contains(name)) {
                *error = tr("There is no option \"%1\"; --help lists the options.").arg(argument);
                return std::nullopt;
            }
            if (equals < 0 && i + 1 >= arguments.size()) {
                *error = tr("%1 needs a value; --help shows which.").arg(name);
                return std::nullopt;
            }
            if (!readValue(name, equals < 0 ? arguments[++i] : argument.mid(equals + 1), options, error))
                return std::nullopt;
        } else if (options.path.isEmpty()) {
            options.path = argument;
        } else {
            *error = tr("Only one project, run or data set can be opened at a time; \"%1\" is one too many.").arg(argument);
            return std::nullopt;
        }
    }
    if (isPictureOfWeights(options)) {
        *error = tr("--screenshot cannot draw %1: weights alone have no view; give a project, a run or a data set.").arg(options.path);
        return std::nullopt;
    }
    return options;
}

QString startUsage() {
    return tr("Usage: lpntk-explorer [PROJECT|RUN|DATA|WEIGHTS] [options]\n"
              "\n"
              "  --view NAME          show this view: %1\n"
              "  --sample I           make sample I (original index) the current one\n"
              "  --dark, --light      colours, for this time only\n"
              "  --screenshot FILE    draw the view when its data are there, write the picture, end\n"
              "  --size WxH           size of the window (1600x1000)\n"
              "  --scale S            pixels of the picture per pixel of the window (1)\n"
              "  --help, --version\n")
        .arg(knownViewNames().join(QStringLiteral(", ")));
}

} // namespace lpntk::gui
