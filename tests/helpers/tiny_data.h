#pragma once

#include <core/data/dataset.h>

#include <cstdint>
#include <filesystem>
#include <memory>

namespace lpntk::tests {

/// A data set in memory with splits "train" (`count` samples) and "test" (a third of it): grey float pictures of
/// side x side pixels, a bright bar per class under noise, so that a small network learns them in a few steps.
std::shared_ptr<const data::Dataset> tinyDataset(std::int64_t count = 96, int classes = 4, int side = 8);

/// A folder with the first samples of each split of an IDX data set, as plain IDX files; for programs that need files.
/// Throws IoError.
void writeIdxFolder(const std::filesystem::path& folder, const data::Dataset& dataset, std::int64_t train,
                    std::int64_t test);

} // namespace lpntk::tests
