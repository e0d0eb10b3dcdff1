#include "export_dialog.h"

#include "open_dialog.h"
#include "small_widgets.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QCheckBox>
#include <QComboBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>
#include <QUrl>

namespace lpntk::gui {

namespace format = models::format;

namespace {

QString countsOf(const curation::ExportReport& report) {
    return ExportDialog::tr("%1 kept, %2 pruned; %3 files")
        .arg(format::count(report.kept), format::count(report.pruned), format::count(report.files));
}

/// `head`, and the notes of the report as sentences below it.
QString withNotes(const QString& head, const curation::ExportReport& report) {
    QStringList lines{head};
    for (const std::string& note : report.notes) {
        const QString text = QString::fromStdString(note);
        lines << text.left(1).toUpper() + text.mid(1) + QLatin1Char('.');
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace

ExportDialog::ExportDialog(models::Session& session, const QString& folder, QWidget* parent) : QDialog(parent), m_session(session) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Export the kept set"));
    setObjectName(QStringLiteral("exportDialog"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(12);
    column->addWidget(makeLabel(tr("Export the kept set"), "title", this));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    addFields(*form);
    column->addLayout(form);
    m_words = makeLabel({}, "text2", this);
    m_words->setObjectName(QStringLiteral("exportWords"));
    m_words->setWordWrap(true);
    m_words->setMinimumHeight(m_words->fontMetrics().height() * 4);
    m_words->setAlignment(Qt::AlignTop);
    column->addWidget(m_words, 1);
    m_export = addDialogButtons(*this, *column, tr("Export"));
    m_export->setEnabled(false);
    connect(m_export, &QPushButton::clicked, this, &ExportDialog::write);
    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & (models::Change::subset | models::Change::run))
            plan();
    });
    m_folder->setText(folder);
    m_folder->setFocus();
    plan();
    resize(qRound(600 * models::theme().textScale()), sizeHint().height());
}

void ExportDialog::addFields(QFormLayout& form) {
    m_format = new QComboBox(this);
    m_format->setObjectName(QStringLiteral("exportFormat"));
    m_format->setAccessibleName(tr("Format"));
    m_format->addItem(tr("Index arrays and tables, no images"), QStringLiteral("indices"));
    m_format->addItem(tr("A folder per class"), QStringLiteral("imagefolder"));
    m_format->addItem(tr("IDX, as MNIST"), QStringLiteral("idx"));
    m_format->addItem(tr("NumPy archive"), QStringLiteral("npz"));
    m_folder = new QLineEdit(this);
    m_folder->setObjectName(QStringLiteral("exportFolder"));
    m_folder->setAccessibleName(tr("Folder to write"));
    auto* choose = new QPushButton(tr("Folder…"), this);
    choose->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->addWidget(m_folder, 1);
    row->addWidget(choose);
    m_replace = new QCheckBox(tr("Replace the folder when it exists"), this);
    m_replace->setObjectName(QStringLiteral("exportReplace"));
    m_pruned = new QCheckBox(tr("Also write the pruned images, beside the kept ones"), this);
    m_hashes = new QCheckBox(tr("SHA-256 of every sample in the table"), this);
    m_hashes->setChecked(true);
    form.addRow(tr("Format"), m_format);
    form.addRow(tr("Folder"), row);
    form.addRow(QString(), m_replace);
    form.addRow(QString(), m_pruned);
    form.addRow(QString(), m_hashes);
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::plan);
    connect(m_folder, &QLineEdit::textChanged, this, &ExportDialog::plan);
    for (QCheckBox* box : {m_replace, m_pruned, m_hashes})
        connect(box, &QCheckBox::toggled, this, &ExportDialog::plan);
    connect(choose, &QPushButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Folder to write the set into"), QFileInfo(m_folder->text()).absolutePath());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::Directory);
        connect(dialog, &QFileDialog::fileSelected, m_folder, &QLineEdit::setText);
        dialog->open();
    });
}

curation::ExportOptions ExportDialog::options() const {
    return {m_format->currentData().toString().toStdString(), m_replace->isChecked(), m_hashes->isChecked(), m_pruned->isChecked()};
}

void ExportDialog::say(const QString& words, const char* role) {
    m_words->setText(words);
    m_words->setProperty("role", QString::fromLatin1(role));
    m_words->style()->unpolish(m_words);
    m_words->style()->polish(m_words);
}

void ExportDialog::plan() {
    m_pruned->setEnabled(m_format->currentData().toString() != QLatin1String("indices"));
    m_export->setEnabled(false);
    const auto subset = m_session.subset();
    const QString folder = m_folder->text().trimmed();
    if (!subset)
        return say(tr("The kept set is still being computed."), "text2");
    if (folder.isEmpty())
        return say(tr("Name a folder that does not exist yet."), "text2");
    m_session.jobs().ask<curation::ExportReport>(
        "export.plan", this,
        [source = m_session.subsetSource(), subset, options = options(), folder = std::filesystem::path(folder.toStdString())](
            const base::JobContext&) { return curation::planExport(source, *subset, options, folder); },
        [this](const curation::ExportReport& report) {
            const QString bytes = format::bytes(static_cast<double>(report.bytes));
            say(withNotes(tr("%1, at most %2.").arg(countsOf(report), bytes), report), "text2");
            m_export->setEnabled(true);
        },
        [this](const QString& sentence) { say(sentence, "danger"); });
}

void ExportDialog::write() {
    const auto subset = m_session.subset();
    const auto folder = std::filesystem::absolute(m_folder->text().trimmed().toStdString());
    models::Session& session = m_session;
    // The dialog is gone when the set is written, so the window (its parent) receives the answer.
    session.jobs().start<curation::ExportReport>(
        tr("Export %1 samples").arg(format::count(subset->keptCount)), true, parent(),
        [source = session.subsetSource(), subset, options = options(), folder](const base::JobContext& context) {
            return curation::exportSubset(source, *subset, options, folder, context);
        },
        [&session](const curation::ExportReport& report) {
            const QString path = QString::fromStdString(report.folder.string());
            const QString bytes = format::bytes(static_cast<double>(report.bytes));
            session.addIssue(
                models::Issue::Severity::note,
                withNotes(tr("Exported to %1: %2, %3.").arg(path, countsOf(report), bytes), report),
                [path] { QDesktopServices::openUrl(QUrl::fromLocalFile(path)); }, tr("Open the folder"));
        });
    accept();
}

} // namespace lpntk::gui
