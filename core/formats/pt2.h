#pragma once

#include <core/formats/weights.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lpntk::formats {

class ZipArchive;

/// The parts of a file written by torch.export.save: the program as JSON, and every tensor it names. Both layouts are
/// read (formats.md section 4): raw storages with a table since torch 2.9, pickled state dicts before.
struct Pt2Archive {
    std::string program;                ///< JSON text of the exported program
    std::vector<NamedTensor> weights;   ///< parameters and buffers of the state dict, by name
    std::vector<NamedTensor> constants; ///< buffers that are not saved and constants of the graph, by name
};

/// A number type of the export schema (torch/_export/serde/schema.py), whose numbers are not those of c10; nothing for
/// types that are not supported.
std::optional<DType> pt2Type(std::int64_t number);

/// Whether a zip archive is an exported program.
bool holdsExportedProgram(const ZipArchive& zip);
/// The same of a file; false for anything that cannot be opened or is no zip.
bool looksLikePt2(const std::filesystem::path& path);

/// Reads the archive without running anything from it. Throws IoError, FormatError (AOTInductor packages with native
/// code, pickled tensors of unknown kinds, sizes that do not fit, several programs in one file).
Pt2Archive readPt2(const std::filesystem::path& path);

} // namespace lpntk::formats
