#include <core/engine/engine.h>
#include <core/engine/environment.h>

#include <QtTest>

#include <algorithm>
#include <cstdlib>

using namespace lpntk;

class TestEngine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void environmentIsSetUnlessTheUserDid() {
        ::setenv("GOMP_SPINCOUNT", "77", 1);
        ::unsetenv("OMP_WAIT_POLICY");
        engine::prepareEnvironment();
        QCOMPARE(QByteArray(std::getenv("GOMP_SPINCOUNT")), QByteArray("77"));
        QCOMPARE(QByteArray(std::getenv("OMP_WAIT_POLICY")), QByteArray("passive"));
    }

    void opensOnceWhenAsked() {
        QVERIFY(!engine::engineIsOpen());
        engine::Engine& first = engine::engine();
        QVERIFY(engine::engineIsOpen());
        QCOMPARE(&engine::engine(), &first);
        const auto models = first.models();
        QVERIFY(std::find(models.begin(), models.end(), "lenet5") != models.end());
    }

    /// The family of errors crosses the library's border with its types.
    void errorsKeepTheirTypes() {
        const engine::NetworkSpec unknown{"no-such-network", {}, 0};
        QVERIFY_THROWS_EXCEPTION(base::OptionError, engine::engine().describe(unknown, {1, 28, 28}, 10, {}));
    }
};

QTEST_GUILESS_MAIN(TestEngine)
#include "test_engine.moc"
