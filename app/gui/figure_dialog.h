#pragma once

#include "figure_maker.h"
#include "settings.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace lpntk::gui {

/// Asks what to save as a figure, where, how large and how it looks, with a preview; makes the figure, writes it, and
/// closes. What cannot be written becomes an issue.
class FigureDialog : public QDialog {
    Q_OBJECT
public:
    /// `subjects`: what there is to choose from, the likeliest first. `reopen`: shows the cause of an issue, the
    /// dialog.
    FigureDialog(models::Session& session, Settings& settings, std::vector<FigureSubject> subjects,
                 std::function<void()> reopen, QWidget* parent);

    /// The size that the present choices give.
    FigureSize figureSize() const;

Q_SIGNALS:
    void saved(const QString& file);

private:
    void addFields(QFormLayout& form);
    QWidget* makeSizeRow();
    QWidget* makeScaleRow();
    void connectFields();
    void showChoices(const FigureChoices& choices);
    FigureChoices choices() const;
    views::FigureLook look() const;
    const FigureSubject& subject() const;
    QString suggestedFile() const;
    FigureKind kind() const;
    void subjectChosen();
    void unitChosen();
    void endingChosen();
    void fileTyped();
    void chooseFile();
    void refresh();
    void drawPreview();
    void say(const QString& words, bool problem);
    void save();
    void write(const Figure& figure);
    void failed(const QString& sentence);

    models::Session& m_session;
    Settings& m_settings;
    std::vector<FigureSubject> m_subjects;
    std::function<void()> m_reopen;
    FigureMaker* m_maker;
    QTimer m_previewSoon;
    QComboBox *m_subject = nullptr, *m_format = nullptr, *m_unit = nullptr, *m_scale = nullptr, *m_colours = nullptr;
    QLineEdit* m_file = nullptr;
    QDoubleSpinBox *m_width = nullptr, *m_height = nullptr;
    QSpinBox* m_dots = nullptr;
    QCheckBox* m_toolBar = nullptr;
    QLabel *m_words = nullptr, *m_preview = nullptr;
    QProgressBar* m_progress = nullptr;
    QPushButton* m_save = nullptr;
    QString m_lastUnit;
    bool m_fileTyped = false; ///< the name is the user's, and stays when another view is chosen
};

} // namespace lpntk::gui
