#pragma once

#include <core/curation/export.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lpntk::curation {

/// A subset seen from the data set: everything the writers of an export need, by original index of the split.
/// Refers to the source and the subset it was made from.
struct SubsetTable {
    const SubsetSource& source;
    const Subset& subset;
    const data::Split* split = nullptr;   ///< null without a data set
    std::string splitName;
    std::int64_t count = 0;               ///< samples of the split; without a data set up to the last one of the run
    std::vector<base::RowId> rowOf;       ///< (count), invalid when the sample is not in the run
    std::vector<std::int64_t> labels;     ///< (count) as exported, that is after relabelling by hand; -1 unknown
    std::vector<std::int64_t> kept;       ///< ascending original indices
    std::vector<std::int64_t> pruned;     ///< ascending, those of the run that are not kept
    bool relabelled = false;              ///< some label differs from the data set's

    const std::vector<std::string>& classNames() const { return source.run->manifest().classNames; }
    const data::ImageSource& images() const { return *split->images; }
};

/// Throws ShapeError when run, subset and data set do not belong together, OptionError when nothing is kept or a label
/// given by hand does not exist.
SubsetTable makeSubsetTable(const SubsetSource& source, const Subset& subset);

} // namespace lpntk::curation
