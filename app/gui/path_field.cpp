#include "path_field.h"

#include "small_widgets.h"

#include <core/data/info.h>

#include <QDir>
#include <QFileDialog>
#include <QHash>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>

namespace lpntk::gui {

namespace {

/// From the kind that data::describePath names.
PathKind kindOf(const QString& name) {
    static const QHash<QString, PathKind> kinds{
        {QStringLiteral("project"), PathKind::project}, {QStringLiteral("run"), PathKind::run},
        {QStringLiteral("subset"), PathKind::subset},   {QStringLiteral("weights"), PathKind::weights},
        {QStringLiteral("exported-program"), PathKind::weights},
        {QStringLiteral("dataset"), PathKind::data},    {QStringLiteral("arrays"), PathKind::data},
        {QStringLiteral("table"), PathKind::data}};
    return kinds.value(name, PathKind::none);
}

} // namespace

PathDescription describe(const QString& path) {
    PathDescription result;
    if (path.isEmpty())
        return result;
    try {
        const base::Json json = data::describePath(path.toStdString());
        result.formatName = QString::fromStdString(json.value("kind", std::string()));
        result.summary = QString::fromStdString(json.value("summary", result.formatName.toStdString()));
        result.kind = kindOf(result.formatName);
    } catch (const base::Error& problem) {
        result.summary = QString::fromUtf8(problem.what());
        result.problem = true;
    }
    return result;
}

PathField::PathField(models::Session& session, int choices, const QString& name, QWidget* parent)
    : QWidget(parent), m_session(session) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    m_line = new QLineEdit(this);
    m_line->setObjectName(QStringLiteral("pathLine"));
    m_line->setAccessibleName(name);
    m_line->setPlaceholderText(tr("Path, or drop it here"));
    m_line->setMinimumWidth(360);
    row->addWidget(m_line, 1);
    const auto addButton = [&](const QString& text, bool folder) {
        auto* button = new QPushButton(text, this);
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this, [this, folder] { choose(folder); });
        row->addWidget(button);
    };
    if (choices & folders)
        addButton(tr("Folder…"), true);
    if (choices & files)
        addButton(tr("File…"), false);
    m_words = makeLabel({}, "caption", this);
    m_words->setWordWrap(true);
    m_words->setObjectName(QStringLiteral("pathWords"));
    m_words->setMinimumHeight(m_words->fontMetrics().height() * 2);
    m_words->setAlignment(Qt::AlignTop);
    column->addLayout(row);
    column->addWidget(m_words);
    setFocusProxy(m_line);
    connect(m_line, &QLineEdit::textChanged, this, &PathField::look);
}

QString PathField::path() const {
    QString text = m_line->text().trimmed();
    if (text.startsWith(QLatin1String("file://")))
        text.remove(0, 7);
    if (text == QLatin1String("~") || text.startsWith(QLatin1String("~/")))
        text.replace(0, 1, QDir::homePath());
    return text;
}

void PathField::setPath(const QString& path) {
    m_line->setText(path);
}

void PathField::choose(bool folder) {
    auto* dialog = new QFileDialog(this, folder ? tr("Choose a folder") : tr("Choose a file"), path().isEmpty() ? m_start : path());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    dialog->setOption(QFileDialog::ShowDirsOnly, folder);
    connect(dialog, &QFileDialog::fileSelected, this, &PathField::setPath);
    dialog->open();
}

void PathField::look() {
    const QString path = this->path();
    m_description = {};
    m_session.jobs().ask<PathDescription>(
        "path.describe", this, [path](const base::JobContext&) { return describe(path); },
        [this](PathDescription description) {
            m_description = std::move(description);
            m_words->setText(m_description.summary);
            m_words->setProperty("role", m_description.problem ? QStringLiteral("danger") : QStringLiteral("caption"));
            m_words->style()->unpolish(m_words);
            m_words->style()->polish(m_words);
            Q_EMIT described();
        });
}

} // namespace lpntk::gui
