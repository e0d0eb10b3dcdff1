#include <widgets/views/pruning_comparison.h>

#include <core/base/parallel.h>
#include <core/curation/keep_rank.h>
#include <widgets/models/prune_scores.h>

#include <algorithm>
#include <limits>

namespace lpntk::views {

ComparisonContent makeComparison(const ComparisonQuestion& question, const base::JobContext& context) {
    const auto& run = question.clustering->run();
    ComparisonContent content;
    content.clustering = question.clustering;
    content.present = question.present;
    content.keptA = question.present->keptCount;
    std::vector<char> marks;
    std::optional<curation::PruneOptions> rankedBy = question.rankedBy;
    if (question.method) {
        curation::PruneOptions options = models::withScores(*question.method, run);
        options.keep = static_cast<double>(std::max<std::int64_t>(1, content.keptA)) /
                       static_cast<double>(std::max<std::int64_t>(1, run.rows()));
        marks = curation::prune(*question.clustering, options, {}, false, base::availableThreads(), context).kept;
        rankedBy = options;
    } else {
        marks = *question.kept;
    }
    content.keptB = std::count(marks.begin(), marks.end(), 1);
    context.throwIfCancelled();
    content.counts = curation::compareKept(run, question.present->kept, marks);
    context.throwIfCancelled();
    content.spearman = std::numeric_limits<double>::quiet_NaN();
    if (!rankedBy || !curation::isNested(rankedBy->method) || !curation::isNested(question.present->options.method))
        return content;
    content.rankA = curation::keepRanks(*question.clustering, question.present->options);
    content.rankB = curation::keepRanks(*question.clustering, *rankedBy);
    content.spearman = curation::spearman(content.rankA, content.rankB);
    return content;
}

} // namespace lpntk::views
