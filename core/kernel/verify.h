#pragma once

#include <core/base/job_context.h>
#include <core/engine/engine.h>
#include <core/kernel/layout.h>
#include <core/kernel/store.h>
#include <core/run/run.h>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace lpntk::kernel {

/// By tile number: 1 where what a finished run stores is not what its checksum says (-1 = there is none). Reads all.
std::vector<std::uint8_t> damagedTiles(const Store& store, const Layout& layout,
                                       const std::vector<std::int64_t>& checksums, int threads,
                                       const base::JobContext& context);

/// The same for the run in a folder, of which the large files may be missing or cut off.
engine::StoredTiles checkStored(const std::filesystem::path& folder, int threads, const base::JobContext& context);

/// Reads all tiles of a finished run and compares them with the checksums of its journal. Throws FormatError saying how
/// many differ, and naming the first.
void verifyStored(const run::Run& run, int threads, const base::JobContext& context);

} // namespace lpntk::kernel
