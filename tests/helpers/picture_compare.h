#pragma once

#include <QImage>
#include <QString>

namespace lpntk::tests {

/// How far two pictures may be apart before they count as different.
struct PictureTolerance {
    int channel = 24;           ///< difference of a colour channel (0..255) that does not count, for font and driver differences
    double share = 0.01;        ///< share of pixels that may differ by more
};

struct PictureDifference {
    bool equal = false;
    double share = 0;           ///< of pixels that differ by more than the channel tolerance
    int largest = 0;            ///< largest difference of a channel
    QImage picture;             ///< both and their difference side by side, for eyes
    QString sentence;           ///< what is wrong, empty when equal
};

/// Compares pixel by pixel; pictures of different size are different.
PictureDifference comparePictures(const QImage& actual, const QImage& expected, const PictureTolerance& tolerance = {});

/// Compares with tests/images/<view>.png, a picture at twice the scale with <view>@2x.png. When it differs, or there is
/// no baseline, the picture and the difference are saved in <build>/pictures/<view>.actual.png and
/// <view>.difference.png and the sentence says where. With LPNTK_WRITE_BASELINES=1 in the environment the picture
/// becomes the baseline. Every picture is saved there as <view>.actual.png, so there is always something to look at.
/// Empty = equal.
QString differsFromBaseline(const QImage& actual, const QString& view, const PictureTolerance& tolerance = {});

} // namespace lpntk::tests
