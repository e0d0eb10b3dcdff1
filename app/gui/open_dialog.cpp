#include "open_dialog.h"

#include "small_widgets.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace lpntk::gui {

namespace {

struct Words {
    QString title, hint;
    int choices;
};

Words wordsOf(PathKind kind) {
    switch (kind) {
    case PathKind::run:
        return {OpenDialog::tr("Open a run"), OpenDialog::tr("A folder written here or by lpntk kernel."), PathField::folders};
    case PathKind::project:
        return {OpenDialog::tr("Open a project"), OpenDialog::tr("A file that ends in .lpntk."), PathField::files};
    default:
        return {OpenDialog::tr("Open a data set"),
                OpenDialog::tr("IDX, CIFAR, a folder per class, NPY and NPZ, a CSV list. Files are only read, never run."),
                PathField::folders | PathField::files};
    }
}

} // namespace

OpenDialog::OpenDialog(models::Session& session, PathKind wanted, const QString& start, QWidget* parent) : QDialog(parent) {
    setAttribute(Qt::WA_DeleteOnClose);
    const Words words = wordsOf(wanted);
    setWindowTitle(words.title);
    setObjectName(QStringLiteral("openDialog"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(12);
    column->addWidget(makeLabel(words.title, "title", this));
    column->addWidget(makeLabel(words.hint, "text2", this));
    m_field = new PathField(session, words.choices, words.title, this);
    m_field->setStart(start);
    column->addWidget(m_field);
    m_open = addDialogButtons(*this, *column, tr("Open"));
    m_open->setEnabled(false);
    connect(m_field, &PathField::described, this, [this] { m_open->setEnabled(m_field->description().kind != PathKind::none); });
    connect(m_open, &QPushButton::clicked, this, [this] {
        Q_EMIT chosen(m_field->path(), m_field->description().kind);
        accept();
    });
    m_field->setFocus();
}

QPushButton* addDialogButtons(QDialog& dialog, QBoxLayout& layout, const QString& primary) {
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addStretch();
    auto* cancel = new QPushButton(QDialog::tr("Cancel"), &dialog);
    cancel->setAutoDefault(false);
    auto* button = new QPushButton(primary, &dialog);
    button->setObjectName(QStringLiteral("primaryButton"));
    button->setProperty("primary", true);
    button->setDefault(true);
    row->addWidget(cancel);
    row->addWidget(button);
    layout.addLayout(row);
    QObject::connect(cancel, &QPushButton::clicked, &dialog, &QDialog::reject);
    return button;
}

} // namespace lpntk::gui
