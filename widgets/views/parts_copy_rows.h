#pragma once

#include <QString>

class QAbstractItemView;

namespace lpntk::views {

/// A model's own text of a row for copying, cells separated by tabs; without it the cells' DisplayRole is taken.
inline constexpr int kCopyRole = 0x0200; ///< beyond what models here use from Qt::UserRole on

/// The selected rows, or all where none is, in the order shown: one line each, tabs between columns, the column titles
/// first where a table has some.
QString rowsAsText(const QAbstractItemView& view);

/// Ctrl+C in this list or table copies rowsAsText() instead of what the window would copy.
void copyRowsByKey(QAbstractItemView& view);

} // namespace lpntk::views
