#pragma once

#include <core/formats/pickle.h>
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

/// Bytes of a storage and what keeps them alive; exactly count * sizeOf(type) bytes.
struct StorageBytes {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
};
using StorageLookup = std::function<StorageBytes(const TorchStorage&)>;

/// Finds the state dict in what a checkpoint holds, opens wrappers, strips prefixes, makes the tensors. `format` is
/// filled by the caller. Throws FormatError.
WeightFile stateDictFrom(const PickleValue& root, const StorageLookup& storages, const std::string& where);

} // namespace lpntk::formats
