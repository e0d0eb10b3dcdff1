#pragma once

namespace lpntk::engine {

/// Sets the threading variables that libgomp reads when it is loaded, and how the allocator treats the memory of
/// tensors; call first thing in main().
void prepareEnvironment();

/// From now on freed memory stays with the process until returnMemory(): what a second job writes costs no page faults.
void keepMemory();

/// Hands freed memory back to the system; for when a job has ended.
void returnMemory();

} // namespace lpntk::engine
