#pragma once

#include <core/base/job_context.h>
#include <core/data/dataset.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lpntk::data {

// One loader per kind of data set; each fills name, splits, class names (may stay empty: numbers then) and files.
// loadDataset finds the kind, then checks and completes what they return. All throw IoError, FormatError, ShapeError.

Dataset loadIdx(const std::filesystem::path& path, const base::JobContext& context);
Dataset loadCifar(const std::filesystem::path& path, bool hundred, const base::JobContext& context);
Dataset loadImageFolder(const std::filesystem::path& path, const base::JobContext& context);
Dataset loadNpz(const std::filesystem::path& path, const base::JobContext& context);
Dataset loadNpy(const std::filesystem::path& path, const base::JobContext& context);
Dataset loadManifest(const std::filesystem::path& path, const base::JobContext& context);

// Whether `path` is, or holds in a usual place (MNIST/raw, cifar-10-batches-py, ...), such a data set. Looks at names
// and first bytes only; false for what cannot be read.
bool isIdx(const std::filesystem::path& path);
bool isCifar(const std::filesystem::path& path, bool hundred);
bool isImageFolder(const std::filesystem::path& path);
bool isNpz(const std::filesystem::path& path);
bool isNpy(const std::filesystem::path& path);
bool isManifest(const std::filesystem::path& path);

/// The kind of data set at `path` as in Dataset::kind, empty when it is none.
std::string recogniseDataset(const std::filesystem::path& path);

/// Entries of a folder sorted by name, hidden ones left out. Throws IoError.
std::vector<std::filesystem::path> sortedEntries(const std::filesystem::path& folder);

/// The path, else the first of `inside` that exists as a folder within it.
std::filesystem::path usualFolder(const std::filesystem::path& path, std::span<const char* const> inside);

/// Lower case, letters and digits only: "Fashion-MNIST" -> "fashionmnist".
std::string plainWord(const std::string& text);

/// A published data set whose class names are not in its files.
struct KnownSet {
    std::string name;
    std::vector<std::string> classNames;
};
/// Recognises MNIST, Fashion-MNIST and KMNIST by the first labels of the original training split, else by the names of
/// the folders above (`path` downwards three levels).
std::optional<KnownSet> recogniseKnownSet(const std::filesystem::path& path, std::span<const std::int64_t> trainLabels);

} // namespace lpntk::data
