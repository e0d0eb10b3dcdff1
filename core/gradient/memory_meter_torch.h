#pragma once

#include <cstdint>
#include <functional>

namespace lpntk::gradient {

/// Most bytes that libtorch's CPU allocator held at once for `work` on this thread, beyond what it held before.
/// Scratch memory that libraries below libtorch take by themselves is not seen.
std::int64_t peakBytes(const std::function<void()>& work);

} // namespace lpntk::gradient
