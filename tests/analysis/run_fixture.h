#pragma once

#include <helpers/synthetic_run.h>

#include <core/run/run.h>

#include <QTemporaryDir>

#include <memory>

namespace lpntk::tests {

/// A synthetic run on disk with its dense matrix beside it.
struct RunFixture {
    QTemporaryDir folder;
    SyntheticRun dense;
    std::shared_ptr<const run::Run> run;

    explicit RunFixture(SyntheticRun made, const SyntheticOptions& options = {}) : dense(std::move(made)) {
        const std::filesystem::path path = folder.filePath("run").toStdString();
        writeSyntheticRun(path, dense, options);
        run = run::Run::open(path);
    }
    bool has(std::int64_t i, std::int64_t j) const { return run->has(base::RowId(i), base::RowId(j)); }
};

} // namespace lpntk::tests
