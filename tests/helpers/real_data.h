#pragma once

#include <filesystem>
#include <optional>

namespace lpntk::tests {

/// Folder with the four IDX files of Fashion-MNIST (Debian's dataset-fashion-mnist, or LPNTK_FASHION_MNIST), empty
/// when it is not installed; tests then skip with that reason.
std::optional<std::filesystem::path> fashionMnist();

/// The shipped LeNet-5 checkpoint.
std::filesystem::path sampleCheckpoint();

/// Folder of the small networks that torch.export.save wrote, one file per network and version of PyTorch, and per
/// network what PyTorch makes of it (tests/conformance/export_networks.py).
std::filesystem::path exportedNetworks();

} // namespace lpntk::tests
