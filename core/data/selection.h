#pragma once

#include <core/data/dataset.h>

#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::data {

/// The samples that were asked for, as original indices: `indices` in their order when there are any, else the first
/// `perClass` of each class, else the first `limit`, else all (0 = not asked for). Throws OptionError for an index that
/// the split does not have or that is there twice.
std::vector<std::int64_t> selectSamples(const Split& split, std::int64_t limit, std::int64_t perClass,
                                        std::span<const std::int64_t> indices);

} // namespace lpntk::data
