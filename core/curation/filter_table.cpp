#include <core/curation/filter_table.h>

#include <core/base/nearest_name.h>
#include <core/curation/filter_columns.h>

#include <algorithm>
#include <array>

namespace lpntk::curation {

const char* nameOf(FilterType type) {
    constexpr std::array<const char*, 5> kNames{"a number", "yes or no", "a name", "a text", "tags"};
    return kNames[static_cast<std::size_t>(type)];
}

FilterTable::FilterTable(FilterSource source) : m_source(std::move(source)) {
    for (const auto part : {runColumns, decisionColumns, clusterColumns, subsetColumns, kernelColumns, dataColumns})
        for (FilterColumn& column : part(m_source))
            add(std::move(column));
}

void FilterTable::add(FilterColumn column) {
    const auto taken = [this](const std::string& name) {
        return std::any_of(m_columns.begin(), m_columns.end(),
                           [&](const auto& other) { return base::lowerCase(other.name) == name; });
    };
    while (taken(base::lowerCase(column.name)))
        column.name = "data." + column.name;
    m_columns.push_back(std::move(column));
}

const FilterColumn* FilterTable::find(std::string_view name) const {
    const FilterColumn* found = nullptr;
    for (const FilterColumn& column : m_columns) {
        if (column.name == name)
            return &column;
        if (!found && base::lowerCase(column.name) == base::lowerCase(name))
            found = &column;
    }
    return found;
}

} // namespace lpntk::curation
