#include "tag_actions.h"

#include <core/curation/tags.h>

#include <widgets/views/sample_actions.h>
#include <widgets/views/tag_menu.h>

#include <QInputDialog>
#include <QMenu>
#include <QUndoStack>

namespace lpntk::gui {

using curation::Edit;

TagActions::TagActions(models::Session& session, ActionRegistry& actions, QMenu& editMenu, QWidget* window)
    : QObject(window), m_session(session), m_actions(actions), m_window(window) {
    editMenu.addAction(m_actions.add(tr("Edit"), "edit.tag", tr("&Tag the selected samples"),
                                     {QKeySequence(QStringLiteral("Ctrl+Shift+T"))}, [this] { popUp(); }));
    connect(&m_session.selection(), &models::SelectionModel::selectedChanged, this, &TagActions::refresh);
    connect(&m_session.selection(), &models::SelectionModel::currentChanged, this, &TagActions::refresh);
    refresh();
}

void TagActions::refresh() {
    const auto& selection = m_session.selection();
    m_actions.find("edit.tag")->setEnabled(selection.current().isValid() || !selection.selected().isEmpty());
}

void TagActions::popUp() {
    // Not where the pointer happens to be: the keys were pressed, or a menu was, which is above.
    views::popUpTagMenu(m_session, views::targetsOf(m_session), m_window,
                        m_window->mapToGlobal(QPoint(m_window->width() / 2 - 100, m_window->height() / 4)));
}

void TagActions::select(const QString& tag) {
    models::SampleSet set;
    for (const base::SampleId sample : curation::samplesWithTag(m_session.decisions(), tag.toStdString()))
        set.insert(sample);
    m_session.selection().setSelected(std::move(set), this);
}

void TagActions::askForName(const QString& tag) {
    auto* dialog = new QInputDialog(m_window);
    dialog->setObjectName(QStringLiteral("tagNameDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Rename the tag"));
    dialog->setLabelText(tr("New name of the tag \"%1\"").arg(tag));
    dialog->setTextValue(tag);
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this, tag](const QString& name) { rename(tag, name.trimmed()); });
    dialog->open();
}

void TagActions::rename(const QString& tag, const QString& name) {
    const auto samples = curation::samplesWithTag(m_session.decisions(), tag.toStdString());
    if (name.isEmpty() || name == tag || samples.empty())
        return;
    Edit give, take;
    give.kind = Edit::Kind::tag;
    give.tag = name.toStdString();
    take.kind = Edit::Kind::untag;
    take.tag = tag.toStdString();
    give.samples = take.samples = samples;
    const QString text = tr("Rename the tag \"%1\" to \"%2\"").arg(tag, name);
    m_session.undoStack().beginMacro(text);
    m_session.decide(std::move(give), text);
    m_session.decide(std::move(take), text);
    m_session.undoStack().endMacro();
}

void TagActions::remove(const QString& tag) {
    Edit edit;
    edit.kind = Edit::Kind::untag;
    edit.tag = tag.toStdString();
    edit.samples = curation::samplesWithTag(m_session.decisions(), edit.tag);
    m_session.decide(std::move(edit), tr("Remove the tag \"%1\"").arg(tag));
}

} // namespace lpntk::gui
