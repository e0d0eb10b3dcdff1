#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/json_file.h>
#include <core/formats/pt2.h>
#include <core/formats/strided.h>
#include <core/formats/torch_state.h>
#include <core/formats/weight_readers.h>
#include <core/formats/zip.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace lpntk::formats {

using base::FormatError;
using base::Json;

namespace {

constexpr std::int64_t kLargestJson = std::int64_t{256} << 20;
constexpr std::int64_t kLargestState = std::int64_t{16} << 30;
constexpr std::size_t kMostDimensions = 32;
constexpr const char* kProgram = "serialized_exported_program.json";

std::string textOf(const ZipArchive& zip, const ZipArchive::Entry& entry, std::int64_t limit) {
    const std::vector<std::byte> bytes = zip.read(entry, limit);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

DType typeFromSchema(std::int64_t number, const std::string& where) {
    if (const auto type = pt2Type(number))
        return *type;
    throw FormatError(fmt::format("{}: the number type {} of the export schema is not supported; export the network in "
                                  "float32 (model.float())",
                                  where, number));
}

/// A size as the schema writes it, {"as_int": 3}.
std::int64_t knownSize(const Json& json, const std::string& where) {
    const auto value = base::requiredKey<std::int64_t>(json, "as_int", where);
    if (value < 0)
        throw FormatError(where + ": a size or stride is negative");
    return value;
}

std::vector<std::int64_t> knownSizes(const Json& meta, const char* key, const std::string& where) {
    const Json list = base::requiredKey<Json>(meta, key, where);
    if (!list.is_array() || list.size() > kMostDimensions)
        throw FormatError(fmt::format("{}: \"{}\" is not a list of at most {} sizes", where, key, kMostDimensions));
    std::vector<std::int64_t> sizes;
    for (const Json& size : list)
        sizes.push_back(knownSize(size, where));
    return sizes;
}

/// PyTorch 2.6 writes infinities bare, which is no JSON; newer versions write them as text, and so do we.
std::string withQuotedInfinities(const std::string& text) {
    constexpr std::array<std::string_view, 3> kBare{"-Infinity", "Infinity", "NaN"};
    std::string result;
    result.reserve(text.size());
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (inString && text[i] == '\\' && i + 1 < text.size())
            result += text[i++];
        else if (text[i] == '"')
            inString = !inString;
        const auto bare = std::find_if(kBare.begin(), kBare.end(), [&](std::string_view word) {
            return !inString && text.compare(i, word.size(), word) == 0;
        });
        if (bare == kBare.end()) {
            result += text[i];
            continue;
        }
        result += '"';
        result += *bare;
        result += '"';
        i += bare->size() - 1;
    }
    return result;
}

/// The layout since torch 2.9: storages as they are in memory, and a table that says which tensor is which window.
class StorageTable {
public:
    StorageTable(const ZipArchive& zip, std::string folder) : m_zip(zip), m_folder(std::move(folder)) {}

    std::vector<NamedTensor> read(const std::string& table) {
        const ZipArchive::Entry* entry = m_zip.find(m_folder + table);
        if (!entry)
            return {};
        const std::string where = fmt::format("{}, {}", m_zip.where(), entry->name);
        const Json json = base::parseJson(textOf(m_zip, *entry, kLargestJson), where);
        std::vector<NamedTensor> tensors;
        const Json config = base::requiredKey<Json>(json, "config", where);
        for (const auto& [name, description] : config.items())
            tensors.push_back(tensor(name, description, fmt::format("{}, tensor \"{}\"", where, name)));
        return tensors;
    }

private:
    NamedTensor tensor(const std::string& name, const Json& json, const std::string& where) {
        if (base::requiredKey<bool>(json, "use_pickle", where))
            throw FormatError(where + ": is pickled as an object of Python, which is never run; export the network with "
                                      "plain tensors (no tensor subclasses, no script objects)");
        const Json meta = base::requiredKey<Json>(json, "tensor_meta", where);
        if (base::requiredKey<std::int64_t>(meta, "layout", where) != kStrided)
            throw FormatError(where + ": is not a dense tensor; export the network with dense ones");
        NamedTensor result;
        result.name = name;
        result.type = typeFromSchema(base::requiredKey<std::int64_t>(meta, "dtype", where), where);
        Window window{knownSizes(meta, "sizes", where), knownSizes(meta, "strides", where),
                      knownSize(base::requiredKey<Json>(meta, "storage_offset", where), where)};
        m_cutter.cut(result, std::move(window), storage(base::requiredKey<std::string>(json, "path_name", where), where),
                     where);
        checkBooleans(result, where);
        return result;
    }

    const StorageBytes& storage(const std::string& name, const std::string& where) {
        const auto known = m_storages.find(name);
        if (known != m_storages.end())
            return known->second;
        const ZipArchive::Entry* entry = m_zip.find(m_folder + name);
        if (!entry)
            throw FormatError(fmt::format("{}: its storage \"{}\" is missing from the archive", where, name));
        auto bytes = std::make_shared<std::vector<std::byte>>(m_zip.read(*entry, kLargestState));
        return m_storages.emplace(name, StorageBytes{*bytes, bytes}).first->second;
    }

    static constexpr std::int64_t kStrided = 7;
    const ZipArchive& m_zip;
    std::string m_folder;
    std::map<std::string, StorageBytes> m_storages;
    WindowCutter m_cutter;
};

/// A state dict as torch.save wrote it, a zip archive within the archive.
std::vector<NamedTensor> pickledState(const ZipArchive& zip, const std::string& name) {
    const ZipArchive::Entry* entry = zip.find(name);
    if (!entry || entry->size == 0)
        return {};
    const std::string where = fmt::format("{}, {}", zip.where(), name);
    return readTorchState(ZipArchive(zip.read(*entry, kLargestState), where), StateDictKind::exact).tensors;
}

/// "odd/" of "odd/models/model.json"; nothing when the archive has no such entry.
std::optional<std::string> rootFolder(const ZipArchive& zip) {
    constexpr std::string_view kModels = "models/";
    std::optional<std::string> root;
    for (const ZipArchive::Entry& entry : zip.entries()) {
        const std::size_t at = entry.name.find(kModels);
        const bool program = at != std::string::npos && entry.name.ends_with(".json") &&
                             entry.name.find('/', at + kModels.size()) == std::string::npos &&
                             std::count(entry.name.begin(), entry.name.begin() + static_cast<std::ptrdiff_t>(at), '/') <= 1;
        if (!program)
            continue;
        if (root)
            throw FormatError(zip.where() +
                              " holds several programs; save one network a file: torch.export.save(program, path)");
        root = entry.name.substr(0, at);
    }
    return root;
}

std::string onlyProgram(const ZipArchive& zip, const std::string& root) {
    const auto found = std::find_if(zip.entries().begin(), zip.entries().end(), [&](const ZipArchive::Entry& entry) {
        return entry.name.starts_with(root + "models/") && entry.name.ends_with(".json");
    });
    return found->name;
}

void checkByteOrder(const ZipArchive& zip, const std::string& root) {
    const ZipArchive::Entry* order = zip.find(root + "byteorder");
    if (order && textOf(zip, *order, 64) != "little")
        throw FormatError(zip.where() + " was written on a big-endian machine, which is not read; export it again on "
                                        "another one");
}

} // namespace

std::optional<DType> pt2Type(std::int64_t number) {
    constexpr std::array<std::pair<std::int64_t, DType>, 10> kTypes{
        {{1, DType::u8}, {2, DType::i8}, {3, DType::i16}, {4, DType::i32}, {5, DType::i64},
         {6, DType::f16}, {7, DType::f32}, {8, DType::f64}, {12, DType::boolean}, {13, DType::bf16}}};
    for (const auto& [key, type] : kTypes) {
        if (key == number)
            return type;
    }
    return std::nullopt;
}

bool holdsExportedProgram(const ZipArchive& zip) {
    return std::any_of(zip.entries().begin(), zip.entries().end(), [](const ZipArchive::Entry& entry) {
        return entry.name == kProgram || entry.name.ends_with("archive_format") ||
               entry.name.ends_with("models/model.json");
    });
}

bool looksLikePt2(const std::filesystem::path& path) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code))
        return false;
    try {
        std::array<std::byte, 2> start{};
        const base::File file = base::File::openRead(path);
        if (file.size() < 2)
            return false;
        file.readAt(0, start);
        return start == std::array{std::byte{'P'}, std::byte{'K'}} && holdsExportedProgram(ZipArchive(path));
    } catch (const base::Error&) {
        return false;
    }
}

Pt2Archive readPt2(const std::filesystem::path& path) {
    const ZipArchive zip(path);
    if (std::any_of(zip.entries().begin(), zip.entries().end(), [](const ZipArchive::Entry& entry) {
            return entry.name.find("aotinductor/") != std::string::npos;
        }))
        throw FormatError(zip.where() + " is an AOTInductor package with native code, which is never run; save the "
                                        "exported program itself: torch.export.save(program, path)");
    Pt2Archive archive;
    if (const ZipArchive::Entry* program = zip.find(kProgram)) {
        archive.program = withQuotedInfinities(textOf(zip, *program, kLargestJson));
        archive.weights = pickledState(zip, "serialized_state_dict.pt");
        archive.constants = pickledState(zip, "serialized_constants.pt");
        return archive;
    }
    const std::optional<std::string> root = rootFolder(zip);
    if (!root)
        throw FormatError(zip.where() + " is no exported program: it has no entry models/<name>.json; write it with "
                                        "torch.export.save(program, path)");
    checkByteOrder(zip, *root);
    const std::string program = onlyProgram(zip, *root);
    archive.program = textOf(zip, *zip.find(program), kLargestJson);
    const std::string name = std::filesystem::path(program).stem().string();
    const std::string weights = fmt::format("data/weights/{}.pt", name), constants = fmt::format("data/constants/{}.pt", name);
    if (zip.find(*root + weights)) {
        archive.weights = pickledState(zip, *root + weights);
        archive.constants = pickledState(zip, *root + constants);
        return archive;
    }
    archive.weights = StorageTable(zip, *root + "data/weights/").read(name + "_weights_config.json");
    archive.constants = StorageTable(zip, *root + "data/constants/").read(name + "_constants_config.json");
    return archive;
}

} // namespace lpntk::formats
