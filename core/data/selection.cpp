#include <core/data/selection.h>

#include <core/base/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace lpntk::data {

namespace {

void checkIndices(const Split& split, std::span<const std::int64_t> indices) {
    std::vector<bool> seen(static_cast<std::size_t>(split.count()));
    for (const std::int64_t index : indices) {
        if (index < 0 || index >= split.count())
            throw base::OptionError(
                fmt::format("the indices name sample {}, but the split \"{}\" has {} samples, 0 to {}", index,
                            split.name, base::formatCount(split.count()), split.count() - 1));
        if (seen[static_cast<std::size_t>(index)])
            throw base::OptionError(fmt::format("the indices name sample {} twice; name each sample once", index));
        seen[static_cast<std::size_t>(index)] = true;
    }
}

std::vector<std::int64_t> firstOfEachClass(const Split& split, std::int64_t perClass) {
    std::vector<std::int64_t> chosen;
    std::vector<std::int64_t> taken;
    for (std::int64_t index = 0; index < split.count(); ++index) {
        const auto label = static_cast<std::size_t>(split.labels[static_cast<std::size_t>(index)]);
        if (label >= taken.size())
            taken.resize(label + 1);
        if (taken[label]++ < perClass)
            chosen.push_back(index);
    }
    return chosen;
}

} // namespace

std::vector<std::int64_t> selectSamples(const Split& split, std::int64_t limit, std::int64_t perClass,
                                        std::span<const std::int64_t> indices) {
    if (!indices.empty()) {
        checkIndices(split, indices);
        return {indices.begin(), indices.end()};
    }
    if (perClass > 0)
        return firstOfEachClass(split, perClass);
    std::vector<std::int64_t> chosen(
        static_cast<std::size_t>(limit > 0 ? std::min(limit, split.count()) : split.count()));
    std::iota(chosen.begin(), chosen.end(), std::int64_t{0});
    return chosen;
}

} // namespace lpntk::data
