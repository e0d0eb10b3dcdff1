#include <core/analysis/relations.h>
#include <core/base/text.h>
#include <core/base/version.h>
#include <core/curation/export_media.h>
#include <core/curation/export_texts.h>

#include <fmt/format.h>

namespace lpntk::curation {

namespace {

/// A name from outside as a Python and Markdown-safe literal on one line.
std::string literal(const std::string& text) {
    return base::Json(text).dump(-1, ' ', false, base::Json::error_handler_t::replace);
}

std::string methodText(const PruneOptions& options) {
    std::string text = fmt::format("`{}`", nameOf(options.method));
    switch (options.method) {
    case Method::thinLargest:
        return text + fmt::format(", {} of the largest cluster of each class dropped, {} clusters per candidate, seed {}",
                                  options.thinShare, options.clusterRatio, options.seed);
    case Method::dropSmall:
        return text + fmt::format(", clusters of at most {} members dropped, {} clusters per candidate", options.smallMembers,
                                  options.clusterRatio);
    case Method::redundant: return text;
    case Method::average: return text + fmt::format(", keep {}, {} dropped", options.keep, options.averageDropHighest ? "highest" : "lowest");
    case Method::randomMember:
    case Method::random:
    case Method::classRandom: return text + fmt::format(", keep {}, seed {}", options.keep, options.seed);
    default: return text + fmt::format(", keep {}", options.keep);
    }
}

std::string mediaLines(const SubsetTable& table, const ExportOptions& options) {
    std::string text;
    if (options.format == "imagefolder")
        text = fmt::format("| `{}/<class>/` | the kept pictures, byte for byte (pictures of arrays as lossless PNG); sorted folder names give the label numbers |\n",
                           mediaName(options.format, table.splitName));
    else if (options.format == "idx")
        text = fmt::format("| `{0}-images-idx3-ubyte`, `{0}-labels-idx1-ubyte` | the kept pictures and labels in MNIST's format, in the order of `keep_indices.npy` |\n",
                           mediaName(options.format, table.splitName));
    else if (options.format == "npz")
        text = fmt::format("| `{}` | `images`, `labels` and `indices` of the kept samples, in the order of `keep_indices.npy` |\n",
                           mediaName(options.format, table.splitName));
    if (!text.empty() && options.includePruned)
        text += "| `pruned/` | the same of the pruned samples |\n";
    return text;
}

std::string usageText(const SubsetTable& table, const ExportOptions& options) {
    if (options.format != "indices")
        return "```python\nfrom load_subset import load_subset\n\nsubset = load_subset()\n```\n";
    const char* relabelled = table.relabelled ? "`load_subset` also applies the labels changed by hand (`labels.npy`); a plain `Subset` does not.\n" : "";
    return fmt::format("```python\nfrom load_subset import load_subset\n\nsubset = load_subset(dataset)  # the whole {} split in its original order\n```\n"
                       "which is `torch.utils.data.Subset(dataset, numpy.load(\"keep_indices.npy\"))`.\n{}", literal(table.splitName), relabelled);
}

constexpr const char* kHead = R"(# Reads this subset with PyTorch (no torchvision needed); README.md explains the files.
from pathlib import Path

import numpy as np
)";

std::string indicesLoader(bool relabelled) {
    const std::string head = std::string(kHead) + "from torch.utils.data import Dataset, Subset\n\nFOLDER = Path(__file__).resolve().parent\n\n\n";
    if (!relabelled)
        return std::string(kHead) + R"(from torch.utils.data import Subset

FOLDER = Path(__file__).resolve().parent


def load_subset(dataset):
    """The kept samples of `dataset`, which is the whole split in its original order."""
    return Subset(dataset, np.load(FOLDER / "keep_indices.npy").tolist())
)";
    return head + R"(class Relabelled(Dataset):
    """`dataset` with the labels that were changed by hand."""

    def __init__(self, dataset):
        self.dataset, self.labels = dataset, np.load(FOLDER / "labels.npy")

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.dataset[index][0], int(self.labels[index])


def load_subset(dataset):
    """The kept samples of `dataset`, which is the whole split in its original order."""
    return Subset(Relabelled(dataset), np.load(FOLDER / "keep_indices.npy").tolist())
)";
}

constexpr const char* kTensorHead = R"(import torch
from torch.utils.data import TensorDataset

FOLDER = Path(__file__).resolve().parent


)";

std::string npzLoader(const std::string& file, bool bytes, bool colour) {
    const char* convert = "images";
    if (bytes)
        convert = colour ? "images.permute(0, 3, 1, 2).float() / 255" : "images.unsqueeze(1).float() / 255";
    else if (!colour)
        convert = "images.unsqueeze(1)";
    return fmt::format(R"({}{}def load_subset(name={}):
    """(images, labels): float32 (N, C, H, W){} and int64 (N)."""
    with np.load(FOLDER / name) as arrays:
        images, labels = torch.from_numpy(arrays["images"]), torch.from_numpy(arrays["labels"])
    return TensorDataset({}, labels)


if __name__ == "__main__":
    print(len(load_subset()), "samples")
)", kHead, kTensorHead, literal(file), bytes ? " in [0, 1]" : " as stored", convert);
}

std::string idxLoader(const std::string& prefix) {
    return fmt::format(R"({}{}def read_idx(path):
    data = path.read_bytes()
    shape = np.frombuffer(data, ">i4", count=data[3], offset=4)
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape).copy())


def load_subset(prefix={}):
    """(images, labels): float32 (N, 1, H, W) in [0, 1] and int64 (N)."""
    images = read_idx(FOLDER / (prefix + "-images-idx3-ubyte"))
    labels = read_idx(FOLDER / (prefix + "-labels-idx1-ubyte"))
    return TensorDataset(images.unsqueeze(1).float() / 255, labels.long())


if __name__ == "__main__":
    print(len(load_subset()), "samples")
)", kHead, kTensorHead, literal(prefix));
}

std::string folderLoader(const std::string& folder) {
    return fmt::format(R"({}import torch
from PIL import Image
from torch.utils.data import Dataset

FOLDER = Path(__file__).resolve().parent


class SubsetFolder(Dataset):
    """(image, label): float32 (C, H, W) in [0, 1]; labels are the positions of the sorted class folders."""

    def __init__(self, folder):
        self.classes = sorted(entry.name for entry in folder.iterdir())
        self.files = [(file, label) for label, name in enumerate(self.classes) for file in sorted((folder / name).iterdir())]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        file, label = self.files[index]
        pixels = np.array(Image.open(file))
        return torch.from_numpy(pixels.reshape(*pixels.shape[:2], -1)).permute(2, 0, 1).float() / 255, label


def load_subset(name={}):
    return SubsetFolder(FOLDER / name)


if __name__ == "__main__":
    print(len(load_subset()), "samples")
)", kHead, literal(folder));
}

} // namespace

std::string readmeText(const SubsetTable& table, const ExportOptions& options, const ExportReport& report) {
    const run::Manifest& manifest = table.source.run->manifest();
    const auto inRun = static_cast<std::int64_t>(table.kept.size() + table.pruned.size());
    std::string text = fmt::format(
        "# Subset of {} ({})\n\n"
        "{} of {} samples are kept, {} pruned; chosen by the labelled pseudo neural tangent kernel (lpNTK) of the network {}.\n"
        "Method: {}; {} edits by hand.\n\n## Load it\n\n{}\n## Files\n\n| file | content |\n|---|---|\n",
        literal(manifest.dataName), literal(table.splitName), base::formatCount(report.kept), base::formatCount(inRun),
        base::formatCount(report.pruned), literal(manifest.model), methodText(table.subset.options), table.subset.handEdits,
        usageText(table, options));
    text += "| `keep_indices.npy` | int64, ascending original indices of the kept samples |\n"
            "| `pruned_indices.npy` | the same of the pruned ones |\n"
            "| `keep_mask.npy` | bool, one per sample of the split |\n"
            "| `scores.npy` | float32, one per sample of the split: what the method ordered by (for `heads` the keep rank within the class); NaN where there is none |\n";
    if (table.relabelled)
        text += "| `labels.npy` | int64, one per sample of the split: labels after the changes by hand |\n";
    text += "| `manifest.csv` | one line per sample: label, kept, reason, cluster, relation to its head, most contradictory sample (most negative kappa), edits, SHA-256 of its bytes |\n"
            "| `recipe.json` | every input and number this came from; `lpntk replay recipe.json` makes it again or says what changed |\n"
            "| `load_subset.py` | reads this folder with PyTorch |\n";
    text += mediaLines(table, options);
    if (inRun < table.count)
        text += fmt::format("\nThe split has {} samples, the run looked at {} of them. The other {} are neither kept nor pruned: `False` in\n"
                            "`keep_mask.npy`, in no index file, and \"not in run\" in `manifest.csv`.\n",
                            base::formatCount(table.count), base::formatCount(inRun), base::formatCount(table.count - inRun));
    if (!report.notes.empty()) {
        text += "\n## Notes\n\n";
        for (const std::string& note : report.notes)
            text += "* " + note + "\n";
    }
    text += fmt::format("\n## Cite\n\nS. Guo, Y. Ren, S. V. Albrecht, K. Smith: \"lpNTK: Better Generalisation with Less Data via Sample Interaction\n"
                        "During Learning\", ICLR 2024. Made with lpNTK Explorer {}.\n", base::programVersion());
    return text;
}

std::string loaderText(const SubsetTable& table, const ExportOptions& options) {
    const std::string name = mediaName(options.format, table.splitName);
    if (options.format == "imagefolder")
        return folderLoader(name);
    if (options.format == "idx")
        return idxLoader(name);
    if (options.format == "npz")
        return npzLoader(name, holdsBytes(table.images(), table.kept.front()), table.images().shape(table.kept.front()).channels > 1);
    return indicesLoader(table.relabelled);
}

} // namespace lpntk::curation
