#include <core/analysis/checked_row.h>
#include <core/analysis/class_pairs.h>
#include <core/base/parallel.h>
#include <core/curation/hand_clusters.h>
#include <core/curation/keep_values.h>
#include <core/curation/pruning.h>
#include <core/curation/shuffle.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace lpntk::curation {

using base::RowId;

namespace {

std::size_t at(RowId row) { return static_cast<std::size_t>(row.value()); }

/// Applies one rule; a member function per method.
class Rule {
public:
    Rule(const analysis::Clustering& clustering, Subset& subset)
        : m_clustering(clustering), m_run(clustering.run()), m_subset(subset), m_options(subset.options),
          m_hand(m_run, subset.handHeads), m_shuffler(m_options.seed) {}

    void apply() {
        switch (m_options.method) {
        case Method::heads: keepHeads(); break;
        case Method::randomMember: keepRandomMembers(); break;
        case Method::thinLargest: thinLargest(); break;
        case Method::dropSmall: dropSmall(); break;
        case Method::redundant: dropRedundant(); break;
        case Method::average: keepByAverage(); break;
        case Method::random: keepRandom({0, m_run.rows()}); break;
        case Method::classRandom:
            for (int label = 0; label < m_run.classes(); ++label)
                keepRandom(m_run.classRange(label));
            break;
        case Method::el2n:
        case Method::grand:
        case Method::forgetting:
            m_subset.score = m_options.scores;
            keepHighest(m_options.scores, Reason::lowScore);
            break;
        }
    }

private:
    void keep(RowId row, Reason reason = Reason::kept) { set(row, 1, reason); }
    void drop(RowId row, Reason reason) { set(row, 0, reason); }
    void set(RowId row, char kept, Reason reason) {
        m_subset.kept[at(row)] = kept;
        m_subset.reason[at(row)] = reason;
    }

    void keepHeads() {
        for (int label = 0; label < m_run.classes(); ++label) {
            const auto order = m_hand.keepOrder(m_clustering.keepOrder(label));
            const std::int64_t count = countToKeep(m_options.keep, m_run.classRange(label).size());
            for (std::size_t rank = 0; rank < order.size(); ++rank) {
                m_subset.score[at(order[rank])] = static_cast<float>(rank);
                if (static_cast<std::int64_t>(rank) < count)
                    keep(order[rank], m_hand.isGivenAway(order[rank]) ? Reason::kept : Reason::keptHead);
                else
                    drop(order[rank], m_clustering.redundancy().isRedundant(order[rank]) ? Reason::redundant
                                                                                        : Reason::memberNotHead);
            }
        }
    }

    void keepRandomMembers() {
        for (auto& cluster : clustersByHead()) {
            std::vector<RowId> rows = cluster.members;
            rows.insert(rows.end(), cluster.attached.begin(), cluster.attached.end());
            std::sort(rows.begin(), rows.end());
            const RowId chosen = rows[m_shuffler.below(rows.size())];
            for (const RowId row : rows)
                drop(row, Reason::memberNotHead);
            keep(chosen);
        }
    }

    void thinLargest() {
        keepAll();
        for (const auto& cluster : largestOfEachClass()) {
            std::vector<RowId> rows(cluster.members.begin() + 1, cluster.members.end());
            rows.insert(rows.end(), cluster.attached.begin(), cluster.attached.end());
            std::sort(rows.begin(), rows.end());
            m_shuffler.shuffle(rows);
            const auto drops = std::llround(m_options.thinShare * static_cast<double>(cluster.size()));
            rows.resize(std::min(rows.size(), static_cast<std::size_t>(drops)));
            for (const RowId row : rows)
                drop(row, Reason::largestCluster);
        }
    }

    void dropSmall() {
        keepAll();
        const auto clusters = clustersFor(m_clustering, m_subset);
        for (std::size_t c = 0; c < clusters.clusters.size(); ++c) {
            const auto& cluster = clusters.clusters[c];
            if (cluster.size() > m_options.smallMembers || clusters.rankInClass[c] == 1)
                continue;
            for (const auto* rows : {&cluster.members, &cluster.attached}) {
                for (const RowId row : *rows)
                    drop(row, Reason::smallCluster);
            }
        }
    }

    void dropRedundant() {
        keepAll();
        for (const RowId row : rowsOf({0, m_run.rows()})) {
            m_subset.score[at(row)] = m_clustering.redundancy().ratio[at(row)];
            if (m_clustering.redundancy().isRedundant(row))
                drop(row, Reason::redundant);
        }
    }

    void keepByAverage() {
        m_subset.score = analysis::averageKappa(m_run).ownClass;
        keepHighest(averageValues(m_subset.score, m_options),
                    m_options.averageDropHighest ? Reason::highScore : Reason::lowScore);
    }

    void keepRandom(run::RowRange range) {
        std::vector<RowId> rows = rowsOf(range);
        m_shuffler.shuffle(rows);
        const auto count = static_cast<std::size_t>(countToKeep(m_options.keep, range.size()));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (i < count)
                keep(rows[i]);
            else
                drop(rows[i], Reason::random);
        }
    }

    /// Ties: the smaller row is kept.
    void keepHighest(const std::vector<float>& values, Reason dropped) {
        const std::vector<RowId> rows = rowsByValue(values);
        const auto count = static_cast<std::size_t>(countToKeep(m_options.keep, m_run.rows()));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (i < count)
                keep(rows[i]);
            else
                drop(rows[i], dropped);
        }
    }

    void keepAll() {
        for (const RowId row : rowsOf({0, m_run.rows()}))
            keep(row);
    }

    std::vector<analysis::ClusterAssignment::Cluster> clustersByHead() const {
        auto clusters = clustersFor(m_clustering, m_subset).clusters;
        std::sort(clusters.begin(), clusters.end(), [](const auto& a, const auto& b) { return a.head < b.head; });
        return clusters;
    }

    std::vector<analysis::ClusterAssignment::Cluster> largestOfEachClass() const {
        auto all = clustersFor(m_clustering, m_subset);
        std::vector<analysis::ClusterAssignment::Cluster> largest;
        for (std::size_t c = 0; c < all.clusters.size(); ++c) {
            if (all.rankInClass[c] == 1)
                largest.push_back(std::move(all.clusters[c]));
        }
        std::sort(largest.begin(), largest.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
        return largest;
    }

    const analysis::Clustering& m_clustering;
    const run::Run& m_run;
    Subset& m_subset;
    const PruneOptions& m_options;
    HandClusters m_hand;
    Shuffler m_shuffler;
};

void applyVerdicts(const run::Run& run, const Decisions& decisions, Subset& subset) {
    for (const auto& [sample, decision] : decisions.all()) {
        const RowId row = run.rowFromSample(sample);
        if (!row.isValid() || decision.verdict == Decision::Verdict::none)
            continue;
        const bool kept = decision.verdict == Decision::Verdict::keep;
        subset.kept[at(row)] = kept ? 1 : 0;
        subset.reason[at(row)] = kept ? Reason::keptByHand : Reason::prunedByHand;
        ++subset.handEdits;
    }
}

void findNearest(const run::Run& run, Subset& subset, int threads, const base::JobContext& context) {
    constexpr std::int64_t kChunk = 64;
    const auto work = [&](std::int64_t chunk, int) {
        std::vector<float> cosines;
        for (std::int64_t i = chunk * kChunk; i < std::min(run.rows(), (chunk + 1) * kChunk); ++i) {
            if (subset.kept[static_cast<std::size_t>(i)])
                continue;
            context.throwIfCancelled();
            const run::RowRange range = run.classRange(run.labelOf(RowId(i)));
            cosines.resize(static_cast<std::size_t>(range.size()));
            analysis::checkedCosineRow(run, RowId(i), range, cosines);
            std::int64_t best = -1;
            for (std::int64_t j = 0; j < range.size(); ++j) {
                if (subset.kept[static_cast<std::size_t>(range.begin + j)] &&
                    (best < 0 || cosines[static_cast<std::size_t>(j)] > cosines[static_cast<std::size_t>(best)]))
                    best = j;
            }
            if (best >= 0) {
                subset.nearestKept[static_cast<std::size_t>(i)] = RowId(range.begin + best);
                subset.nearestCosine[static_cast<std::size_t>(i)] = cosines[static_cast<std::size_t>(best)];
            }
        }
    };
    base::parallelFor((run.rows() + kChunk - 1) / kChunk, threads > 0 ? threads : base::availableThreads(), context, work);
    subset.standsFor.assign(subset.kept.size(), 0);
    for (std::size_t i = 0; i < subset.kept.size(); ++i) {
        if (!subset.kept[i] && subset.nearestKept[i].isValid())
            ++subset.standsFor[at(subset.nearestKept[i])];
    }
}

} // namespace

void PruneOptions::check(std::int64_t rows) const {
    if (!(keep > 0 && keep <= 1))
        throw base::OptionError(fmt::format("the share to keep is {}; a number above 0 and at most 1 is needed", keep));
    if (!(thinShare >= 0 && thinShare <= 1))
        throw base::OptionError(fmt::format("the share of the largest clusters to drop is {}; it must be from 0 to 1", thinShare));
    if (!(clusterRatio > 0 && clusterRatio <= 1))
        throw base::OptionError(fmt::format("the ratio of clusters is {}; a number above 0 and at most 1 is needed", clusterRatio));
    if (smallMembers < 0)
        throw base::OptionError(fmt::format("small clusters of at most {} members were asked for; the number must not be negative", smallMembers));
    if (!needsScores(method))
        return;
    if (scores.empty())
        throw base::OptionError(fmt::format("the method {} needs scores; make them with \"lpntk score\" and give them along", nameOf(method)));
    if (static_cast<std::int64_t>(scores.size()) != rows)
        throw base::OptionError(fmt::format("the method {} was given {} scores for {} samples", nameOf(method), scores.size(), rows));
    const auto missing = std::find_if(scores.begin(), scores.end(), [](float score) { return std::isnan(score); });
    if (missing != scores.end())
        throw base::OptionError(fmt::format("the method {} has no score for row {} of the run", nameOf(method), missing - scores.begin()));
}

analysis::ClusterAssignment clustersFor(const analysis::Clustering& clustering, const PruneOptions& options,
                                        const HandHeads& byHand) {
    const HandClusters hand(clustering.run(), byHand);
    if (options.method != Method::heads && options.method != Method::randomMember)
        return hand.applied(clustering.assign(clustering.headsForRatio(options.clusterRatio)));
    std::vector<std::int64_t> heads;
    for (int label = 0; label < clustering.run().classes(); ++label)
        heads.push_back(countToKeep(options.keep, clustering.run().classRange(label).size()));
    return hand.applied(clustering.assign(heads));
}

analysis::ClusterAssignment clustersFor(const analysis::Clustering& clustering, const Subset& subset) {
    return clustersFor(clustering, subset.options, subset.handHeads);
}

Subset prune(const analysis::Clustering& clustering, const PruneOptions& options, const Decisions& decisions, bool nearest,
             int threads, const base::JobContext& context) {
    const run::Run& run = clustering.run();
    options.check(run.rows());
    const auto rows = static_cast<std::size_t>(run.rows());
    Subset subset;
    subset.options = options;
    subset.handHeads = handHeads(decisions);
    subset.kept.assign(rows, 0);
    subset.reason.assign(rows, Reason::kept);
    subset.score.assign(rows, std::numeric_limits<float>::quiet_NaN());
    subset.nearestKept.resize(rows);
    subset.nearestCosine.assign(rows, std::numeric_limits<float>::quiet_NaN());
    Rule(clustering, subset).apply();
    context.throwIfCancelled();
    applyVerdicts(run, decisions, subset);
    for (std::size_t i = 0; i < rows; ++i) {
        if (!subset.kept[i])
            continue;
        ++subset.keptCount;
        subset.nearestKept[i] = RowId(static_cast<std::int64_t>(i));
        subset.nearestCosine[i] = 1;
    }
    if (nearest)
        findNearest(run, subset, threads, context);
    return subset;
}

} // namespace lpntk::curation
