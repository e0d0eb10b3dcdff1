#include <core/curation/tags.h>

#include <algorithm>

namespace lpntk::curation {

std::map<std::string, std::int64_t> tagCounts(const Decisions& decisions) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& [sample, decision] : decisions.all())
        for (const std::string& tag : decision.tags)
            ++counts[tag];
    return counts;
}

std::vector<base::SampleId> samplesWithTag(const Decisions& decisions, const std::string& tag) {
    std::vector<base::SampleId> samples;
    for (const auto& [sample, decision] : decisions.all())
        if (std::binary_search(decision.tags.begin(), decision.tags.end(), tag))
            samples.push_back(sample);
    return samples;
}

} // namespace lpntk::curation
