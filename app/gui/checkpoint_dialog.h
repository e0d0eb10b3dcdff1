#pragma once

#include "path_field.h"

#include <QDialog>

#include <optional>

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace lpntk::gui {

/// Opens weights: file, network (guessed from the keys or chosen), preprocessing; shows how the keys are mapped and the
/// accuracy on up to 2,000 samples, measured on a worker, with a loud warning where it is near chance.
class CheckpointDialog : public QDialog {
    Q_OBJECT
public:
    CheckpointDialog(models::Session& session, const QString& path, const QString& start, QWidget* parent);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void addFields(class QFormLayout& form);
    void fillNetworks();
    void fillPreprocessing();
    engine::NetworkSpec spec() const;
    std::optional<data::Preprocessing> preprocessing() const;
    void check();
    void changeChoice();
    void show(const engine::NetworkInfo& info, const engine::Evaluation& evaluation);
    void say(const QString& words, const char* role);
    void take();

    models::Session& m_session;
    PathField* m_file = nullptr;
    QComboBox* m_network = nullptr;
    QComboBox* m_preprocessing = nullptr;
    QSpinBox* m_seed = nullptr;
    QLabel* m_words = nullptr;
    QPlainTextEdit* m_mapping = nullptr;
    QPushButton* m_open = nullptr;
    QString m_openWhenChecked; ///< the path for which Return was pressed before it could be opened
};

} // namespace lpntk::gui
