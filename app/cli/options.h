#pragma once

#include <core/data/dataset.h>
#include <core/data/preprocessing.h>
#include <core/engine/engine.h>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lpntk::cli {

class Console;

/// --model, --weights, --seed.
struct NetworkOptions {
    std::string model;
    std::filesystem::path weights;
    std::uint64_t seed = 0;

    void addTo(CLI::App& command);
    /// Without --model the name in the weights' own metadata is taken. Throws OptionError when neither names one.
    engine::NetworkSpec spec() const;
};

/// --data, --split, --preprocess | --mean --std, --resize, --crop, --channels.
struct DataOptions {
    std::string source;
    std::string split;
    std::string preset;
    std::vector<float> mean;
    std::vector<float> standardDeviation;
    int resize = 0;
    int crop = 0;
    std::string channels;

    void addTo(CLI::App& command, const std::string& defaultSplit);
    std::shared_ptr<const data::Dataset> load(const Console& console) const;
    /// What was asked for; else what the weights were trained with (their metadata); else the data set's default.
    data::Preprocessing preprocessing(const data::Dataset& dataset, const std::filesystem::path& weights) const;
};

/// --limit | --per-class | --indices: which samples of the split.
struct SampleOptions {
    std::int64_t limit = 0;
    std::int64_t perClass = 0;
    std::filesystem::path indicesFile;

    void addTo(CLI::App& command);
    /// The integers of --indices, empty without it. Throws FormatError, IoError.
    std::vector<std::int64_t> indices() const;
    /// The chosen original indices. Throws OptionError for indices that the split does not have.
    std::vector<std::int64_t> select(const data::Split& split) const;
};

/// --threads.
void addThreads(CLI::App& command, int& threads);
/// --memory with a value such as 4G.
void addMemory(CLI::App& command, std::int64_t& bytes);

/// Value of a key in the weights' safetensors metadata; nothing for other formats, no weights or no such key.
std::optional<std::string> weightsMetadata(const std::filesystem::path& weights, const std::string& key);

/// Line for people about a network that was initialised from a seed or loaded.
std::string describeOrigin(const engine::NetworkSpec& network);

/// "91.2 %".
std::string percent(double share);

} // namespace lpntk::cli
