#pragma once

#include <core/base/files.h>

#include <cstdint>

namespace lpntk::base {

/// Writes what lies in the system's cache of this stretch of a file to the disk, waits for it, and gives the pages that
/// lie wholly in it back to the system. On a file system that cannot do that nothing happens.
void releasePages(const File& file, std::int64_t offset, std::int64_t bytes);

/// Has the system begin to write these bytes to the disk, so that who syncs the file later waits less.
void beginWriting(const File& file, std::int64_t offset, std::int64_t bytes);

} // namespace lpntk::base
