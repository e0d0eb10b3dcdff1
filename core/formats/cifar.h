#pragma once

#include <core/formats/weights.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::formats {

/// One batch file of CIFAR-10 or CIFAR-100: planar RGB pictures of 3 x 32 x 32, one after the other.
struct CifarBatch {
    std::span<const std::byte> pixels; ///< labels.size() * 3072
    std::shared_ptr<const void> owner;
    std::vector<std::int64_t> labels; ///< fine ones of CIFAR-100
    std::vector<std::int64_t> coarse; ///< CIFAR-100 only
};

/// The binary version: records of one (CIFAR-10) or two (CIFAR-100) label bytes and 3,072 pixels. Throws IoError,
/// FormatError.
CifarBatch readCifarBinary(const std::filesystem::path& path, bool hundred);

/// The Python version: a pickled dict with data and labels or fine_labels, read without running it. Throws IoError,
/// FormatError.
CifarBatch readCifarPython(const std::filesystem::path& path, bool hundred);

/// `key` of a pickled dict of names (batches.meta, meta), a list of strings. Throws IoError, FormatError.
std::vector<std::string> readCifarPythonNames(const std::filesystem::path& path, const char* key);

} // namespace lpntk::formats
