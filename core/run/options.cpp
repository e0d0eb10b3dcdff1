#include <core/base/error.h>
#include <core/base/text.h>
#include <core/run/devices.h>
#include <core/run/options.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace lpntk::run {

namespace {

template <typename T> struct Name {
    T value;
    const char* name;
};

constexpr Name<Blocks> kBlocks[] = {{Blocks::full, "full"}, {Blocks::classes, "class"}};
constexpr Name<StoreType> kStores[] = {{StoreType::f32, "f32"}, {StoreType::f16, "f16"}};
constexpr Name<Precision> kPrecisions[] = {{Precision::fp32, "fp32"},
                                           {Precision::fp64, "fp64"},
                                           {Precision::fp16, "fp16"},
                                           {Precision::fp16x3, "fp16x3"},
                                           {Precision::tf32, "tf32"}};
constexpr Name<KernelKind> kKernels[] = {
    {KernelKind::lpntk, "lpntk"}, {KernelKind::pntk, "pntk"}, {KernelKind::loss, "loss"}};

template <typename T, std::size_t count> const char* find(const Name<T> (&names)[count], T value) {
    return std::find_if(std::begin(names), std::end(names), [&](const auto& entry) { return entry.value == value; })->name;
}

template <typename T, std::size_t count>
T find(const Name<T> (&names)[count], const std::string& name, const char* option) {
    std::string known;
    for (const auto& entry : names) {
        if (name == entry.name)
            return entry.value;
        known += known.empty() ? entry.name : fmt::format(", {}", entry.name);
    }
    throw base::OptionError(fmt::format("--{} \"{}\" is not known; it can be: {}", option, name, known));
}

} // namespace

const char* nameOf(Blocks value) { return find(kBlocks, value); }
const char* nameOf(StoreType value) { return find(kStores, value); }
const char* nameOf(Precision value) { return find(kPrecisions, value); }
const char* nameOf(KernelKind value) { return find(kKernels, value); }

Blocks blocksFromName(const std::string& name) { return find(kBlocks, name, "blocks"); }
StoreType storeTypeFromName(const std::string& name) { return find(kStores, name, "store"); }
Precision precisionFromName(const std::string& name) { return find(kPrecisions, name, "precision"); }
KernelKind kernelKindFromName(const std::string& name) { return find(kKernels, name, "kernel"); }

void KernelOptions::check() const {
    if (limit < 0)
        throw base::OptionError(fmt::format("--limit {}: a number of samples is expected, 0 for all", limit));
    if (perClass < 0)
        throw base::OptionError(fmt::format("--per-class {}: a number of samples is expected, 0 for all", perClass));
    if ((limit > 0) + (perClass > 0) + !indices.empty() > 1)
        throw base::OptionError("--limit, --per-class and --indices exclude each other; give one of them");
    std::set<std::int64_t> seen;
    for (const std::int64_t index : indices) {
        if (index < 0)
            throw base::OptionError(fmt::format("--indices holds {}; original indices start at 0", index));
        if (!seen.insert(index).second)
            throw base::OptionError(fmt::format("--indices holds sample {} twice; each may be named once", index));
    }
    if (!store.empty())
        storeTypeFromName(store);
    checkDevices(device);
    if (device == "cpu" && precision != Precision::fp32 && precision != Precision::fp64)
        throw base::OptionError(fmt::format("--precision {} is for CUDA devices; add --device cuda, or use fp32 or fp64",
                                            nameOf(precision)));
    if (memoryBytes < (std::int64_t{1} << 20))
        throw base::OptionError(fmt::format("--memory {}: at least 1 MB is expected, for example 4G",
                                            base::formatBytes(static_cast<double>(memoryBytes))));
    if (threads < 0 || threads > 1024)
        throw base::OptionError(fmt::format("--threads {}: 1 to 1024 is expected, or 0 for all cores", threads));
    if (top < 1 || top > 10000)
        throw base::OptionError(fmt::format("--top {}: 1 to 10,000 neighbours per sample is expected", top));
}

} // namespace lpntk::run
