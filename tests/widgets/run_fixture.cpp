#include "run_fixture.h"

#include <helpers/real_data.h>

#include <QtTest>

namespace lpntk::tests {

RunFixture::RunFixture(std::int64_t rows, int classes, run::Blocks blocks)
    : synthetic(makeSyntheticRun(rows, classes, 7)) {
    const char* names[] = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};
    for (int label = 0; label < std::min(classes, 10); ++label)
        synthetic.classNames[static_cast<std::size_t>(label)] = names[label];
    SyntheticOptions options;
    options.blocks = blocks;
    if (const auto folder = fashionMnist())
        options.dataSource = folder->string();
    const auto path = std::filesystem::path(m_folder.path().toStdString()) / "run";
    writeSyntheticRun(path, synthetic, options);
    session.openRun(path);
}

bool RunFixture::wait() {
    return QTest::qWaitFor([this] { return session.run() && session.clusters() && session.jobs().running() == 0; }, 60000);
}

} // namespace lpntk::tests
