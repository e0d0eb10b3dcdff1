#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lpntk::model {

struct NamedShape {
    std::string name;
    std::vector<std::int64_t> shape;
    std::size_t index = 0; ///< in the list it comes from
};

/// Matches whole modules ("conv1" with weight and bias) by what they hold: kinds and shapes must be the same on both
/// sides, and where several modules are alike they are matched in order, but only when the file's order is also the
/// natural order of their names (an alphabetical file puts features.10 before features.3). Returns the index of an
/// offered tensor for each wanted one, nothing when that leaves a doubt.
std::optional<std::vector<std::size_t>> matchByOrder(const std::vector<NamedShape>& wanted,
                                                     const std::vector<NamedShape>& offered);

/// Whether `a` comes before `b` when digits in names count as numbers.
bool naturallyBefore(const std::string& a, const std::string& b);

} // namespace lpntk::model
