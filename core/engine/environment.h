#pragma once

#include <cstdint>

namespace lpntk::engine {

/// Sets the threading variables that libgomp reads when it is loaded; call first thing in main().
void prepareEnvironment();

/// For programs whose first thread does the work. Tensors of some megabytes come and go in every batch: from now on
/// their memory is not handed back to the system each time, to be faulted in again, but by returnMemory(). A window
/// keeps the allocator's own habits: its pictures would stay, 0.8 GB of them after some minutes, and its jobs run on
/// threads, whose arenas the allocator does not hand back in pieces anyway.
void keepTensorMemory();

/// From now on freed memory stays with the process and returnMemory() does nothing: what a second job writes costs no
/// page faults. For benchmarks.
void keepMemory();

/// Hands freed memory back to the system; for the end of a kernel job. May take a tenth of a second.
void returnMemory();

/// Bytes that freed tensors left to the next ones and that count as resident: 0 unless keepMemory() was called.
std::int64_t keptMemory();

} // namespace lpntk::engine
