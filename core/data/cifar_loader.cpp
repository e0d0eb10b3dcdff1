#include <core/base/error.h>
#include <core/base/files.h>
#include <core/data/array_source.h>
#include <core/data/loaders.h>
#include <core/formats/cifar.h>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace lpntk::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kUsualTen[] = {"cifar-10-batches-py", "cifar-10-batches-bin"};
constexpr const char* kUsualHundred[] = {"cifar-100-python", "cifar-100-binary"};

struct SplitFiles {
    std::string name;
    std::vector<fs::path> files;
};

struct Layout {
    fs::path folder;
    bool python = false;
    std::vector<SplitFiles> splits; ///< empty: no such data set here
};

Layout findLayout(const fs::path& path, bool hundred) {
    Layout layout;
    std::error_code code;
    layout.folder = hundred ? usualFolder(path, kUsualHundred) : usualFolder(path, kUsualTen);
    const auto add = [&](const char* split, const std::string& name) {
        if (!fs::is_regular_file(layout.folder / name, code))
            return;
        if (layout.splits.empty() || layout.splits.back().name != split)
            layout.splits.push_back({split, {}});
        layout.splits.back().files.push_back(layout.folder / name);
    };
    for (const bool python : {true, false}) {
        layout.python = python;
        const std::string ending = python ? "" : ".bin";
        if (hundred) {
            // "train" and "test" alone are too common; the file of names settles it.
            if (fs::is_regular_file(layout.folder / (python ? "meta" : "fine_label_names.txt"), code)) {
                add("train", "train" + ending);
                add("test", "test" + ending);
            }
        } else {
            for (int i = 1; i <= 5; ++i)
                add("train", fmt::format("data_batch_{}{}", i, ending));
            add("test", "test_batch" + ending);
        }
        if (!layout.splits.empty())
            return layout;
    }
    return layout;
}

std::vector<std::string> namesIn(const Layout& layout, bool hundred, std::vector<fs::path>& files) {
    const char* name =
        layout.python ? (hundred ? "meta" : "batches.meta") : (hundred ? "fine_label_names.txt" : "batches.meta.txt");
    const fs::path path = layout.folder / name;
    std::error_code code;
    if (!fs::is_regular_file(path, code)) {
        if (hundred)
            return {};
        return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
    }
    files.push_back(path);
    std::vector<std::string> names;
    if (layout.python) {
        names = formats::readCifarPythonNames(path, hundred ? "fine_label_names" : "label_names");
    } else {
        std::istringstream lines(base::readTextFile(path, 1 << 16));
        for (std::string line; std::getline(lines, line);) {
            while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
                line.pop_back();
            if (!line.empty())
                names.push_back(line);
        }
    }
    const std::size_t expected = hundred ? 100 : 10;
    if (names.size() != expected)
        throw base::FormatError(
            fmt::format("{} has {} class names; {} were expected", base::quoted(path), names.size(), expected));
    return names;
}

Split readSplit(const SplitFiles& files, const Layout& layout, bool hundred, const base::JobContext& context) {
    Split split;
    split.name = files.name;
    std::vector<PixelBlock> blocks;
    std::vector<double> coarse;
    for (const fs::path& file : files.files) {
        context.throwIfCancelled();
        const formats::CifarBatch batch =
            layout.python ? formats::readCifarPython(file, hundred) : formats::readCifarBinary(file, hundred);
        blocks.push_back(
            {batch.pixels, batch.owner, static_cast<std::int64_t>(batch.labels.size()), file.filename().string()});
        split.labels.insert(split.labels.end(), batch.labels.begin(), batch.labels.end());
        coarse.insert(coarse.end(), batch.coarse.begin(), batch.coarse.end());
    }
    split.images =
        std::make_shared<ArraySource>(std::move(blocks), PixelLayout::planar({3, 32, 32}), ArraySource::Element::byte);
    if (hundred)
        split.columns.push_back({"coarse_label", std::move(coarse)});
    return split;
}

} // namespace

bool isCifar(const fs::path& path, bool hundred) {
    std::error_code code;
    return fs::is_directory(path, code) && !findLayout(path, hundred).splits.empty();
}

Dataset loadCifar(const fs::path& path, bool hundred, const base::JobContext& context) {
    const Layout layout = findLayout(path, hundred);
    if (layout.splits.empty())
        throw base::FormatError(
            fmt::format("{}: no CIFAR batches found; {} were expected", base::quoted(path),
                        hundred ? "train, test and meta, or train.bin, test.bin and fine_label_names.txt"
                                : "data_batch_1 to 5 and test_batch, plain or .bin"));
    if (!hundred && layout.splits.front().name == "train" && layout.splits.front().files.size() != 5)
        throw base::IoError(fmt::format("{} has {} of the five files data_batch_1 to data_batch_5; the rest is missing",
                                        base::quoted(layout.folder), layout.splits.front().files.size()));
    Dataset dataset;
    dataset.name = hundred ? "CIFAR-100" : "CIFAR-10";
    dataset.classNames = namesIn(layout, hundred, dataset.files);
    for (const SplitFiles& files : layout.splits) {
        dataset.splits.push_back(readSplit(files, layout, hundred, context));
        dataset.files.insert(dataset.files.end(), files.files.begin(), files.files.end());
    }
    return dataset;
}

} // namespace lpntk::data
