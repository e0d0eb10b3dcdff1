#pragma once

#include <core/analysis/clustering.h>
#include <core/curation/decisions.h>
#include <core/curation/pruning.h>
#include <core/data/dataset.h>
#include <core/run/run.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::curation {

/// What a filter speaks about. All but the run may be null; columns that need what is missing say so when they are
/// used.
struct FilterSource {
    std::shared_ptr<const run::Run> run;
    std::shared_ptr<const data::Dataset> data;
    std::shared_ptr<const analysis::Clustering> clustering;
    std::shared_ptr<const analysis::ClusterAssignment> clusters;
    std::shared_ptr<const Subset> subset;
    std::shared_ptr<const Decisions> decisions;
    base::SampleId current;
    std::vector<base::SampleId> selected;
};

enum class FilterType { number, flag, choice, text, tags };
/// "a number", "yes or no", "a name", "a text", "tags".
const char* nameOf(FilterType type);

/// One value per row that a filter can ask for. Read from any thread, block by block; nothing is kept per row.
struct FilterColumn {
    std::string name;
    std::string meaning; ///< half a sentence for lists of columns
    FilterType type = FilterType::number;
    std::string missing; ///< why there are no values now, a sentence; empty when there are

    /// Of number, flag (0 or 1) and choice (its number): values of the rows from `begin` on; NaN = not known.
    std::function<void(std::int64_t begin, std::span<double> out)> numbers;
    /// Of choice: the names of the numbers `firstChoice`, `firstChoice` + 1, ...
    std::function<std::vector<std::string>()> choices;
    int firstChoice = 0;
    /// Of text; may use `buffer` and refer to it.
    std::function<std::string_view(std::int64_t row, std::string& buffer)> text;
    /// Of tags, sorted.
    std::function<std::span<const std::string>(std::int64_t row)> tags;
    std::vector<std::string> knownTags; ///< those that are there now, for lists; others may be asked for
};

/// The columns that a filter can ask for over the rows of one run: what the run, its clusters and its subset say, the
/// decisions by hand, and the further columns of the data set. A snapshot; made on any thread in no time, immutable.
class FilterTable {
public:
    explicit FilterTable(FilterSource source);

    std::int64_t rows() const { return m_source.run->rows(); }
    const FilterSource& source() const { return m_source; }
    const std::vector<FilterColumn>& columns() const { return m_columns; }
    /// Upper and lower case alike where no other column has the very name. A column of the data set whose name is taken
    /// is "data.NAME". Null when there is none.
    const FilterColumn* find(std::string_view name) const;

private:
    void add(FilterColumn column);
    FilterSource m_source;
    std::vector<FilterColumn> m_columns;
};

} // namespace lpntk::curation
