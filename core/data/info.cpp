#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/text.h>
#include <core/data/info.h>
#include <core/data/loaders.h>
#include <core/data/preprocessing.h>
#include <core/formats/csv.h>
#include <core/formats/figure_note.h>
#include <core/formats/images.h>
#include <core/formats/npz.h>
#include <core/formats/pt2.h>
#include <core/formats/weights.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string_view>

namespace lpntk::data {

namespace fs = std::filesystem;
using base::Json;

namespace {

/// The key's value as text, "" when absent or of another kind: for files whose full reading is another room's work.
std::string textAt(const Json& json, std::initializer_list<const char*> keys) {
    const Json* at = &json;
    for (const char* key : keys) {
        if (!at->is_object() || !at->contains(key))
            return {};
        at = &(*at)[key];
    }
    return at->is_string() ? at->get<std::string>() : std::string();
}

std::int64_t numberAt(const Json& json, std::initializer_list<const char*> keys) {
    const Json* at = &json;
    for (const char* key : keys) {
        if (!at->is_object() || !at->contains(key))
            return 0;
        at = &(*at)[key];
    }
    return at->is_number() ? at->get<std::int64_t>() : 0;
}

std::string shapeText(std::span<const std::int64_t> shape) {
    return fmt::format("({})", fmt::join(shape, ", "));
}

Json describeSplit(const Split& split) {
    Json json{{"name", split.name}, {"samples", split.count()}};
    std::map<std::int64_t, std::int64_t> perClass;
    for (const std::int64_t label : split.labels)
        ++perClass[label];
    if (split.count() > 0) {
        const ImageShape shape = split.images->shape(0);
        json["uniform"] = split.images->uniform();
        json["channels"] = shape.channels;
        if (split.images->uniform())
            json["height"] = shape.height, json["width"] = shape.width;
        json["classesPresent"] = perClass.size();
        const auto [least, most] = std::minmax_element(
            perClass.begin(), perClass.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
        json["leastPerClass"] = least->second;
        json["mostPerClass"] = most->second;
    }
    Json columns = Json::array();
    for (const Column& column : split.columns)
        columns.push_back(column.name);
    json["columns"] = columns;
    return json;
}

Json describeDataset(const fs::path& path) {
    const auto dataset = loadDataset(path.string());
    Json splits = Json::array();
    std::vector<std::string> counts;
    std::int64_t bytes = 0;
    for (const Split& split : dataset->splits) {
        splits.push_back(describeSplit(split));
        counts.push_back(fmt::format("{} {}", base::formatCount(split.count()), split.name));
    }
    for (const fs::path& file : dataset->files)
        bytes += static_cast<std::int64_t>(fs::file_size(file));
    const Split& first = dataset->splits.front();
    std::string size = "images of several sizes";
    if (first.count() > 0 && first.images->uniform()) {
        const ImageShape shape = first.images->shape(0);
        size = fmt::format("{} x {} {}", shape.width, shape.height, shape.channels == 1 ? "grey" : "RGB");
    }
    return {{"kind", "dataset"},
            {"path", path.string()},
            {"summary", fmt::format("data set {} ({}): {} images of {} classes, {}", dataset->name, dataset->kind,
                                    fmt::join(counts, " + "), dataset->classes(), size)},
            {"format", dataset->kind},
            {"name", dataset->name},
            {"classes", dataset->classes()},
            {"classNames", dataset->classNames},
            {"splits", std::move(splits)},
            {"preprocessing", toJson(defaultPreprocessing(*dataset))},
            {"files", dataset->files.size()},
            {"bytes", bytes}};
}

Json describeWeights(const fs::path& path) {
    const formats::WeightFile file = formats::readWeights(path);
    Json tensors = Json::array(), metadata = Json::object();
    std::int64_t numbers = 0;
    for (const formats::NamedTensor& tensor : file.tensors) {
        tensors.push_back({{"name", tensor.name}, {"dtype", formats::nameOf(tensor.type)}, {"shape", tensor.shape}});
        numbers += tensor.count();
    }
    for (const auto& [key, value] : file.metadata)
        metadata[key] = value;
    const std::string opened =
        file.unwrapped.empty() ? "" : fmt::format(", opened: {}", fmt::join(file.unwrapped, ", "));
    return {{"kind", "weights"},
            {"path", path.string()},
            {"summary", fmt::format("weights ({}): {} tensors, {} numbers{}", file.format, file.tensors.size(),
                                    base::formatCount(numbers), opened)},
            {"format", file.format},
            {"unwrapped", file.unwrapped},
            {"numbers", numbers},
            {"tensors", std::move(tensors)},
            {"metadata", std::move(metadata)}};
}

Json describeProgram(const fs::path& path) {
    const formats::Pt2Archive archive = formats::readPt2(path);
    const Json program = base::parseJson(archive.program, base::quoted(path));
    Json tensors = Json::array();
    std::int64_t numbers = 0;
    for (const auto* list : {&archive.weights, &archive.constants}) {
        for (const formats::NamedTensor& tensor : *list) {
            tensors.push_back({{"name", tensor.name}, {"dtype", formats::nameOf(tensor.type)}, {"shape", tensor.shape}});
            numbers += tensor.count();
        }
    }
    const std::string version = textAt(program, {"torch_version"});
    return {{"kind", "exported-program"},
            {"path", path.string()},
            {"summary", fmt::format("network and weights exported by PyTorch {}: {} tensors, {} numbers", version,
                                    tensors.size(), base::formatCount(numbers))},
            {"torchVersion", version},
            {"numbers", numbers},
            {"tensors", std::move(tensors)},
            {"bytes", static_cast<std::int64_t>(fs::file_size(path))}};
}

Json arrayJson(const std::string& name, formats::DType type, std::span<const std::int64_t> shape) {
    return {{"name", name},
            {"dtype", formats::nameOf(type)},
            {"shape", std::vector<std::int64_t>(shape.begin(), shape.end())}};
}

Json describeNpy(const fs::path& path) {
    const formats::NpyArray array = formats::NpyArray::open(path);
    return {{"kind", "array"},
            {"path", path.string()},
            {"summary",
             fmt::format("NumPy array of {}, shape {}", formats::nameOf(array.type()), shapeText(array.shape()))},
            {"dtype", formats::nameOf(array.type())},
            {"shape", array.shape()}};
}

Json describeNpz(const fs::path& path) {
    const formats::NpzArchive archive(path);
    Json arrays = Json::array();
    std::vector<std::string> texts;
    for (const std::string& name : archive.names()) {
        const formats::NpyHeader header = archive.header(name);
        arrays.push_back(arrayJson(name, header.type, header.shape));
        texts.push_back(fmt::format("{} {} {}", name, formats::nameOf(header.type), shapeText(header.shape)));
    }
    return {{"kind", "arrays"},
            {"path", path.string()},
            {"summary", fmt::format("NumPy archive of {} arrays: {}", texts.size(), fmt::join(texts, "; "))},
            {"arrays", std::move(arrays)}};
}

Json describeCross(const fs::path& folder, const Json& manifest) {
    const std::string state = textAt(manifest, {"state"});
    const auto side = [&](const char* name) {
        return fmt::format("{} samples of {}, split {}", base::formatCount(numberAt(manifest, {name, "count"})),
                           textAt(manifest, {name, "name"}), textAt(manifest, {name, "split"}));
    };
    return {{"kind", "cross"},
            {"path", folder.string()},
            {"summary", fmt::format("kernel between two sets ({}): {} with {}, network {}", state, side("rows"),
                                    side("columns"), textAt(manifest, {"model", "name"}))},
            {"state", state},
            {"manifest", manifest}};
}

Json describeRun(const fs::path& folder) {
    const fs::path file = folder / "manifest.json";
    const Json manifest = base::readJsonFile(file);
    if (textAt(manifest, {"format"}) == "lpntk-cross")
        return describeCross(folder, manifest);
    if (textAt(manifest, {"format"}) != "lpntk-run")
        throw base::FormatError(
            fmt::format("{} does not describe a run: the key \"format\" should be \"lpntk-run\"", base::quoted(file)));
    const std::string state = textAt(manifest, {"state"});
    return {{"kind", "run"},
            {"path", folder.string()},
            {"summary",
             fmt::format("run ({}): kernel of {} samples of {}, split {}, network {}", state,
                         base::formatCount(numberAt(manifest, {"plan", "rows"})), textAt(manifest, {"data", "name"}),
                         textAt(manifest, {"data", "split"}), textAt(manifest, {"model", "name"}))},
            {"state", state},
            {"manifest", manifest}};
}

Json describeRecipe(const fs::path& file, const fs::path& path) {
    const Json recipe = base::readJsonFile(file);
    if (textAt(recipe, {"format"}).find("recipe") == std::string::npos && !recipe.contains("prune"))
        throw base::FormatError(fmt::format("{} is not the recipe of an exported subset", base::quoted(file)));
    return {
        {"kind", "subset"},
        {"path", path.string()},
        {"summary",
         fmt::format("exported subset of {}: {} samples kept, {} pruned by {}", textAt(recipe, {"data", "name"}),
                     base::formatCount(numberAt(recipe, {"result", "kept"})),
                     base::formatCount(numberAt(recipe, {"result", "pruned"})), textAt(recipe, {"prune", "method"}))},
        {"recipe", recipe}};
}

Json describeProject(const fs::path& path) {
    const Json project = base::readJsonFile(path);
    if (textAt(project, {"format"}) != "lpntk-project")
        throw base::FormatError(fmt::format(
            "{}: this JSON file is no project; its key \"format\" should say \"lpntk-project\"", base::quoted(path)));
    const auto sizeOf = [&](const char* key) {
        return project.contains(key) && project[key].is_array() ? project[key].size() : 0;
    };
    return {{"kind", "project"},
            {"path", path.string()},
            {"summary", fmt::format("project: data {}, {} checkpoints, {} runs", textAt(project, {"data"}),
                                    sizeOf("checkpoints"), sizeOf("runs"))},
            {"data", textAt(project, {"data"})},
            {"checkpoints", sizeOf("checkpoints")},
            {"runs", sizeOf("runs")}};
}

Json describeImage(const fs::path& path) {
    const auto file = base::MappedFile::open(path);
    const formats::DecodedImage image = formats::decodeImage(file->bytes(), 0, base::quoted(path));
    return {{"kind", "image"},
            {"path", path.string()},
            {"summary", fmt::format("image of {} x {} pixels, {}", image.size.width, image.size.height,
                                    image.size.channels == 1 ? "grey" : "RGB")},
            {"width", image.size.width},
            {"height", image.size.height},
            {"channels", image.size.channels}};
}

/// Null when the file is no figure that this program saved.
Json describeFigure(const fs::path& path) {
    const auto file = base::MappedFile::open(path);
    const auto note = formats::readFigureNote(file->bytes(), base::quoted(path));
    if (!note)
        return {};
    std::string run = note->run;
    if (!run.empty())
        run = fmt::format(" of the run \"{}\"", run);
    return {{"kind", "figure"},
            {"path", path.string()},
            {"summary", fmt::format("figure \"{}\"{}, saved by {}", note->title, run, note->program)},
            {"title", note->title},
            {"run", note->run},
            {"program", note->program},
            {"recipeSha256", note->recipeSha256},
            {"recipe", base::parseJson(note->recipe, base::quoted(path) + ", recipe")}};
}

Json describeTable(const fs::path& path) {
    const formats::CsvTable table = formats::readCsv(path);
    return {{"kind", "table"},
            {"path", path.string()},
            {"summary", fmt::format("table of {} rows with the columns {}",
                                    base::formatCount(static_cast<std::int64_t>(table.rows.size())),
                                    fmt::join(table.header, ", "))},
            {"rows", table.rows.size()},
            {"columns", table.header}};
}

bool isCheckpointName(const fs::path& path) {
    const std::string ending = plainWord(path.extension().string());
    return ending == "safetensors" || ending == "pt" || ending == "pth" || ending == "th" || ending == "ckpt" ||
           ending == "bin";
}

Json describeFolder(const fs::path& path) {
    std::error_code code;
    if (fs::exists(path / "recipe.json", code))
        return describeRecipe(path / "recipe.json", path);
    if (fs::exists(path / "manifest.json", code))
        return describeRun(path);
    if (!recogniseDataset(path).empty())
        return describeDataset(path);
    const std::vector<fs::path> entries = sortedEntries(path);
    std::vector<std::string> checkpoints;
    for (const fs::path& entry : entries) {
        if (isCheckpointName(entry) && fs::is_regular_file(entry, code))
            checkpoints.push_back(entry.filename().string());
    }
    if (!checkpoints.empty())
        return {{"kind", "checkpoints"},
                {"path", path.string()},
                {"summary", fmt::format("folder of {} checkpoints, {} to {}", checkpoints.size(), checkpoints.front(),
                                        checkpoints.back())},
                {"checkpoints", checkpoints}};
    throw base::FormatError(fmt::format(
        "{}: a folder of {} entries that is no data set, run, subset or training history this program knows",
        base::quoted(path), entries.size()));
}

Json describeJson(const fs::path& path) {
    const Json json = base::readJsonFile(path);
    const std::string format = textAt(json, {"format"});
    if (format == "lpntk-project")
        return describeProject(path);
    if (format == "lpntk-run" || format == "lpntk-cross")
        return describeRun(path.parent_path());
    if (path.filename() == "recipe.json")
        return describeRecipe(path, path);
    return {{"kind", "json"}, {"path", path.string()}, {"summary", "a JSON file that this program has no use for"}};
}

std::string firstBytes(const fs::path& path) {
    const base::File file = base::File::openRead(path);
    std::string start(static_cast<std::size_t>(std::min<std::int64_t>(file.size(), 64)), '\0');
    file.readAt(0, std::as_writable_bytes(std::span(start.data(), start.size())));
    return start;
}

Json describeFile(const fs::path& path) {
    const std::string ending = plainWord(path.extension().string());
    if (ending == "lpntk")
        return describeProject(path);
    if (ending == "json")
        return describeJson(path);
    if (ending == "pt2" || formats::looksLikePt2(path))
        return describeProgram(path);
    const std::string start = firstBytes(path);
    if (start.empty())
        throw base::FormatError(base::quoted(path) + " is empty");
    if (!recogniseDataset(path).empty())
        return describeDataset(path);
    if (start.starts_with("\x93NUMPY") || ending == "npy")
        return describeNpy(path);
    if (ending == "npz")
        return describeNpz(path);
    if (ending == "png" || ending == "svg" || ending == "pdf")
        if (Json figure = describeFigure(path); !figure.is_null())
            return figure;
    if (formats::hasImageEnding(path))
        return describeImage(path);
    if (ending == "csv")
        return describeTable(path);
    return describeWeights(path);
}

} // namespace

Json describePath(const fs::path& given) {
    std::error_code code;
    if (given.empty() || !fs::exists(given, code))
        throw base::IoError(fmt::format("{}: there is no such file or folder", base::quoted(given)));
    fs::path path = fs::absolute(given).lexically_normal();
    if (!path.has_filename())
        path = path.parent_path();
    return fs::is_directory(path, code) ? describeFolder(path) : describeFile(path);
}

} // namespace lpntk::data
