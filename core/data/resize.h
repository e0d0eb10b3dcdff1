#pragma once

#include <core/data/dataset.h>

#include <span>

namespace lpntk::data {

/// Bilinear resize with anti-aliasing: a triangle filter as wide as the reduction, edges cut off and renormalised (what
/// Pillow's and torchvision's antialiased bilinear do, here without rounding in between). Planar (C, H, W) floats.
void resizeBilinear(std::span<const float> in, const ImageShape& from, std::span<float> out, const ImageShape& to);

} // namespace lpntk::data
