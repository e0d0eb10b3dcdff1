#pragma once

#include <helpers/synthetic_run.h>
#include <widgets/models/session.h>

#include <QTemporaryDir>

#include <cstdint>

namespace lpntk::tests {

/// A session on a synthetic run in a temporary folder; with pictures of Fashion-MNIST where it is installed.
class RunFixture {
public:
    explicit RunFixture(std::int64_t rows = 600, int classes = 10, run::Blocks blocks = run::Blocks::full);
    /// Waits for clusters, subset and everything else that opening starts. False after a minute.
    bool wait();

    models::Session session;
    SyntheticRun synthetic;

private:
    QTemporaryDir m_folder;
};

} // namespace lpntk::tests
