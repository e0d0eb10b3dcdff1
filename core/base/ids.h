#pragma once

#include <version>
#include <compare>
#include <cstdint>
#include <functional>

namespace lpntk::base {

/// A number with a meaning: ids of different tags do not mix. A default-made id is invalid (-1).
template <typename Tag> class Id {
public:
    constexpr Id() = default;
    constexpr explicit Id(std::int64_t value) : m_value(value) {}

    constexpr std::int64_t value() const { return m_value; }
    constexpr bool isValid() const { return m_value >= 0; }
    constexpr auto operator<=>(const Id&) const = default;

private:
    std::int64_t m_value = -1;
};

/// Original index of a sample in its split of the data set (torchvision's order).
using SampleId = Id<struct SampleTag>;
/// Row of a run; rows are sorted by (label, original index).
using RowId = Id<struct RowTag>;
/// Cluster of a clustering at its present number of heads.
using ClusterId = Id<struct ClusterTag>;

} // namespace lpntk::base

// Written inside namespace std because Qt 6.4's moc cannot parse a qualified specialisation.
namespace std {
template <typename Tag> struct hash<lpntk::base::Id<Tag>> {
    size_t operator()(const lpntk::base::Id<Tag>& id) const noexcept { return hash<int64_t>{}(id.value()); }
};
} // namespace std
