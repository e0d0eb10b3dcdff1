#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/formats/strided.h>

#include <fmt/format.h>

#include <cstring>

namespace lpntk::formats {

using base::FormatError;

namespace {

/// Bytes that windows which are not contiguous may unfold to, all together.
constexpr std::int64_t kMostGathered = std::int64_t{2} << 30;

bool isContiguous(const Window& window) {
    std::int64_t expected = 1;
    for (std::size_t d = window.shape.size(); d-- > 0;) {
        if (window.shape[d] != 1 && window.strides[d] != expected)
            return false;
        expected *= window.shape[d];
    }
    return true;
}

void gather(const Window& window, std::int64_t count, std::span<const std::byte> storage, std::size_t size,
            std::byte* out) {
    std::vector<std::int64_t> position(window.shape.size(), 0);
    std::int64_t element = window.offset;
    for (std::int64_t i = 0; i < count; ++i) {
        std::memcpy(out + static_cast<std::size_t>(i) * size,
                    storage.data() + static_cast<std::size_t>(element) * size, size);
        for (std::size_t d = position.size(); d-- > 0;) {
            element += window.strides[d];
            if (++position[d] < window.shape[d])
                break;
            element -= window.strides[d] * window.shape[d];
            position[d] = 0;
        }
    }
}

} // namespace

std::int64_t checkWindow(const Window& window, std::int64_t storageCount, const std::string& where) {
    if (window.strides.size() != window.shape.size())
        throw FormatError(
            fmt::format("{}: {} strides for {} dimensions", where, window.strides.size(), window.shape.size()));
    const std::int64_t count = base::checkedProduct(window.shape, where);
    if (count == 0)
        return 0;
    // The largest element that the window reaches.
    std::int64_t last = window.offset;
    for (std::size_t d = 0; d < window.shape.size(); ++d)
        last = base::checkedSum(last, base::checkedProduct({window.shape[d] - 1, window.strides[d]}, where), where);
    if (last >= storageCount)
        throw FormatError(fmt::format("{}: reaches element {} of a storage of {}", where, last, storageCount));
    return count;
}

void WindowCutter::cut(NamedTensor& tensor, Window window, const StorageBytes& storage, const std::string& where) {
    const std::size_t size = sizeOf(tensor.type);
    const std::int64_t count = checkWindow(window, static_cast<std::int64_t>(storage.bytes.size() / size), where);
    tensor.shape = window.shape;
    tensor.owner = storage.owner;
    if (count == 0)
        return;
    if (isContiguous(window)) {
        tensor.bytes = storage.bytes.subspan(static_cast<std::size_t>(window.offset) * size,
                                             static_cast<std::size_t>(count) * size);
        return;
    }
    auto& copy = m_gathered[{storage.bytes.data(), window.shape, window.strides, window.offset, tensor.type}];
    if (!copy) {
        const std::int64_t needed = base::checkedProduct({count, static_cast<std::int64_t>(size)}, where);
        m_gatheredBytes = base::checkedSum(m_gatheredBytes, needed, where);
        if (m_gatheredBytes > kMostGathered)
            throw FormatError(fmt::format("{}: unfolds to more than {} bytes; save it contiguous", where, kMostGathered));
        copy = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(needed));
        gather(window, count, storage.bytes, size, copy->data());
    }
    tensor.bytes = *copy;
    tensor.owner = copy;
}

} // namespace lpntk::formats
