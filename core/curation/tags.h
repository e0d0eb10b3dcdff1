#pragma once

#include <core/curation/decisions.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lpntk::curation {

/// How many samples have each tag, sorted by name.
std::map<std::string, std::int64_t> tagCounts(const Decisions& decisions);

/// The samples that have a tag, ascending.
std::vector<base::SampleId> samplesWithTag(const Decisions& decisions, const std::string& tag);

} // namespace lpntk::curation
