#pragma once

#include <core/base/json_file.h>
#include <core/data/dataset.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lpntk::data {

/// What happens between a stored picture and the network's input, in this order: resize (shorter side), centre crop,
/// grey/RGB, (x - mean) / std per channel. Recorded in every run and recipe.
struct Preprocessing {
    enum class Channels { asStored, grey, rgb };

    std::string name = "none";       ///< preset name or "custom"
    std::vector<float> mean;         ///< per channel or one for all; empty = no normalisation
    std::vector<float> standardDeviation;
    int resize = 0;                  ///< shorter side in pixels, 0 = leave
    int crop = 0;                    ///< side of the centre square, 0 = leave
    Channels channels = Channels::asStored;

    /// Throws OptionError naming the field that cannot work.
    void check() const;
};

/// "none", "mnist", "fashion-mnist", "cifar10", "cifar100", "imagenet". Throws OptionError listing them.
Preprocessing preprocessingPreset(const std::string& name);
std::vector<std::string> preprocessingNames();

/// The preset that fits the data set (by name and kind), "none" for floats that are preprocessed.
Preprocessing defaultPreprocessing(const Dataset& dataset);

base::Json toJson(const Preprocessing& preprocessing);
Preprocessing preprocessingFromJson(const base::Json& json, const std::string& where);

/// Shape of the network's input for this split. Throws ShapeError when pictures differ in size and no resize and crop
/// make them equal.
ImageShape inputShape(const Split& split, const Preprocessing& preprocessing);

/// Fills `out` (indices.size(), C, H, W) with the network's input of the given samples. Safe from any thread.
void fillBatch(const Split& split, std::span<const std::int64_t> indices, const Preprocessing& preprocessing,
               std::span<float> out);

} // namespace lpntk::data
