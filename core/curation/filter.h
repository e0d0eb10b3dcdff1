#pragma once

#include <core/base/job_context.h>
#include <core/curation/filter_table.h>
#include <core/curation/filter_tokens.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::curation {

class FilterNode;

/// A condition on samples, written as text and checked against the columns there are. Immutable; evaluated on any
/// thread.
///
///     filter     := or
///     or         := and { "or" and }
///     and        := not { "and" not }
///     not        := "not" not | "(" or ")" | test
///     test       := FLAG | "known" "(" COLUMN ")"
///                 | value { ("==" | "!=" | "<" | "<=" | ">" | ">=") value }
///                 | COLUMN ["not"] "in" "(" value { "," value } ")"
///                 | COLUMN ["not"] "between" value "and" value
///                 | COLUMN "~" value
///     value      := COLUMN | number | 'text' | "text" | word | "true" | "false"
///
/// A chain "a < b <= c" means both. "between" includes its ends. A word that is no column is a text, so class == Coat
/// and class == "Coat" are the same; names compare with ==, != and "in", upper and lower case alike where only one
/// fits; a number is the number of the class or cluster. "~" asks whether a text (of a name, path, tag) contains
/// another, upper and lower case alike. What is not known (NaN) makes every comparison with it false, != too; "not"
/// then makes it true.
class Filter {
public:
    /// Brackets and "not" may stand so deep within each other.
    static constexpr int kDeepest = 64;

    /// Throws FilterError: what cannot be read, names that are not there (with the nearest one), values of the wrong
    /// kind, columns that have no values now.
    Filter(std::string text, std::shared_ptr<const FilterTable> table);
    ~Filter();
    Filter(Filter&&) noexcept;
    Filter& operator=(Filter&&) noexcept;

    const std::string& text() const { return m_text; }
    const FilterTable& table() const { return *m_table; }
    /// Whether the result depends on a column.
    bool uses(std::string_view column) const { return m_columns.contains(std::string(column)); }

    /// (table().rows()) 1 where the condition holds. Throws Cancelled, and FormatError, IoError of what columns read.
    std::vector<char> rows(const base::JobContext& context = {}) const;
    /// The samples where it holds, ascending.
    std::vector<base::SampleId> samples(const base::JobContext& context = {}) const;

private:
    std::string m_text;
    std::shared_ptr<const FilterTable> m_table;
    std::set<std::string> m_columns;
    std::unique_ptr<const FilterNode> m_root;
};

} // namespace lpntk::curation
