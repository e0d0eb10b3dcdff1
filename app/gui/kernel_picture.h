#pragma once

#include <core/run/run.h>

#include <QImage>

namespace lpntk::gui {

/// The kernel of a run as a small square picture in the theme's colours, from its coarsest level that has `side` cells;
/// null for class blocks, which have no pyramid.
QImage kernelPicture(const run::Run& run, int side);

} // namespace lpntk::gui
