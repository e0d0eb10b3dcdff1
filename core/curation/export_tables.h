#pragma once

#include <core/curation/subset_table.h>

#include <filesystem>

namespace lpntk::curation {

/// keep_indices.npy, pruned_indices.npy, keep_mask.npy, scores.npy and, where labels were changed by hand, labels.npy.
void writeArrays(const std::filesystem::path& folder, const SubsetTable& table);

/// manifest.csv: one line per sample of the split (RFC 4180, UTF-8). Hashing reads every picture of the run.
void writeManifestCsv(const std::filesystem::path& folder, const SubsetTable& table, bool hashes,
                      const base::JobContext& context);

} // namespace lpntk::curation
