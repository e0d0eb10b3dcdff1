#pragma once

/// Before a function of loops: one copy of it per vector width, chosen when the library is loaded. The sanitizers'
/// runtimes are not ready that early.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LPNTK_WIDTHS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LPNTK_WIDTHS
#endif
