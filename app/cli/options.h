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
    /// Without --model the name in the weights' own metadata is taken; without that the engine guesses it from their
    /// keys and shapes. Throws OptionError without --model and --weights.
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

/// Validators with sentences; CLI11's own print the largest double.
CLI::Validator atLeast(std::int64_t low);
CLI::Validator above(double low);
/// A share: from 0 to 1, or above 0 and at most 1.
CLI::Validator share(bool zeroAllowed, const std::string& what = "a share");

/// Lines for people about a loaded network: its name, where its numbers come from, and how the keys were mapped.
void tellNetwork(const Console& console, const engine::NetworkInfo& network, const engine::NetworkSpec& spec);
/// The same as keys of a result: model, guessed, weights, fromSeed, unwrapped, mapping.
void addNetwork(base::Json& json, const engine::NetworkInfo& network, const engine::NetworkSpec& spec);

/// "91.2 %".
std::string percent(double share);

} // namespace lpntk::cli
