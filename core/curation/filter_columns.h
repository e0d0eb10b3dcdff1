#pragma once

#include <core/curation/filter_table.h>

#include <string>
#include <utility>
#include <vector>

namespace lpntk::curation {

// The parts of a FilterTable, one function per source.
std::vector<FilterColumn> runColumns(const FilterSource& source);
std::vector<FilterColumn> decisionColumns(const FilterSource& source);
std::vector<FilterColumn> clusterColumns(const FilterSource& source);
std::vector<FilterColumn> subsetColumns(const FilterSource& source);
std::vector<FilterColumn> kernelColumns(const FilterSource& source);
std::vector<FilterColumn> dataColumns(const FilterSource& source);

/// A column of numbers, flags or choices whose value of one row is a function of the row.
template <typename Value> FilterColumn makeColumn(std::string name, std::string meaning, FilterType type, Value value) {
    FilterColumn made;
    made.name = std::move(name);
    made.meaning = std::move(meaning);
    made.type = type;
    made.numbers = [value = std::move(value)](std::int64_t begin, std::span<double> out) {
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<double>(value(begin + static_cast<std::int64_t>(i)));
    };
    return made;
}

/// A column that has no values now; `why` is a sentence.
inline FilterColumn makeMissing(std::string name, std::string meaning, FilterType type, std::string why) {
    FilterColumn made;
    made.name = std::move(name);
    made.meaning = std::move(meaning);
    made.type = type;
    made.missing = std::move(why);
    return made;
}

} // namespace lpntk::curation
