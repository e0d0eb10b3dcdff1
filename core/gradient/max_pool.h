#pragma once

#include <core/gradient/unfold.h>

#include <cstddef>
#include <cstdint>

namespace lpntk::gradient {

/// The largest number of every window of `count` planes (H, W), and its place in the plane, y * W + x: the first of
/// equal ones; (count, H' * W') each. The windows lie within the planes and have no gaps. As libtorch's, which visits
/// number by number and takes twice as long.
void poolPlanes(const double* planes, std::size_t count, const Windows& windows, double* maxima, std::int64_t* places);

} // namespace lpntk::gradient
