#include <core/run/run_files.h>

#include <core/base/error.h>
#include <core/base/files.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include <sys/mman.h>
#include <unistd.h>

namespace lpntk::run {

namespace fs = std::filesystem;
using base::FormatError;

namespace {

constexpr std::size_t kReadAhead = std::size_t{16} << 20; ///< of a file; larger ones are read where they are looked at

/// Asks for a small file before anybody reads the kernel: page by page, in between gigabytes of it, a few MB that the
/// first pictures need took seconds from a cold disk.
void readAhead(std::span<const std::byte> bytes) {
    if (bytes.empty() || bytes.size() > kReadAhead)
        return;
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    const std::uintptr_t inPage = begin % static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    madvise(reinterpret_cast<void*>(begin - inPage), bytes.size() + inPage, MADV_WILLNEED);
}

} // namespace

template <typename T>
std::span<const T> Run::Files::map(const fs::path& path, std::initializer_list<std::int64_t> shape) {
    m_arrays.push_back(formats::NpyArray::open(path));
    readAhead(m_arrays.back().bytes());
    return m_arrays.back().as<T>(shape);
}

std::span<const formats::Half> Run::Files::mapHalves(const fs::path& path, std::vector<std::int64_t> shape) {
    const formats::NpyArray array = formats::NpyArray::open(path);
    if (array.type() != formats::DType::f16 || array.shape() != shape)
        throw FormatError(fmt::format("{} should hold float16 of shape ({}) by the manifest; it holds {} of shape ({}): "
                                      "the file is not the one this run wrote",
                                      base::quoted(path), fmt::join(shape, ", "), formats::nameOf(array.type()),
                                      fmt::join(array.shape(), ", ")));
    m_arrays.push_back(array);
    readAhead(array.bytes());
    return {reinterpret_cast<const formats::Half*>(array.bytes().data()), array.bytes().size() / sizeof(formats::Half)};
}

void Run::Files::mapBlocks(const fs::path& folder, const Manifest& manifest) {
    const KernelPlan& plan = manifest.plan;
    for (const RowRange& range : plan.blocks) {
        const std::int64_t n = range.size();
        const std::int64_t label = labels[static_cast<std::size_t>(range.begin)];
        const fs::path path =
            folder / (plan.blockKind == Blocks::full ? std::string("kernel.npy") : fmt::format("kernel_class_{}.npy", label));
        Block block{range, {}, {}, formats::NpyArray::open(path)};
        if (plan.store == StoreType::f32)
            block.kappa = block.array.as<float>({n, n});
        else
            block.cosine = mapHalves(path, {n, n});
        if (plan.blockKind == Blocks::classes) {
            if (classRanges[static_cast<std::size_t>(label)] != range)
                throw FormatError(fmt::format("{}: rows {} to {} are one block by the plan, but not one class by labels.npy",
                                              base::quoted(folder), range.begin, range.end));
            blockOfLabel[static_cast<std::size_t>(label)] = static_cast<int>(blocks.size());
        }
        blocks.push_back(std::move(block));
    }
}

void Run::Files::checkRows(const fs::path& folder, const Manifest& manifest) {
    const std::int64_t rows = manifest.rows();
    const int classes = manifest.classes();
    classRanges.assign(static_cast<std::size_t>(classes), {});
    blockOfLabel.assign(static_cast<std::size_t>(classes), -1);
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto at = static_cast<std::size_t>(row);
        if (labels[at] < 0 || labels[at] >= classes)
            throw FormatError(fmt::format("{}: row {} has label {}; the run has classes 0 to {}",
                                          base::quoted(folder / "labels.npy"), row, labels[at], classes - 1));
        const bool sorted = row == 0 || labels[at - 1] < labels[at] ||
                            (labels[at - 1] == labels[at] && samples[at - 1] < samples[at]);
        if (!sorted)
            throw FormatError(fmt::format("{}: rows {} and {} are not in the order of label and sample",
                                          base::quoted(folder), row - 1, row));
        RowRange& range = classRanges[static_cast<std::size_t>(labels[at])];
        if (range.size() == 0)
            range.begin = row;
        range.end = row + 1;
        rowOfSample.emplace_back(samples[at], row);
    }
    std::sort(rowOfSample.begin(), rowOfSample.end());
    for (std::size_t i = 1; i < rowOfSample.size(); ++i) {
        if (rowOfSample[i].first == rowOfSample[i - 1].first)
            throw FormatError(fmt::format("{}: sample {} stands in two rows", base::quoted(folder / "samples.npy"),
                                          rowOfSample[i].first));
    }
    for (std::size_t row = 0; row < norms.size(); ++row) {
        if (!(norms[row] >= 0.0f))
            throw FormatError(fmt::format("{}: row {} has norm {}", base::quoted(folder / "norms.npy"), row, norms[row]));
    }
}

void Run::Files::checkNeighbours(const fs::path& folder, std::int64_t rows) {
    const auto check = [&](std::span<const std::int32_t> indices, const char* name) {
        const bool inside = std::all_of(indices.begin(), indices.end(),
                                        [&](std::int32_t index) { return index >= -1 && index < rows; });
        if (!inside)
            throw FormatError(fmt::format("{} names rows outside 0 to {}: the file is damaged", base::quoted(folder / name),
                                          rows - 1));
    };
    check(topIndex, "top_index.npy");
    check(bottomIndex, "bottom_index.npy");
    check(selfMax, "self_max.npy");
}

Run::Files::Files(const fs::path& folder, const Manifest& manifest) {
    const std::int64_t n = manifest.rows();
    const std::int64_t k = manifest.classes();
    const std::int64_t top = manifest.plan.top;
    samples = map<std::int64_t>(folder / "samples.npy", {n});
    labels = map<std::int64_t>(folder / "labels.npy", {n});
    norms = map<float>(folder / "norms.npy", {n});
    checkRows(folder, manifest);
    mapBlocks(folder, manifest);
    topIndex = map<std::int32_t>(folder / "top_index.npy", {n, top});
    topValue = map<float>(folder / "top_value.npy", {n, top});
    bottomIndex = map<std::int32_t>(folder / "bottom_index.npy", {n, top});
    bottomValue = map<float>(folder / "bottom_value.npy", {n, top});
    selfMax = map<std::int32_t>(folder / "self_max.npy", {n});
    checkNeighbours(folder, n);
    rowSum = map<double>(folder / "row_sum.npy", {n});
    classSum = map<double>(folder / "class_sum.npy", {n, k});
    classPair = map<double>(folder / "class_pair.npy", {k, k});
    histogram = map<std::int64_t>(folder / "histogram.npy", {kHistogramBins});
    if (k <= kMostHistogramClasses)
        classHistogram = map<std::int64_t>(folder / "class_histogram.npy", {k, k, kHistogramBins});
    probabilities = map<float>(folder / "probabilities.npy", {n, k});
    if (manifest.plan.blockKind == Blocks::full) {
        for (const int level : pyramidLevels(n)) {
            const std::int64_t cells = ((n - 1) >> level) + 1;
            pyramid[level] = mapHalves(folder / "pyramid" / fmt::format("level_{}.npy", level), {3, cells, cells});
        }
    }
}

} // namespace lpntk::run
