#pragma once

#include <cstdint>

namespace lpntk::engine {

/// Sets the threading variables that libgomp reads when it is loaded, and how the allocator treats the memory of
/// tensors; call first thing in main().
void prepareEnvironment();

/// From now on freed memory stays with the process and returnMemory() does nothing: what a second job writes costs no
/// page faults. For benchmarks.
void keepMemory();

/// Hands freed memory back to the system; for the end of a kernel job. May take a tenth of a second, in which other
/// threads wait for memory.
void returnMemory();

/// Bytes that freed tensors left to the next ones and that count as resident: 0 unless keepMemory() was called.
std::int64_t keptMemory();

} // namespace lpntk::engine
