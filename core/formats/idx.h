#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace lpntk::formats {

/// An IDX array of bytes (MNIST's format), row-major. `bytes` stay valid as long as `owner`.
struct IdxArray {
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
};

/// Reads an IDX file of unsigned bytes, mapped when plain, inflated when gzip (told by the first bytes). The sizes in
/// the header must match the file exactly. Throws IoError, FormatError.
IdxArray readIdx(const std::filesystem::path& path);

/// True when the file starts like an IDX array of bytes with `dimensions` dimensions, plain or gzip. Never throws.
bool looksLikeIdx(const std::filesystem::path& path, int dimensions);

/// Writes a plain IDX file atomically. `bytes` is row-major of exactly `shape`. Throws IoError, ShapeError.
void writeIdx(const std::filesystem::path& path, std::span<const std::int64_t> shape, std::span<const std::byte> bytes);

} // namespace lpntk::formats
