#pragma once

#include <core/base/files.h>
#include <core/formats/torch_state.h>
#include <core/formats/weights.h>
#include <core/formats/zip.h>

#include <filesystem>
#include <memory>
#include <string>

namespace lpntk::formats {

// The readers behind readWeights, one per container; each is given the mapped file and the name for messages.

bool looksLikeSafetensors(std::span<const std::byte> bytes);
WeightFile readSafetensors(std::shared_ptr<const base::MappedFile> file, const std::string& where);

/// A zip written by torch.save since 1.6. Refuses TorchScript and `.pt2` with what to do instead.
WeightFile readTorchZip(const std::filesystem::path& path);
/// The same from an archive that is open. Throws FormatError.
WeightFile readTorchState(const ZipArchive& zip, StateDictKind kind);

bool looksLikeTorchLegacy(std::span<const std::byte> bytes);
/// A stream of pickles followed by the storages, written by torch.save before 1.6.
WeightFile readTorchLegacy(std::shared_ptr<const base::MappedFile> file, const std::string& where);

/// Throws FormatError when a tensor of bool type has a byte other than 0 and 1, which would be undefined to read.
void checkBooleans(const NamedTensor& tensor, const std::string& where);

} // namespace lpntk::formats
