#include "program.h"

#include <QJsonDocument>

#include <csignal>
#include <sys/resource.h>

namespace lpntk::tests {

namespace {
constexpr int kTimeout = 300'000;
}

QJsonObject Outcome::json() const {
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(out, &error);
    return error.error == QJsonParseError::NoError ? document.object() : QJsonObject();
}

QString programPath() {
    return QStringLiteral(LPNTK_BINARY_DIR "/bin/lpntk");
}

void start(QProcess& process, const QStringList& arguments) {
    process.start(programPath(), arguments);
    process.waitForStarted(kTimeout);
}

Outcome finish(QProcess& process) {
    Outcome outcome;
    if (!process.waitForFinished(kTimeout)) {
        process.kill();
        process.waitForFinished(kTimeout);
        return outcome;
    }
    outcome.out = process.readAllStandardOutput();
    outcome.err = process.readAllStandardError();
    if (process.exitStatus() == QProcess::NormalExit)
        outcome.exitCode = process.exitCode();
    return outcome;
}

Outcome runProgram(const QStringList& arguments) {
    QProcess process;
    start(process, arguments);
    return finish(process);
}

Outcome runOnFullDisk(const QStringList& arguments, std::int64_t bytes) {
    QProcess process;
    process.setChildProcessModifier([bytes] {
        // Ignored, the signal leaves the write to fail with EFBIG as it fails with ENOSPC on a full disk.
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    });
    start(process, arguments);
    return finish(process);
}

} // namespace lpntk::tests
