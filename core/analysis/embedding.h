#pragma once

#include <core/run/run.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lpntk::analysis {

/// Coordinates of a run's samples from a file, made by some other program (UMAP, t-SNE, the features of a network).
struct Embedding {
    std::int64_t rows = 0;
    std::vector<std::string> names; ///< of the columns, at least two
    std::vector<float> values;      ///< (rows, names.size()) row-major, in the order of the run's rows
};

/// Columns kept of a wide file.
inline constexpr std::size_t kMostEmbeddingColumns = 8;

/// Reads an embedding by its ending. `.npy`: (M, 2 or more) numbers; `.csv`: a header line and numbers, of which the
/// columns projection_x, projection_y (_z) or x, y (z) are taken, else every column of numbers but labels. Line i
/// belongs to the sample of original index i, or in a CSV file to the one that its column `index` or `sample` names; a
/// file of just as many lines as the run has rows may also hold only these, by rising original index. Throws IoError,
/// FormatError (not finite, not numbers, a shape of another kind), ShapeError (samples of the run are missing).
Embedding readEmbedding(const std::filesystem::path& path, const run::Run& run);

} // namespace lpntk::analysis
