#pragma once

#include <core/curation/filter_table.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::curation {

/// What may stand at a place of a filter that is being typed.
struct FilterCompletions {
    struct Item {
        std::string text;   ///< as it is written into the filter, with quotes where it needs them
        std::string detail; ///< what a column means; may be empty
    };
    std::size_t begin = 0;   ///< bytes from here to the cursor are replaced
    bool isWord = false;     ///< something is typed there already; else the list is for whoever asks
    std::vector<Item> items; ///< those that begin with what is typed before those that contain it
};

/// `cursor`: a byte of `text`. Columns where a condition begins, names of classes, clusters and tags where they are
/// compared, operators and "and", "or" after a column or value.
FilterCompletions filterCompletions(std::string_view text, std::size_t cursor, const FilterTable& table);

} // namespace lpntk::curation
