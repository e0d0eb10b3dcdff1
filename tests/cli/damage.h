#pragma once

#include <QByteArray>
#include <QString>

#include <functional>

namespace lpntk::tests {

QByteArray readBytes(const QString& file);
void writeBytes(const QString& file, const QByteArray& bytes);

/// Copies a folder with everything in it.
void copyFolder(const QString& from, const QString& to);

/// Rewrites one file through `change`.
void damage(const QString& file, const std::function<void(QByteArray&)>& change);

/// An .npy file of version 1 with the given type ("<i8"), shape ("(3,)") and values.
QByteArray npyBytes(const QByteArray& type, const QByteArray& shape, const QByteArray& values);

} // namespace lpntk::tests
