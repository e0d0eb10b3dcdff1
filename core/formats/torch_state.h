#pragma once

#include <core/formats/pickle.h>
#include <core/formats/strided.h>
#include <core/formats/weights.h>

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace lpntk::formats {

/// A storage as a persistent id names it: a flat array that tensors are windows of.
struct TorchStorage {
    std::string key;
    DType type = DType::f32;
    std::int64_t count = 0; ///< elements
};

/// The storage behind ('storage', type, key, location, count[, view]). Throws FormatError.
TorchStorage torchStorage(const PickleValue& persistent, const std::string& where);

/// Exactly count * sizeOf(type) bytes.
using StorageLookup = std::function<StorageBytes(const TorchStorage&)>;

/// How freely a state dict is looked for.
enum class StateDictKind {
    checkpoint, ///< what people save: wrappers are opened, prefixes stripped, at least one tensor must be there
    exact       ///< part of an exported program: a dict of tensors under their own names, may be empty
};

/// Finds the state dict in what a checkpoint holds and makes the tensors. `format` is filled by the caller. Throws
/// FormatError.
WeightFile stateDictFrom(const PickleValue& root, const StorageLookup& storages, StateDictKind kind,
                         const std::string& where);

} // namespace lpntk::formats
