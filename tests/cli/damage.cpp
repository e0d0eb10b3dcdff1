#include "damage.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>

namespace lpntk::tests {

QByteArray readBytes(const QString& file) {
    QFile source(file);
    return source.open(QIODevice::ReadOnly) ? source.readAll() : QByteArray();
}

void writeBytes(const QString& file, const QByteArray& bytes) {
    QDir().mkpath(QFileInfo(file).path());
    QFile target(file);
    if (!target.open(QIODevice::WriteOnly) || target.write(bytes) != bytes.size())
        qFatal("%s cannot be written", qPrintable(file));
}

void copyFolder(const QString& from, const QString& to) {
    QDirIterator each(from, QDir::Files, QDirIterator::Subdirectories);
    while (each.hasNext()) {
        const QString file = each.next();
        writeBytes(QDir(to).filePath(QDir(from).relativeFilePath(file)), readBytes(file));
    }
}

void damage(const QString& file, const std::function<void(QByteArray&)>& change) {
    QByteArray bytes = readBytes(file);
    change(bytes);
    writeBytes(file, bytes);
}

QByteArray npyBytes(const QByteArray& type, const QByteArray& shape, const QByteArray& values) {
    constexpr int kPrefix = 10, kAlignment = 64;
    QByteArray header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    while ((kPrefix + header.size() + 1) % kAlignment != 0)
        header.append(' ');
    header.append('\n');
    const char length[] = {static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
    return QByteArray("\x93NUMPY\x01\x00", 8) + QByteArray(length, 2) + header + values;
}

} // namespace lpntk::tests
