#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lpntk::formats {

/// One weight file of a training history.
struct Checkpoint {
    std::filesystem::path file;
    std::int64_t number = 0;
    std::string unit; ///< "epoch", "iteration", or "" where the name has a bare number
};

/// Whether a path stands for several checkpoints: a folder, or a pattern with * or ? in its last part.
bool namesHistory(const std::filesystem::path& path);

/// The checkpoints of a folder or of a pattern ("runs/a/epoch-*.safetensors"), in the order of the epochs or iterations
/// that their names tell ("epoch-003.safetensors", "model_iter1200.pth", "epoch=3-step=900.ckpt", "7.pt"). Files without a
/// number ("best.pth", "optimizer.pt") are left out. Throws IoError for a folder that cannot be read, FormatError where no
/// checkpoint is found and where the order is not clear.
std::vector<Checkpoint> findCheckpoints(const std::filesystem::path& folderOrPattern);

} // namespace lpntk::formats
