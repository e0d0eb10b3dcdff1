#pragma once

#include <core/curation/filter_table.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::curation {

/// A piece of a checked filter. Columns belong to the table that the filter was checked against, which outlives it.
class FilterNode {
public:
    virtual ~FilterNode() = default;
    /// Writes 1 or 0 for each of the rows from `begin` on. Safe from any thread.
    virtual void mark(std::int64_t begin, std::span<char> out) const = 0;
};
using FilterNodePtr = std::unique_ptr<const FilterNode>;

enum class FilterOperator { equal, notEqual, less, lessEqual, greater, greaterEqual };

/// A number, or a column of numbers, flags or choices.
struct FilterOperand {
    const FilterColumn* column = nullptr;
    double number = 0;
};

FilterNodePtr makeAll(std::vector<FilterNodePtr> parts); ///< and
FilterNodePtr makeAny(std::vector<FilterNodePtr> parts); ///< or
FilterNodePtr makeNot(FilterNodePtr part);
FilterNodePtr makeFlag(const FilterColumn& column);
/// Not NaN; of texts: not empty.
FilterNodePtr makeKnown(const FilterColumn& column);
FilterNodePtr makeComparison(FilterOperand left, FilterOperator comparison, FilterOperand right);
/// One of the numbers; `numbers` need not be sorted.
FilterNodePtr makeNumberIn(const FilterColumn& column, std::vector<double> numbers);
/// One of the texts; of tags: has one of them.
FilterNodePtr makeTextIn(const FilterColumn& column, std::vector<std::string> texts);
/// Contains the text, ASCII letters alike in upper and lower case; of tags: one does.
FilterNodePtr makeContains(const FilterColumn& column, const std::string& text);

} // namespace lpntk::curation
