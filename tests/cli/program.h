#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>

#include <cstdint>

namespace lpntk::tests {

/// How a run of the real program ended. exitCode is -1 when it crashed or did not end in time.
struct Outcome {
    int exitCode = -1;
    QByteArray out;
    QByteArray err;

    /// What --json printed; empty when standard output is not exactly one JSON object.
    QJsonObject json() const;
};

/// Path of the built program.
QString programPath();

/// Runs the program to its end.
Outcome runProgram(const QStringList& arguments);

/// The same where no file may grow beyond `bytes`: what a full disk does to a program, without one and without rights.
Outcome runOnFullDisk(const QStringList& arguments, std::int64_t bytes);

/// Starts it, for tests that interrupt it.
void start(QProcess& process, const QStringList& arguments);

/// Ends it and collects what it printed.
Outcome finish(QProcess& process);

} // namespace lpntk::tests
