#pragma once

#include <core/formats/npy.h>
#include <core/formats/zip.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::formats {

/// An .npz archive: named NumPy arrays, read one by one when asked for. One thread at a time.
class NpzArchive {
public:
    /// Throws IoError, FormatError when the archive is damaged or holds something other than .npy entries.
    explicit NpzArchive(const std::filesystem::path& path);

    /// Names without ".npy", in file order.
    const std::vector<std::string>& names() const { return m_names; }
    bool contains(std::string_view name) const;
    /// Type and shape without reading the data. Throws FormatError.
    NpyHeader header(const std::string& name) const;
    /// Throws FormatError (no such array; damaged).
    NpyArray array(const std::string& name) const;

private:
    const ZipArchive::Entry& entry(const std::string& name) const;
    std::string m_where;
    ZipArchive m_zip;
    std::vector<std::string> m_names;
};

/// One array to be written; `bytes` is row-major of exactly type and shape.
struct NpzArray {
    std::string name;
    DType type = DType::u8;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
};

/// A list of UTF-8 texts to be written, which NumPy reads as an array of strings.
struct NpzTexts {
    std::string name;
    std::vector<std::string> texts;
};

/// Writes an .npz (not compressed) atomically. Throws IoError, ShapeError.
void writeNpz(const std::filesystem::path& path, std::span<const NpzArray> arrays,
              std::span<const NpzTexts> texts = {});

} // namespace lpntk::formats
