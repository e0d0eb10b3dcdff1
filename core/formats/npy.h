#pragma once

#include <core/base/checked.h>
#include <core/base/files.h>
#include <core/formats/weights.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::formats {

template <typename T> constexpr DType dtypeOf();
template <> constexpr DType dtypeOf<std::uint8_t>() { return DType::u8; }
template <> constexpr DType dtypeOf<std::int8_t>() { return DType::i8; }
template <> constexpr DType dtypeOf<std::int16_t>() { return DType::i16; }
template <> constexpr DType dtypeOf<std::int32_t>() { return DType::i32; }
template <> constexpr DType dtypeOf<std::int64_t>() { return DType::i64; }
template <> constexpr DType dtypeOf<float>() { return DType::f32; }
template <> constexpr DType dtypeOf<double>() { return DType::f64; }
template <> constexpr DType dtypeOf<bool>() { return DType::boolean; }
template <> constexpr DType dtypeOf<std::uint16_t>() { return DType::u16; }
template <> constexpr DType dtypeOf<std::uint32_t>() { return DType::u32; }
template <> constexpr DType dtypeOf<std::uint64_t>() { return DType::u64; }

/// Header of an .npy file: C order, little-endian or single-byte types only.
struct NpyHeader {
    DType type = DType::f32;
    std::vector<std::int64_t> shape;
    std::int64_t dataOffset = 0; ///< bytes from the start of the file, a multiple of 64 when written by us

    std::int64_t count() const { return base::checkedProduct(shape, "array"); }
    std::int64_t dataBytes() const;
};

/// Parses and checks a header at the start of `bytes`; `where` names the file in errors. Throws FormatError (magic,
/// version, object arrays, Fortran order, big-endian, absurd shapes).
NpyHeader parseNpyHeader(std::span<const std::byte> bytes, const std::string& where);

/// The bytes of a version 1.0 header for this type and shape, padded to a multiple of 64.
std::vector<std::byte> npyHeaderBytes(DType type, std::span<const std::int64_t> shape);

/// A whole .npy file of UTF-8 texts as NumPy's strings of fixed width, which it reads without pickle.
std::vector<std::byte> npyTextArray(std::span<const std::string> texts);

/// An .npy array mapped read-only. The file length must match the header exactly.
class NpyArray {
public:
    /// Throws IoError, FormatError.
    static NpyArray open(const std::filesystem::path& path);
    /// The same over bytes at hand (an entry of an .npz); `owner` keeps them alive.
    static NpyArray fromBytes(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const std::string& where);

    DType type() const { return m_header.type; }
    const std::vector<std::int64_t>& shape() const { return m_header.shape; }
    std::int64_t count() const { return m_header.count(); }
    std::span<const std::byte> bytes() const { return m_data; }
    std::shared_ptr<const void> owner() const { return m_owner; }

    /// The elements as T. Throws FormatError when the stored type is another or the shape is not `expected`
    /// (-1 matches any size).
    template <typename T> std::span<const T> as(std::initializer_list<std::int64_t> expected = {}) const {
        checkIs(dtypeOf<T>(), expected);
        return {reinterpret_cast<const T*>(m_data.data()), m_data.size() / sizeof(T)};
    }
    /// Any integer type converted. Throws FormatError for other types.
    std::vector<std::int64_t> toInt64() const;

private:
    void checkIs(DType type, std::initializer_list<std::int64_t> expected) const;
    NpyHeader m_header;
    std::span<const std::byte> m_data;
    std::shared_ptr<const void> m_owner;
    std::string m_where;
};

/// Writes an array atomically. `bytes` is row-major of exactly type and shape.
void writeNpyBytes(const std::filesystem::path& path, DType type, std::span<const std::int64_t> shape,
                   std::span<const std::byte> bytes);

template <typename T>
void writeNpy(const std::filesystem::path& path, std::span<const T> values, std::initializer_list<std::int64_t> shape) {
    writeNpyBytes(path, dtypeOf<T>(), std::span(shape.begin(), shape.size()), std::as_bytes(values));
}
template <typename T> void writeNpy(const std::filesystem::path& path, const std::vector<T>& values) {
    writeNpy(path, std::span<const T>(values), {static_cast<std::int64_t>(values.size())});
}

} // namespace lpntk::formats
