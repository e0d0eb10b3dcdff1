#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::formats {

enum class DType { u8, i8, i16, i32, i64, f16, bf16, f32, f64, boolean, u16, u32, u64 };

std::size_t sizeOf(DType type);
const char* nameOf(DType type); ///< "float32", ...

/// A dense row-major tensor of a weight file; `bytes` stay valid as long as `owner`.
struct NamedTensor {
    std::string name;
    DType type = DType::f32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;

    std::int64_t count() const;
};

/// Weights as read from a file, wrappers opened and prefixes stripped (formats.md section 4).
struct WeightFile {
    std::string format;                 ///< "safetensors", "pytorch-zip", "pytorch-legacy"
    std::vector<std::string> unwrapped; ///< what was opened on the way in, for example {"state_dict", "module."}
    std::vector<NamedTensor> tensors;   ///< in file order
    std::vector<std::pair<std::string, std::string>> metadata; ///< safetensors __metadata__

    const NamedTensor* find(std::string_view name) const;
};

/// Reads safetensors or a PyTorch state dict (kind found by looking at the bytes) without running anything from it.
/// Throws IoError, FormatError (names file, byte or pickle opcode, what was expected; TorchScript and .pt2 archives are
/// recognised and the message says what to do).
WeightFile readWeights(const std::filesystem::path& path);

/// Writes float tensors as safetensors, atomically: contiguous row-major, sorted by offset, metadata as given.
void writeSafetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                      std::span<const std::pair<std::string, std::string>> metadata);

} // namespace lpntk::formats
