#include "refusal.h"

#include <QDir>

namespace lpntk::tests {

QString wrongRefusal(const Outcome& outcome, int exitCode, const QStringList& words) {
    const QString sentence = QString::fromUtf8(outcome.err);
    if (outcome.exitCode != exitCode)
        return QString("exit code %1 instead of %2: %3").arg(outcome.exitCode).arg(exitCode).arg(sentence);
    if (!outcome.out.isEmpty())
        return "something was printed before it failed: " + QString::fromUtf8(outcome.out);
    if (!sentence.startsWith("lpntk: ") || sentence.count('\n') != 1)
        return "not one sentence: " + sentence;
    if (sentence.contains("unexpected:") || sentence.contains(".part-"))
        return "the sentence speaks of the inside of the program: " + sentence;
    for (const QString& word : words)
        if (!sentence.contains(word))
            return QString("\"%1\" is missing in: %2").arg(word, sentence);
    return {};
}

QStringList everythingIn(const QString& folder) {
    return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
}

} // namespace lpntk::tests
