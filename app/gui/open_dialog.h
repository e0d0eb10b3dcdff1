#pragma once

#include "path_field.h"

#include <QDialog>

class QPushButton;

namespace lpntk::gui {

/// Asks for a data set, run or project: one path, what is found there, Open. Says so when the path is of another kind
/// than asked for, and opens it all the same.
class OpenDialog : public QDialog {
    Q_OBJECT
public:
    OpenDialog(models::Session& session, PathKind wanted, const QString& start, QWidget* parent);

Q_SIGNALS:
    void chosen(const QString& path, lpntk::gui::PathKind kind);

private:
    PathField* m_field = nullptr;
    QPushButton* m_open = nullptr;
};

/// A row of buttons at the bottom of a dialog: Cancel and the primary one, which it returns.
QPushButton* addDialogButtons(QDialog& dialog, class QBoxLayout& layout, const QString& primary);

} // namespace lpntk::gui
