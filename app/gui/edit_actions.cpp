#include "edit_actions.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_facts.h>

#include <QApplication>
#include <QClipboard>
#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QUndoStack>

namespace lpntk::gui {

using models::Change;
namespace format = models::format;

EditActions::EditActions(models::Session& session, FilterBar& filter, ActionRegistry& actions, QMenu& editMenu,
                         QMenu& selectMenu, QWidget* window)
    : QObject(window), m_session(session), m_selections(session.savedSelections()), m_filter(filter),
      m_actions(actions), m_window(window) {
    addEdit(editMenu);
    addSelect(selectMenu);
    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & (Change::run | Change::clustering | Change::subset))
            refresh();
    });
    connect(&m_session.selection(), &models::SelectionModel::selectedChanged, this, &EditActions::refresh);
    connect(&m_session.selection(), &models::SelectionModel::currentChanged, this, &EditActions::refresh);
    refresh();
}

void EditActions::addEdit(QMenu& menu) {
    const QString topic = tr("Edit");
    QAction* undo = m_session.undoStack().createUndoAction(this, tr("Undo"));
    undo->setShortcuts({QKeySequence(QStringLiteral("Ctrl+Z"))}); // QKeySequence::Undo has F14 too
    undo->setIcon(models::theme().icon(QStringLiteral("undo")));
    QAction* redo = m_session.undoStack().createRedoAction(this, tr("Redo"));
    redo->setShortcuts({QKeySequence(QStringLiteral("Ctrl+Shift+Z")), QKeySequence(QStringLiteral("Ctrl+Y"))});
    redo->setIcon(models::theme().icon(QStringLiteral("redo")));
    menu.addAction(m_actions.adopt(topic, "edit.undo", undo));
    menu.addAction(m_actions.adopt(topic, "edit.redo", redo));
    menu.addSeparator();
    menu.addAction(m_actions.add(topic, "edit.copy", tr("&Copy the sample as text"), {QKeySequence::Copy},
                                 [this] { QApplication::clipboard()->setText(currentAsText()); }));
}

void EditActions::addSelect(QMenu& menu) {
    const QString topic = tr("Select");
    const auto key = [](const char* keys) { return QList<QKeySequence>{QKeySequence(QString::fromLatin1(keys))}; };
    menu.addAction(m_actions.add(topic, "select.all", tr("&All samples"), {QKeySequence::SelectAll},
                                 [this] { selectWhere([](base::RowId) { return true; }); }));
    menu.addAction(m_actions.add(topic, "select.none", tr("&Nothing"), key("Esc"), [this] { m_session.selection().setSelected({}, this); }));
    menu.addAction(m_actions.add(topic, "select.invert", tr("&Invert"), key("Ctrl+I"), [this] {
        const models::SampleSet before = m_session.selection().selected();
        const auto run = m_session.run();
        selectWhere([&](base::RowId row) { return !before.contains(run->sampleFromRow(row)); });
    }));
    menu.addSeparator();
    addHistory(menu);
    menu.addSeparator();
    menu.addAction(m_actions.add(topic, "select.filter", tr("By a con&dition"),
                                 {QKeySequence::Find, QKeySequence(Qt::Key_Slash)}, [this] { m_filter.open(); }));
    menu.addAction(m_actions.add(topic, "select.redundant", tr("&Redundant samples"), {}, [this] {
        const auto clustering = m_session.clustering();
        selectWhere([&](base::RowId row) { return clustering && clustering->redundancy().isRedundant(row); });
    }));
    menu.addAction(m_actions.add(topic, "select.misclassified", tr("&Misclassified samples"), {}, [this] {
        const auto run = m_session.run();
        selectWhere([&](base::RowId row) { return m_session.isMisclassified(run->sampleFromRow(row)); });
    }));
    menu.addAction(m_actions.add(topic, "select.pruned", tr("&Pruned samples"), {}, [this] {
        const auto run = m_session.run();
        selectWhere([&](base::RowId row) { return m_session.isPruned(run->sampleFromRow(row)); });
    }));
    menu.addAction(m_actions.add(topic, "select.contradicting", tr("Samples that &contradict the current one"), {}, [this] { selectContradicting(); }));
    menu.addSeparator();
    menu.addAction(m_actions.add(topic, "select.save", tr("&Save the selection…"), key("Ctrl+Shift+K"), [this] { save(); }));
}

void EditActions::addHistory(QMenu& menu) {
    const QString topic = tr("Select");
    menu.addAction(m_actions.add(topic, "select.back", tr("&Former selection"),
                                 {QKeySequence(QStringLiteral("Alt+Left"))},
                                 [this] { m_session.selection().goBackSelected(this); }));
    menu.addAction(m_actions.add(topic, "select.forward", tr("Ne&xt selection"),
                                 {QKeySequence(QStringLiteral("Alt+Right"))},
                                 [this] { m_session.selection().goForwardSelected(this); }));
}

void EditActions::refresh() {
    const bool run = m_session.run() != nullptr;
    const bool current = run && m_session.selection().current().isValid();
    for (const char* name : {"select.all", "select.invert", "select.misclassified", "select.filter"})
        m_actions.find(name)->setEnabled(run);
    m_actions.find("select.redundant")->setEnabled(m_session.clustering() != nullptr);
    m_actions.find("select.pruned")->setEnabled(m_session.subset() != nullptr);
    m_actions.find("select.contradicting")->setEnabled(current);
    m_actions.find("select.save")->setEnabled(!m_session.selection().selected().isEmpty());
    m_actions.find("select.back")->setEnabled(m_session.selection().canGoBackSelected());
    m_actions.find("select.forward")->setEnabled(m_session.selection().canGoForwardSelected());
    m_actions.find("edit.copy")->setEnabled(m_session.selection().current().isValid());
}

void EditActions::selectWhere(const std::function<bool(base::RowId)>& wanted) {
    const auto run = m_session.run();
    if (!run)
        return;
    models::SampleSet set;
    for (std::int64_t row = 0; row < run->rows(); ++row)
        if (wanted(base::RowId(row)))
            set.insert(run->sampleFromRow(base::RowId(row)));
    m_session.selection().setSelected(std::move(set), this);
}

void EditActions::selectContradicting() {
    const auto run = m_session.run();
    const base::RowId row = run ? run->rowFromSample(m_session.selection().current()) : base::RowId();
    if (!row.isValid())
        return;
    using Rows = std::vector<float>;
    m_session.jobs().ask<Rows>(
        "select.contradicting", this,
        [run, row](const base::JobContext&) {
            Rows cosines(static_cast<std::size_t>(run->rows()));
            run->cosineRow(row, {0, run->rows()}, cosines);
            return cosines;
        },
        [this](const Rows& cosines) {
            const float limit = -m_session.thresholds().minus;
            selectWhere([&](base::RowId other) {
                const auto index = static_cast<std::size_t>(other.value());
                return index < cosines.size() && cosines[index] <= limit;
            });
        });
}

void EditActions::save() {
    const models::SampleSet selected = m_session.selection().selected();
    if (selected.isEmpty())
        return;
    auto* dialog = new QInputDialog(m_window);
    dialog->setObjectName(QStringLiteral("nameDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Save the selection"));
    dialog->setLabelText(tr("Name of the %1 selected samples").arg(format::count(selected.count())));
    dialog->setTextValue(tr("Selection %1").arg(m_selections.all().size() + 1));
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this, selected, filter = m_filter.filterOfSelection()](const QString& name) {
                if (!name.trimmed().isEmpty())
                    m_selections.add(name.trimmed(), selected, filter);
            });
    dialog->open();
}

QString EditActions::currentAsText() const {
    const base::SampleId sample = m_session.selection().current();
    return sample.isValid() ? views::factsText(m_session, sample) : QString();
}

} // namespace lpntk::gui
