#pragma once

#include "program.h"

namespace lpntk::tests {

/// Empty when the program refused as it should: the exit code, nothing on standard output, and on standard error one
/// sentence of ours with all of `words`. Else what was wrong.
QString wrongRefusal(const Outcome& outcome, int exitCode, const QStringList& words);

/// Names of everything in a folder, hidden ones too: where a refused command should have left nothing.
QStringList everythingIn(const QString& folder);

} // namespace lpntk::tests
