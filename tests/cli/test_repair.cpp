#include "damage.h"
#include "program.h"
#include "small_run.h"

#include <QtTest>

using namespace lpntk;
using namespace lpntk::tests;

/// `lpntk repair` on a real run.
class TestRepair : public QObject {
    Q_OBJECT

private:
    SmallRun m_run;
    QByteArray m_whole;
    QString kernelFile() const { return m_run.folder() + QStringLiteral("/kernel.npy"); }

private Q_SLOTS:
    void initTestCase() {
        const QString problem = m_run.make();
        if (m_run.isMissing())
            QSKIP(qPrintable(problem));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        m_whole = readBytes(kernelFile());
    }

    void checkChangesNothing() {
        QCOMPARE(runProgram({"repair", m_run.folder(), "--check"}).exitCode, 0);
        damage(kernelFile(), [](QByteArray& bytes) { bytes[1000] = static_cast<char>(bytes[1000] ^ 1); });
        const auto found = runProgram({"repair", m_run.folder(), "--check", "--json"});
        QCOMPARE(found.exitCode, 1);
        QCOMPARE(found.json()["damaged"].toInteger(), 1);
        QCOMPARE(found.json()["computed"].toInteger(), 0);
        QVERIFY(readBytes(kernelFile()) != m_whole);
    }

    void whatIsDamagedIsComputedAgain() {
        damage(kernelFile(), [](QByteArray& bytes) { bytes.truncate(bytes.size() / 2); });
        const auto refused = runProgram({"relations", m_run.folder()});
        QVERIFY2(refused.exitCode == 1 && refused.err.contains("lpntk repair"), refused.err.constData());
        const auto found = runProgram({"repair", m_run.folder(), "--json"});
        QVERIFY2(found.exitCode == 0, found.err.constData());
        QVERIFY(found.json()["computed"].toInteger() > 0);
        QCOMPARE(readBytes(kernelFile()), m_whole);
        QCOMPARE(runProgram({"repair", m_run.folder(), "--check"}).exitCode, 0);
    }

    void changedDataAreNamed() {
        damage(kernelFile(), [](QByteArray& bytes) { bytes[1000] = static_cast<char>(bytes[1000] ^ 1); });
        const QByteArray damaged = readBytes(kernelFile());
        damage(m_run.data() + QStringLiteral("/train-images-idx3-ubyte"),
               [](QByteArray& bytes) { bytes[5000] = static_cast<char>(bytes[5000] ^ 1); });
        const auto found = runProgram({"repair", m_run.folder()});
        QVERIFY2(found.exitCode == 1 && found.err.contains("changed since"), found.err.constData());
        QCOMPARE(readBytes(kernelFile()), damaged);
    }
};

QTEST_GUILESS_MAIN(TestRepair)
#include "test_repair.moc"
