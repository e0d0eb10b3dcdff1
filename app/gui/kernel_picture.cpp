#include "kernel_picture.h"

#include <core/analysis/class_pairs.h>
#include <core/analysis/colour_map.h>

#include <widgets/models/theme.h>

#include <algorithm>

namespace lpntk::gui {

QImage kernelPicture(const run::Run& run, int side) {
    if (!run.hasFull() || run.rows() <= 0)
        return {};
    int level = 0;
    for (const int candidate : run.levels())
        if (run.cells(candidate) >= side)
            level = std::max(level, candidate);
    // A run too large for its own level 0 has levels; a small one is read directly.
    const std::int64_t cells = level == 0 ? run.rows() : run.cells(level);
    if (cells > 4096)
        return {};
    std::vector<float> values(static_cast<std::size_t>(cells * cells));
    run.cells(level, run::CellStatistic::mean, {0, cells}, {0, cells}, values);
    const auto& map = analysis::ColourMap::diverging(models::theme().isDark());
    const float range = static_cast<float>(std::max(0.05, analysis::defaultRange(run)));
    QImage image(static_cast<int>(cells), static_cast<int>(cells), QImage::Format_RGB32);
    for (int y = 0; y < image.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < image.width(); ++x) {
            const analysis::Rgb colour = map.colour(values[static_cast<std::size_t>(y) * static_cast<std::size_t>(cells)
                                                           + static_cast<std::size_t>(x)], range);
            line[x] = qRgb(colour.red, colour.green, colour.blue);
        }
    }
    return image.scaled(side, side, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

} // namespace lpntk::gui
