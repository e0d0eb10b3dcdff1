#pragma once

#include <core/curation/subset_table.h>

#include <filesystem>
#include <vector>

namespace lpntk::curation {

/// Creates a folder and its parents. Throws IoError.
void makeFolder(const std::filesystem::path& folder);

/// Lossless PNG of an 8-bit picture.
void writePng(const std::filesystem::path& path, const data::Image& image);

/// <prefix>-images-idx3-ubyte and <prefix>-labels-idx1-ubyte, picture by picture.
void writeIdxPair(const std::filesystem::path& folder, const std::string& prefix, const SubsetTable& table,
                  const std::vector<std::int64_t>& samples, const base::JobContext& context);

/// .npz, not compressed, with `images` (uint8 (N, H, W) or (N, H, W, C), or float32 (N, H, W) or (N, C, H, W)), `labels`
/// and `indices` (int64), picture by picture.
void writeNpz(const std::filesystem::path& path, const SubsetTable& table, const std::vector<std::int64_t>& samples,
              const base::JobContext& context);

} // namespace lpntk::curation
