#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/formats/pt2.h>
#include <core/formats/torch_state.h>
#include <core/formats/weight_readers.h>
#include <core/formats/zip.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace lpntk::formats {

using base::FormatError;

namespace {

constexpr std::int64_t kLargestPickle = std::int64_t{256} << 20;

bool any(const ZipArchive& zip, auto&& test) {
    return std::any_of(zip.entries().begin(), zip.entries().end(),
                       [&](const ZipArchive::Entry& entry) { return test(entry.name); });
}

/// Archives that are zip files but no state dict, each with what to do.
void refuseOthers(const ZipArchive& zip, const std::string& where) {
    if (any(zip, [](const std::string& name) { return name.find("aotinductor/") != std::string::npos; }))
        throw FormatError(where +
                          " is an AOTInductor package with native code, which is never run; in Python save the weights "
                          "alone: torch.save(model.state_dict(), \"weights.pt\")");
    if (holdsExportedProgram(zip))
        throw FormatError(where + " is an exported program (.pt2), a network with its weights; give it as --model");
    if (any(zip, [](const std::string& name) {
            return name.ends_with("/constants.pkl") || name.find("/code/") != std::string::npos;
        }))
        throw FormatError(where +
                          " is a TorchScript archive, which PyTorch has deprecated; in Python save the weights alone: "
                          "torch.save(torch.jit.load(path).state_dict(), \"weights.pt\")");
    if (any(zip, [](const std::string& name) { return name.ends_with(".npy"); }))
        throw FormatError(where + " is an .npz archive of arrays and no PyTorch checkpoint");
}

} // namespace

WeightFile readTorchState(const ZipArchive& zip, StateDictKind kind) {
    const std::string& where = zip.where();
    std::string folder;
    int pickles = 0;
    for (const ZipArchive::Entry& entry : zip.entries()) {
        if (entry.name.ends_with("/data.pkl")) {
            folder = entry.name.substr(0, entry.name.size() - 8);
            ++pickles;
        }
    }
    if (pickles != 1)
        throw FormatError(
            fmt::format("{} is a zip archive with {} entries data.pkl; a PyTorch checkpoint has one", where, pickles));
    if (const ZipArchive::Entry* order = zip.find(folder + "byteorder")) {
        const std::vector<std::byte> text = zip.read(*order, 64);
        if (std::string_view(reinterpret_cast<const char*>(text.data()), text.size()) != "little")
            throw FormatError(where +
                              " was written on a big-endian machine, which is not read; save it again as safetensors");
    }
    const std::vector<std::byte> pickle = zip.read(*zip.find(folder + "data.pkl"), kLargestPickle);
    const auto document = readPickle(pickle, where + ", data.pkl");
    if (document->size != pickle.size())
        throw FormatError(where + ", data.pkl: data after the end of the pickle");

    std::map<std::string, std::shared_ptr<std::vector<std::byte>>> loaded;
    const StorageLookup storages = [&](const TorchStorage& storage) -> StorageBytes {
        auto& bytes = loaded[storage.key];
        if (!bytes) {
            const ZipArchive::Entry* entry = zip.find(folder + "data/" + storage.key);
            if (!entry)
                throw FormatError(
                    fmt::format("{}: the storage \"{}\" is missing from the archive", where, storage.key));
            const std::int64_t declared = storage.count * static_cast<std::int64_t>(sizeOf(storage.type));
            if (entry->size != declared)
                throw FormatError(fmt::format("{}: the storage \"{}\" has {} bytes; {} were declared", where,
                                              storage.key, entry->size, declared));
            bytes = std::make_shared<std::vector<std::byte>>(zip.read(*entry, declared));
        }
        return {*bytes, bytes};
    };
    WeightFile file = stateDictFrom(*document->root, storages, kind, where);
    file.format = "pytorch-zip";
    return file;
}

WeightFile readTorchZip(const std::filesystem::path& path) {
    const ZipArchive zip(path);
    refuseOthers(zip, zip.where());
    return readTorchState(zip, StateDictKind::checkpoint);
}

} // namespace lpntk::formats
