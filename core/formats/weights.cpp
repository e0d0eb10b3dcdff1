#include <core/base/error.h>
#include <core/formats/weight_readers.h>
#include <core/formats/weights.h>

#include <fmt/format.h>

#include <cstring>
#include <string_view>

namespace lpntk::formats {

namespace {

bool startsWith(std::span<const std::byte> bytes, std::string_view magic) {
    return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

} // namespace

WeightFile readWeights(const std::filesystem::path& path) {
    const std::string where = base::quoted(path);
    auto file = base::MappedFile::open(path);
    const std::span<const std::byte> bytes = file->bytes();
    if (bytes.empty())
        throw base::FormatError(where + " is empty; a safetensors file or a PyTorch state dict was expected");
    if (startsWith(bytes, "PK"))
        return readTorchZip(path);
    if (looksLikeSafetensors(bytes))
        return readSafetensors(std::move(file), where);
    if (looksLikeTorchLegacy(bytes))
        return readTorchLegacy(std::move(file), where);
    if (startsWith(bytes, "\x89HDF"))
        throw base::FormatError(
            where + " is an HDF5 file (Keras?); save the weights from PyTorch as safetensors or a state dict");
    throw base::FormatError(where +
                            " is neither a safetensors file nor a PyTorch checkpoint (unknown first bytes); save the "
                            "weights with safetensors.torch.save_file(model.state_dict(), ...) or torch.save(...)");
}

} // namespace lpntk::formats
