#include "picture_compare.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <cstdlib>

namespace lpntk::tests {

namespace {

int channelDifference(QRgb a, QRgb b) {
    return std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)), std::abs(qBlue(a) - qBlue(b))});
}

/// Copies an image into another one without QPainter, which would need an application object.
void paste(QImage& target, const QImage& source, int left) {
    for (int y = 0; y < std::min(target.height(), source.height()); ++y)
        for (int x = 0; x < std::min(target.width() - left, source.width()); ++x)
            target.setPixel(left + x, y, source.pixel(x, y));
}

} // namespace

PictureDifference comparePictures(const QImage& actualPicture, const QImage& expectedPicture, const PictureTolerance& tolerance) {
    const QImage actual = actualPicture.convertToFormat(QImage::Format_RGB32);
    const QImage expected = expectedPicture.convertToFormat(QImage::Format_RGB32);
    PictureDifference result;
    const int width = std::max(actual.width(), expected.width()), height = std::max(actual.height(), expected.height());
    QImage difference(width, height, QImage::Format_RGB32);
    difference.fill(Qt::magenta);
    qint64 wrong = 0;
    for (int y = 0; y < std::min(actual.height(), expected.height()); ++y)
        for (int x = 0; x < std::min(actual.width(), expected.width()); ++x) {
            const int apart = channelDifference(actual.pixel(x, y), expected.pixel(x, y));
            result.largest = std::max(result.largest, apart);
            wrong += apart > tolerance.channel;
            const int shade = std::min(255, apart * 4);
            difference.setPixel(x, y, apart > tolerance.channel ? qRgb(255, 255 - shade, 255 - shade) : qRgb(shade, shade, shade));
        }
    result.share = static_cast<double>(wrong) / std::max<qint64>(1, static_cast<qint64>(width) * height);
    result.picture = QImage(3 * width + 16, height, QImage::Format_RGB32);
    result.picture.fill(Qt::darkGreen);
    paste(result.picture, actual, 0);
    paste(result.picture, expected, width + 8);
    paste(result.picture, difference, 2 * (width + 8));
    if (actual.size() != expected.size())
        result.sentence = QStringLiteral("the picture has %1 x %2 pixels, the baseline %3 x %4")
                              .arg(actual.width()).arg(actual.height()).arg(expected.width()).arg(expected.height());
    else if (result.share > tolerance.share)
        result.sentence = QStringLiteral("%1 % of the pixels differ by more than %2 (at most %3 % may), the largest difference is %4")
                              .arg(100 * result.share, 0, 'f', 2).arg(tolerance.channel).arg(100 * tolerance.share, 0, 'f', 2)
                              .arg(result.largest);
    result.equal = result.sentence.isEmpty();
    return result;
}

QString differsFromBaseline(const QImage& actual, const QString& view, const PictureTolerance& tolerance) {
    const double ratio = actual.devicePixelRatio();
    const QString name = ratio > 1 ? QStringLiteral("%1@%2x").arg(view).arg(ratio) : view;
    const QString folder = QStringLiteral(LPNTK_BINARY_DIR) + QStringLiteral("/pictures/");
    const QString baseline = QStringLiteral(LPNTK_SOURCE_DIR) + QStringLiteral("/tests/images/") + name + QStringLiteral(".png");
    QDir().mkpath(folder);
    if (actual.isNull())
        return name + QStringLiteral(": there is no picture");
    actual.save(folder + name + QStringLiteral(".actual.png"));
    if (qEnvironmentVariableIntValue("LPNTK_WRITE_BASELINES") == 1) {
        QDir().mkpath(QFileInfo(baseline).path());
        return actual.save(baseline) ? QString() : QStringLiteral("%1 could not be written").arg(baseline);
    }
    const QImage expected(baseline);
    if (expected.isNull())
        return QStringLiteral("%1: there is no baseline %2; look at %3%1.actual.png and run again with LPNTK_WRITE_BASELINES=1")
            .arg(name, baseline, folder);
    const PictureDifference difference = comparePictures(actual, expected, tolerance);
    if (difference.equal)
        return {};
    difference.picture.save(folder + name + QStringLiteral(".difference.png"));
    return QStringLiteral("%1: %2; look at %3%1.difference.png (picture, baseline, difference)").arg(name, difference.sentence, folder);
}

} // namespace lpntk::tests
