#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace lpntk::kernel {

struct FreeAligned {
    void operator()(void* memory) const { std::free(memory); }
};

/// Numbers that begin on a page. Matrix products round differently at different alignments of their operands; with
/// every array on a page and every row on a cache line the bits depend on sizes alone.
template <typename T> std::unique_ptr<T[], FreeAligned> allocateAligned(std::int64_t count) {
    constexpr std::int64_t kPage = 4096;
    const auto bytes =
        static_cast<std::size_t>((count * static_cast<std::int64_t>(sizeof(T)) + kPage - 1) / kPage * kPage);
    void* memory = std::aligned_alloc(static_cast<std::size_t>(kPage), std::max<std::size_t>(bytes, kPage));
    if (!memory)
        throw std::bad_alloc();
    return std::unique_ptr<T[], FreeAligned>(static_cast<T*>(memory));
}

} // namespace lpntk::kernel
