#include <core/analysis/class_pairs.h>
#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/base/parallel.h>
#include <core/curation/export_tables.h>
#include <core/formats/csv.h>
#include <core/formats/npy.h>

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <mutex>

namespace lpntk::curation {

using base::RowId;
using base::SampleId;

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }
std::size_t at(RowId row) { return static_cast<std::size_t>(row.value()); }

std::string number(float value) {
    return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

std::string labelName(const SubsetTable& table, std::int64_t label) {
    const auto& names = table.classNames();
    return label >= 0 && at(label) < names.size() ? names[at(label)] : std::string();
}

std::string editsText(const SubsetTable& table, SampleId sample, const Decision& decision) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
    if (decision.verdict != Decision::Verdict::none)
        add(decision.verdict == Decision::Verdict::keep ? "keep" : "prune");
    if (decision.relabel >= 0) {
        const RowId row = table.source.run->rowFromSample(sample);
        const std::int64_t before = row.isValid() ? table.source.run->labelOf(row) : -1;
        add(fmt::format("relabel {} -> {}", labelName(table, before), labelName(table, decision.relabel)));
    }
    if (decision.head.isValid())
        add(decision.head == sample ? std::string("made a head")
                                    : fmt::format("to the cluster of {}", decision.head.value()));
    if (decision.review)
        add("review");
    return text;
}

std::vector<std::string> hashesOf(const SubsetTable& table, const base::JobContext& context) {
    std::vector<std::string> hashes(at(table.count));
    const auto samples = table.source.run->samples();
    constexpr std::int64_t kChunk = 32;
    const auto total = static_cast<std::int64_t>(samples.size());
    std::mutex mutex;
    std::int64_t done = 0;
    base::parallelFor((total + kChunk - 1) / kChunk, base::availableThreads(), context, [&](std::int64_t chunk, int) {
        for (std::int64_t i = chunk * kChunk; i < std::min(total, (chunk + 1) * kChunk); ++i) {
            context.throwIfCancelled();
            base::Sha256 hash;
            hash.add(table.images().bytes(samples[at(i)]));
            hashes[at(samples[at(i)])] = hash.hex();
        }
        const std::lock_guard lock(mutex);
        done = std::min(total, done + kChunk);
        context.progress("hashes", static_cast<double>(done), static_cast<double>(total), "samples");
    });
    return hashes;
}

/// What the lines of manifest.csv are made from, found once.
struct Lines {
    const SubsetTable& table;
    analysis::ClusterAssignment clusters;
    analysis::AverageKappa average;
    std::vector<std::string> hashes; ///< empty when not wanted

    std::string line(std::int64_t sample) const {
        const RowId row = table.rowOf[at(sample)];
        const std::int64_t label = table.labels[at(sample)];
        const std::string where = table.split ? table.images().location(sample) : std::string();
        std::string text = fmt::format("{},{},{},{},{},", sample, formats::csvField(where), label < 0 ? std::string() : std::to_string(label),
                                       formats::csvField(labelName(table, label)), formats::csvField(table.splitName));
        text += row.isValid() ? ofRow(row) : std::string("false,not in run,,,,,,,,");
        const Decision& decision = table.source.decisions.of(SampleId(sample));
        text += fmt::format(",{},{},{}\n", formats::csvField(editsText(table, SampleId(sample), decision)),
                            formats::csvField(fmt::format("{}", fmt::join(decision.tags, ";"))), hashes.empty() ? "" : hashes[at(sample)]);
        return text;
    }

private:
    /// kept ... mean_kappa_class
    std::string ofRow(RowId row) const {
        const run::Run& run = *table.source.run;
        const auto cluster = clusters.clusterOf[at(row)];
        const RowId head = clusters.clusters[static_cast<std::size_t>(cluster.value())].head;
        const auto relation = analysis::relationOf(clusters.cosineToHead[at(row)], table.source.thresholds);
        const auto bottom = run.bottomIndex(row);
        const bool contradicted = !bottom.empty() && bottom[0] >= 0 && run.bottomValue(row)[0] < 0;
        return fmt::format("{},{},{},{},{},{},{},{},{},{}", table.subset.kept[at(row)] ? "true" : "false",
                           nameOf(table.subset.reason[at(row)]), cluster.value(), head == row ? "true" : "false",
                           run.sampleFromRow(head).value(), number(run.kappa(row, row)), number(run.kappa(row, head)),
                           head == row ? "self" : nameOf(relation),
                           contradicted ? std::to_string(run.sampleFromRow(RowId(bottom[0])).value()) : std::string(),
                           number(average.ownClass[at(row)]));
    }
};

constexpr const char* kHeader = "index,path,label,label_name,split,kept,reason,cluster,is_head,head_index,kappa_self,"
                                "kappa_to_head,relation_to_head,most_contradictory,mean_kappa_class,edits,tags,sha256\n";

} // namespace

void writeArrays(const std::filesystem::path& folder, const SubsetTable& table) {
    const auto count = at(table.count);
    std::vector<char> mask(count, 0);
    std::vector<float> scores(count, std::numeric_limits<float>::quiet_NaN());
    for (const std::int64_t sample : table.kept)
        mask[at(sample)] = 1;
    for (std::size_t sample = 0; sample < count; ++sample) {
        if (table.rowOf[sample].isValid())
            scores[sample] = table.subset.score[at(table.rowOf[sample])];
    }
    formats::writeNpy(folder / "keep_indices.npy", table.kept);
    formats::writeNpy(folder / "pruned_indices.npy", table.pruned);
    const std::int64_t shape[] = {table.count};
    formats::writeNpyBytes(folder / "keep_mask.npy", formats::DType::boolean, shape, std::as_bytes(std::span(mask)));
    formats::writeNpy(folder / "scores.npy", scores);
    if (table.relabelled)
        formats::writeNpy(folder / "labels.npy", table.labels);
}

void writeManifestCsv(const std::filesystem::path& folder, const SubsetTable& table, bool hashes,
                      const base::JobContext& context) {
    const Lines lines{table, clustersFor(*table.source.clustering, table.subset),
                      analysis::averageKappa(*table.source.run),
                      hashes && table.split ? hashesOf(table, context) : std::vector<std::string>()};
    const base::File file = base::File::create(folder / "manifest.csv");
    std::string text = kHeader;
    constexpr std::size_t kFlush = 1 << 20;
    for (std::int64_t sample = 0; sample < table.count; ++sample) {
        text += lines.line(sample);
        if (text.size() >= kFlush) {
            context.throwIfCancelled();
            file.append(text);
            text.clear();
        }
    }
    file.append(text);
}

} // namespace lpntk::curation
