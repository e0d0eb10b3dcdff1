#include "real_data.h"

#include <cstdlib>

namespace lpntk::tests {

std::optional<std::filesystem::path> fashionMnist() {
    const char* named = std::getenv("LPNTK_FASHION_MNIST");
    const std::filesystem::path folder = named ? named : "/usr/share/datasets/fashion-mnist";
    std::error_code code;
    if (!std::filesystem::exists(folder / "train-images-idx3-ubyte.gz", code))
        return std::nullopt;
    return folder;
}

std::filesystem::path sampleCheckpoint() {
    return std::filesystem::path(LPNTK_SOURCE_DIR) / "resources/checkpoints/lenet5-fashion-mnist.safetensors";
}

std::filesystem::path exportedNetworks() {
    return std::filesystem::path(LPNTK_SOURCE_DIR) / "tests/conformance/pt2";
}

} // namespace lpntk::tests
