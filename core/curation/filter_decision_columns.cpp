// The columns of a filter that come from decisions, clusters and the subset.
#include <core/curation/filter_columns.h>

#include <core/curation/tags.h>

#include <fmt/format.h>

#include <limits>
#include <mutex>
#include <unordered_set>

namespace lpntk::curation {

using base::RowId;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t at(std::int64_t index) {
    return static_cast<std::size_t>(index);
}

/// The decisions by row, found when the first column asks: making a table costs nothing on the window's thread.
class DecisionRows {
public:
    DecisionRows(std::shared_ptr<const run::Run> run, std::shared_ptr<const Decisions> decisions)
        : m_run(std::move(run)), m_decisions(std::move(decisions)) {}

    const Decision& of(std::int64_t row) const {
        static const Decision nothing;
        std::call_once(m_once, [this] { fill(); });
        const Decision* decision = m_rows.empty() ? nullptr : m_rows[at(row)];
        return decision ? *decision : nothing;
    }

private:
    void fill() const {
        if (!m_decisions || m_decisions->all().empty())
            return;
        m_rows.resize(at(m_run->rows()));
        for (const auto& [sample, decision] : m_decisions->all())
            if (const RowId row = m_run->rowFromSample(sample); row.isValid())
                m_rows[at(row.value())] = &decision;
    }

    std::shared_ptr<const run::Run> m_run;
    std::shared_ptr<const Decisions> m_decisions;
    mutable std::once_flag m_once;
    mutable std::vector<const Decision*> m_rows;
};

/// The selected samples, ready to be asked; made when the first row asks.
class SelectedSamples {
public:
    explicit SelectedSamples(std::vector<base::SampleId> samples) : m_samples(std::move(samples)) {}
    bool contains(std::int64_t sample) const {
        std::call_once(m_once, [this] { m_set = {m_samples.begin(), m_samples.end()}; });
        return m_set.contains(base::SampleId(sample));
    }

private:
    std::vector<base::SampleId> m_samples;
    mutable std::once_flag m_once;
    mutable std::unordered_set<base::SampleId> m_set;
};

std::vector<std::string> clusterNames(const run::Run& run, const analysis::ClusterAssignment& clusters) {
    std::vector<std::string> names;
    names.reserve(clusters.clusters.size());
    for (std::size_t i = 0; i < clusters.clusters.size(); ++i)
        names.push_back(
            fmt::format("{} {}", run.manifest().classNames[at(clusters.clusters[i].label)], clusters.rankInClass[i]));
    return names;
}

} // namespace

std::vector<FilterColumn> decisionColumns(const FilterSource& source) {
    const auto run = source.run;
    const auto rows = std::make_shared<const DecisionRows>(run, source.decisions);
    std::vector<FilterColumn> columns;
    columns.push_back(makeColumn("class", "class after relabelling by hand, by name or number", FilterType::choice,
                                 [run, rows](std::int64_t row) {
                                     const int given = rows->of(row).relabel;
                                     return given >= 0 ? given : run->labels()[at(row)];
                                 }));
    columns.back().choices = [run] { return run->manifest().classNames; };
    columns.push_back(
        makeColumn("relabelled", "given another label by hand", FilterType::flag, [run, rows](std::int64_t row) {
            const int given = rows->of(row).relabel;
            return given >= 0 && given != run->labels()[at(row)];
        }));
    columns.push_back(makeColumn("decided", "kept or pruned by hand", FilterType::flag, [rows](std::int64_t row) {
        return rows->of(row).verdict != Decision::Verdict::none;
    }));
    columns.push_back(makeColumn("review", "marked for review", FilterType::flag,
                                 [rows](std::int64_t row) { return rows->of(row).review; }));
    columns.push_back(makeColumn("tagged", "has a tag", FilterType::flag,
                                 [rows](std::int64_t row) { return !rows->of(row).tags.empty(); }));
    FilterColumn tags;
    tags.name = "tag";
    tags.meaning = "its tags; == asks whether it has one, ~ whether one contains the text";
    tags.type = FilterType::tags;
    tags.tags = [rows](std::int64_t row) -> std::span<const std::string> { return rows->of(row).tags; };
    if (source.decisions)
        for (const auto& [name, count] : tagCounts(*source.decisions))
            tags.knownTags.push_back(name);
    columns.push_back(std::move(tags));
    const auto selected = std::make_shared<const SelectedSamples>(source.selected);
    columns.push_back(
        makeColumn("selected", "in the present selection", FilterType::flag,
                   [run, selected](std::int64_t row) { return selected->contains(run->samples()[at(row)]); }));
    return columns;
}

std::vector<FilterColumn> clusterColumns(const FilterSource& source) {
    const auto run = source.run;
    const auto clusters = source.clusters;
    const auto clustering = source.clustering;
    constexpr const char* kWait = "the run has no clusters yet; wait until they are computed";
    constexpr const char *kCluster = "its cluster, by name (\"Coat 2\") or number (1 = the largest of all)",
                         *kSize = "samples in its cluster", *kHead = "is the head of its cluster",
                         *kCosine = "cosine with the head of its cluster, -1 to 1",
                         *kRedundant = "another sample teaches it more than it does itself";
    std::vector<FilterColumn> columns;
    if (clustering)
        columns.push_back(makeColumn("redundant", kRedundant, FilterType::flag, [clustering](std::int64_t row) {
            return clustering->redundancy().isRedundant(RowId(row));
        }));
    else
        columns.push_back(makeMissing("redundant", kRedundant, FilterType::flag, kWait));
    if (!clusters) {
        columns.push_back(makeMissing("cluster", kCluster, FilterType::choice, kWait));
        columns.push_back(makeMissing("cluster_size", kSize, FilterType::number, kWait));
        columns.push_back(makeMissing("is_head", kHead, FilterType::flag, kWait));
        columns.push_back(makeMissing("cos_head", kCosine, FilterType::number, kWait));
        return columns;
    }
    columns.push_back(makeColumn("cluster", kCluster, FilterType::choice, [clusters](std::int64_t row) {
        const base::ClusterId cluster = clusters->clusterOf[at(row)];
        return cluster.isValid() ? static_cast<double>(cluster.value() + 1) : kNaN;
    }));
    columns.back().choices = [run, clusters] { return clusterNames(*run, *clusters); };
    columns.back().firstChoice = 1;
    columns.push_back(makeColumn("cluster_size", kSize, FilterType::number, [clusters](std::int64_t row) {
        const base::ClusterId cluster = clusters->clusterOf[at(row)];
        return cluster.isValid() ? static_cast<double>(clusters->clusters[at(cluster.value())].size()) : kNaN;
    }));
    columns.push_back(makeColumn("is_head", kHead, FilterType::flag, [clusters](std::int64_t row) {
        const base::ClusterId cluster = clusters->clusterOf[at(row)];
        return cluster.isValid() && clusters->clusters[at(cluster.value())].head == RowId(row);
    }));
    columns.push_back(makeColumn("cos_head", kCosine, FilterType::number,
                                 [clusters](std::int64_t row) { return clusters->cosineToHead[at(row)]; }));
    return columns;
}

std::vector<FilterColumn> subsetColumns(const FilterSource& source) {
    const auto subset = source.subset;
    constexpr const char *kKept = "kept by rule and hand", *kPruned = "pruned by rule and hand",
                         *kReason = "why it is kept or pruned, as in decisions.csv";
    std::vector<FilterColumn> columns;
    if (!subset) {
        constexpr const char* kWhy = "what is kept is not known yet; wait until the pruning rule is computed";
        columns.push_back(makeMissing("kept", kKept, FilterType::flag, kWhy));
        columns.push_back(makeMissing("pruned", kPruned, FilterType::flag, kWhy));
        columns.push_back(makeMissing("reason", kReason, FilterType::choice, kWhy));
        return columns;
    }
    columns.push_back(
        makeColumn("kept", kKept, FilterType::flag, [subset](std::int64_t row) { return subset->kept[at(row)] != 0; }));
    columns.push_back(makeColumn("pruned", kPruned, FilterType::flag,
                                 [subset](std::int64_t row) { return subset->kept[at(row)] == 0; }));
    columns.push_back(makeColumn("reason", kReason, FilterType::choice,
                                 [subset](std::int64_t row) { return static_cast<int>(subset->reason[at(row)]); }));
    columns.back().choices = [] {
        std::vector<std::string> names;
        for (int reason = 0; reason <= static_cast<int>(Reason::random); ++reason)
            names.emplace_back(nameOf(static_cast<Reason>(reason)));
        return names;
    };
    return columns;
}

} // namespace lpntk::curation
