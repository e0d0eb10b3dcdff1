#pragma once

#include <widgets/models/session.h>

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace lpntk::gui {

/// Asks in which format and where to write the kept set; a dry run says what would be written and refuses what cannot
/// work before anything is.
class ExportDialog : public QDialog {
    Q_OBJECT
public:
    ExportDialog(models::Session& session, const QString& folder, QWidget* parent);

private:
    void addFields(class QFormLayout& form);
    curation::ExportOptions options() const;
    void plan();
    void say(const QString& words, const char* role);
    void write();

    models::Session& m_session;
    QComboBox* m_format = nullptr;
    QLineEdit* m_folder = nullptr;
    QCheckBox* m_replace = nullptr;
    QCheckBox* m_pruned = nullptr;
    QCheckBox* m_hashes = nullptr;
    QLabel* m_words = nullptr;
    QPushButton* m_export = nullptr;
};

} // namespace lpntk::gui
