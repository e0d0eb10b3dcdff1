#pragma once

#include <helpers/synthetic_run.h>

#include <core/analysis/clustering.h>
#include <core/curation/export.h>

#include <QTemporaryDir>

#include <memory>

namespace lpntk::tests {

/// A synthetic run with its clustering, in a folder of its own.
struct CurationFixture {
    QTemporaryDir folder;
    SyntheticRun dense;
    std::shared_ptr<const run::Run> run;
    std::shared_ptr<const analysis::Clustering> clustering;

    explicit CurationFixture(SyntheticRun made, const SyntheticOptions& options = {}) : dense(std::move(made)) {
        writeSyntheticRun(path("run"), dense, options);
        run = run::Run::open(path("run"));
        clustering = analysis::Clustering::compute(run, analysis::Mode::paper, nullptr, 2);
    }
    std::filesystem::path path(const char* name) const { return folder.filePath(name).toStdString(); }
    std::int64_t classSize(int label) const { return run->classRange(label).size(); }

    curation::Subset prune(const curation::PruneOptions& options, const curation::Decisions& decisions = {}) const {
        return curation::prune(*clustering, options, decisions, true, 2);
    }
    std::int64_t keptOf(const curation::Subset& subset, int label) const {
        std::int64_t kept = 0;
        for (std::int64_t i = run->classRange(label).begin; i < run->classRange(label).end; ++i)
            kept += subset.kept[static_cast<std::size_t>(i)];
        return kept;
    }
};

} // namespace lpntk::tests
