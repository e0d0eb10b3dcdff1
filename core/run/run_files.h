#pragma once

#include <core/formats/half.h>
#include <core/formats/npy.h>
#include <core/run/run.h>

#include <map>
#include <span>
#include <utility>
#include <vector>

namespace lpntk::run {

/// What Run maps; private to this room. The spans are checked against the manifest when the run is opened.
struct Run::Files {
    /// The stored square of one block: exactly one of the two spans is filled.
    struct Block {
        RowRange rows;
        std::span<const float> kappa;
        std::span<const formats::Half> cosine;
        formats::NpyArray array;
    };

    /// Opens and checks everything of the folder. Throws IoError, FormatError.
    Files(const std::filesystem::path& folder, const Manifest& manifest);

    std::vector<Block> blocks;
    std::vector<int> blockOfLabel;  ///< -1 where a class has no rows
    std::span<const std::int64_t> samples, labels;
    std::span<const float> norms;
    std::vector<RowRange> classRanges;
    std::vector<std::pair<std::int64_t, std::int64_t>> rowOfSample; ///< (sample, row) sorted
    std::span<const std::int32_t> topIndex, bottomIndex, selfMax;
    std::span<const float> topValue, bottomValue, probabilities;
    std::span<const double> rowSum, classSum, classPair;
    std::span<const std::int64_t> histogram, classHistogram;
    std::map<int, std::span<const formats::Half>> pyramid; ///< (3, cells, cells)

private:
    template <typename T>
    std::span<const T> map(const std::filesystem::path& path, std::initializer_list<std::int64_t> shape);
    std::span<const formats::Half> mapHalves(const std::filesystem::path& path, std::vector<std::int64_t> shape);
    void mapBlocks(const std::filesystem::path& folder, const Manifest& manifest);
    void checkRows(const std::filesystem::path& folder, const Manifest& manifest);
    void checkNeighbours(const std::filesystem::path& folder, std::int64_t rows);

    std::vector<formats::NpyArray> m_arrays; ///< keeps the mappings alive
};

} // namespace lpntk::run
