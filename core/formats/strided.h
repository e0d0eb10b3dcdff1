#pragma once

#include <core/formats/weights.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace lpntk::formats {

/// Bytes of a storage, the flat array that tensors are windows of, and what keeps them alive.
struct StorageBytes {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
};

/// A window of a storage as PyTorch writes it down; sizes in elements, none negative.
struct Window {
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides; ///< one per dimension
    std::int64_t offset = 0;
};

/// Numbers in the window. Throws FormatError when strides are missing or an element lies outside a storage of
/// `storageCount` elements.
std::int64_t checkWindow(const Window& window, std::int64_t storageCount, const std::string& where);

/// Makes dense row-major tensors out of windows of storages.
class WindowCutter {
public:
    /// Fills shape, bytes and owner of a tensor whose name and type are set. A contiguous window points into the
    /// storage, any other is gathered; the same window of the same storage gives the same bytes, so that tied tensors
    /// are seen to be one. Throws FormatError (window outside the storage, more than 2 GiB gathered in all).
    void cut(NamedTensor& tensor, Window window, const StorageBytes& storage, const std::string& where);

private:
    using Key = std::tuple<const std::byte*, std::vector<std::int64_t>, std::vector<std::int64_t>, std::int64_t, DType>;
    std::map<Key, std::shared_ptr<std::vector<std::byte>>> m_gathered;
    std::int64_t m_gatheredBytes = 0;
};

} // namespace lpntk::formats
