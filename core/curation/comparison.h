#pragma once

#include <core/base/ids.h>
#include <core/run/run.h>

#include <cstdint>
#include <span>
#include <vector>

namespace lpntk::curation {

/// How two choices of what to keep agree, overall and by class.
struct Comparison {
    struct Counts {
        std::int64_t both = 0, onlyA = 0, onlyB = 0, neither = 0;
        /// Share of the rows that at least one keeps which both keep (Jaccard index); 1 when neither keeps any.
        double overlap() const;
        /// Share of the rows that both treat alike.
        double agreement() const;
        bool operator==(const Counts&) const = default;
    };
    Counts all;
    std::vector<Counts> ofClass;           ///< [label]
    std::vector<base::RowId> onlyA, onlyB; ///< ascending
};

/// `a`, `b`: (N) 1 = kept. Throws ShapeError when they are not one entry per row.
Comparison compareKept(const run::Run& run, std::span<const char> a, std::span<const char> b);

/// Spearman's rank correlation: Pearson's of the ranks, equal values share the mean of theirs. NaN for fewer than two
/// values or when one side has one value only. Throws ShapeError when the sizes differ.
double spearman(std::span<const float> a, std::span<const float> b);

} // namespace lpntk::curation
