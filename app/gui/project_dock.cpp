#include "project_dock.h"

#include "side_list.h"
#include "small_widgets.h"

#include <core/analysis/predictions.h>
#include <core/curation/tags.h>

#include <widgets/models/format.h>

#include <QInputDialog>
#include <QMenu>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace lpntk::gui {

using models::Change;
namespace format = models::format;

namespace {

/// Narrower, names would be gone and figures would cover each other.
constexpr int kLeastWidth = 180;

QString fileName(const std::filesystem::path& path) {
    return QString::fromStdString((path.has_filename() ? path : path.parent_path()).filename().string());
}

SideRow section(const QString& text, QAction* add) {
    SideRow row;
    row.section = true;
    row.text = text;
    row.activate = [add] { add->trigger(); };
    row.addName = plainText(*add);
    return row;
}

} // namespace

ProjectDock::ProjectDock(models::Session& session, TagActions& tags, ActionRegistry& actions, QWidget* parent)
    : QDockWidget(tr("Project"), parent), m_session(session), m_selections(session.savedSelections()), m_tags(tags),
      m_actions(actions) {
    setObjectName(QStringLiteral("projectDock"));
    setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
    auto* title = new DockTitle(tr("Project"), this);
    auto* hide = makeIconButton(QStringLiteral("close"), tr("Hide the project"), title);
    connect(hide, &QToolButton::clicked, this, &QDockWidget::hide);
    title->addButton(hide);
    setTitleBarWidget(title);

    auto* body = new QSplitter(Qt::Vertical, this);
    body->setChildrenCollapsible(false);
    body->setHandleWidth(1);
    body->setMinimumWidth(kLeastWidth);
    m_tree = new SideList(body);
    m_tree->setObjectName(QStringLiteral("projectList"));
    m_tree->setAccessibleName(tr("Data sets, checkpoints, runs, saved selections and tags"));
    m_classes = new SideList(body);
    m_classes->setObjectName(QStringLiteral("classList"));
    m_classes->setAccessibleName(tr("Classes with number of samples and accuracy"));
    body->addWidget(m_tree);
    body->addWidget(m_classes);
    body->setStretchFactor(0, 1);
    body->setStretchFactor(1, 0);
    setWidget(body);

    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & (Change::data | Change::networks | Change::run | Change::runs | Change::decisions))
            refresh();
        if (what & (Change::data | Change::run))
            countClasses();
    });
    connect(&m_selections, &models::SavedSelections::changed, this, &ProjectDock::refresh);
    refresh();
    countClasses();
}

void ProjectDock::addDataRows(std::vector<SideRow>& rows) {
    rows.push_back(section(tr("Data sets"), m_actions.find("file.openData")));
    const auto dataset = m_session.data();
    if (!dataset)
        return;
    SideRow row;
    row.icon = QStringLiteral("data-set");
    row.text = QString::fromStdString(dataset->name);
    for (const data::Split& split : dataset->splits)
        if (split.name == m_session.splitName().toStdString())
            row.value = format::count(split.count());
    QStringList splits;
    for (const data::Split& split : dataset->splits)
        splits << tr("%1: %2").arg(QString::fromStdString(split.name), format::count(split.count()));
    row.tip = QString::fromStdString(dataset->path.string()) + QLatin1Char('\n') + splits.join(QStringLiteral(", "));
    rows.push_back(row);
}

void ProjectDock::addCheckpointRows(std::vector<SideRow>& rows) {
    rows.push_back(section(tr("Checkpoints"), m_actions.find("file.openCheckpoint")));
    const auto& checkpoints = m_session.checkpoints();
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
        SideRow row;
        row.icon = QStringLiteral("checkpoint");
        row.text = checkpoints[i].name;
        row.value = checkpoints[i].accuracy ? format::share(*checkpoints[i].accuracy) : QString();
        row.tip = checkpoints[i].spec.weights.empty() ? tr("%1, initialised from seed %2")
                                                            .arg(QString::fromStdString(checkpoints[i].spec.model))
                                                            .arg(checkpoints[i].spec.seed)
                                                      : QString::fromStdString(checkpoints[i].spec.weights.string());
        row.current = checkpoints.size() > 1 && static_cast<int>(i) == m_session.currentCheckpoint();
        row.activate = [this, i] { m_session.setCurrentCheckpoint(static_cast<int>(i)); };
        rows.push_back(row);
    }
}

void ProjectDock::addRunRows(std::vector<SideRow>& rows) {
    rows.push_back(section(tr("Runs"), m_actions.find("run.compute")));
    for (const auto& folder : m_session.runFolders()) {
        SideRow row;
        row.icon = QStringLiteral("heatmap");
        row.text = fileName(folder);
        row.tip = QString::fromStdString(folder.string());
        row.current = m_session.run() && m_session.run()->folder() == folder;
        if (row.current)
            row.value = format::count(m_session.run()->rows());
        row.activate = [this, folder] {
            if (!m_session.run() || m_session.run()->folder() != folder)
                m_session.openRun(folder);
        };
        rows.push_back(row);
    }
}

void ProjectDock::addSelectionRows(std::vector<SideRow>& rows) {
    rows.push_back(section(tr("Saved selections"), m_actions.find("select.save")));
    for (std::size_t i = 0; i < m_selections.all().size(); ++i) {
        const models::NamedSelection& selection = m_selections.all()[i];
        SideRow row;
        row.icon = selection.filter.empty() ? QStringLiteral("subset") : QStringLiteral("filter");
        row.text = QString::fromStdString(selection.name);
        row.value = format::count(static_cast<std::int64_t>(selection.samples.size()));
        row.tip = selection.filter.empty() ? row.text : tr("Filter: %1").arg(QString::fromStdString(selection.filter));
        row.activate = [this, i] { m_session.selection().setSelected(m_selections.samples(i), this); };
        row.menu = [this, i](QPoint position) { popUpSelection(i, position); };
        row.rename = [this, i] { askForName(i); };
        row.remove = [this, i] { m_selections.remove(i); };
        rows.push_back(row);
    }
}

void ProjectDock::addTagRows(std::vector<SideRow>& rows) {
    rows.push_back(section(tr("Tags"), m_actions.find("edit.tag")));
    for (const auto& [name, count] : curation::tagCounts(m_session.decisions())) {
        SideRow row;
        row.icon = QStringLiteral("tag");
        row.text = QString::fromStdString(name);
        row.value = format::count(count);
        row.tip = tr("Click to select the samples with the tag %1").arg(row.text);
        row.activate = [this, tag = row.text] { m_tags.select(tag); };
        row.menu = [this, tag = row.text](QPoint position) { popUpTag(tag, position); };
        row.rename = [this, tag = row.text] { m_tags.askForName(tag); };
        row.remove = [this, tag = row.text] { m_tags.remove(tag); };
        rows.push_back(row);
    }
}

void ProjectDock::popUpSelection(std::size_t index, QPoint position) {
    if (index >= m_selections.all().size())
        return;
    const QString filter = QString::fromStdString(m_selections.all()[index].filter);
    const models::SampleSet& selected = m_session.selection().selected();
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("selectionMenu"));
    menu->addAction(tr("Select"), this,
                    [this, index] { m_session.selection().setSelected(m_selections.samples(index), this); });
    if (!filter.isEmpty())
        menu->addAction(tr("Filter again"), this, [this, filter] { Q_EMIT filterRequested(filter); });
    menu->addSeparator();
    menu->addAction(tr("Update to the %1 selected samples").arg(format::count(selected.count())), this,
                    [this, index, selected] {
                        m_selections.update(index, selected, filterOfSelection ? filterOfSelection() : QString());
                    })
        ->setEnabled(!selected.isEmpty());
    menu->addAction(tr("Rename…"), this, [this, index] { askForName(index); })->setShortcut(Qt::Key_F2);
    menu->addAction(tr("Remove"), this, [this, index] { m_selections.remove(index); })->setShortcut(Qt::Key_Delete);
    menu->popup(position);
}

void ProjectDock::popUpTag(const QString& tag, QPoint position) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("tagRowMenu"));
    menu->addAction(tr("Select"), this, [this, tag] { m_tags.select(tag); });
    menu->addSeparator();
    menu->addAction(tr("Rename…"), this, [this, tag] { m_tags.askForName(tag); })->setShortcut(Qt::Key_F2);
    menu->addAction(tr("Remove from all samples"), this, [this, tag] { m_tags.remove(tag); })
        ->setShortcut(Qt::Key_Delete);
    menu->popup(position);
}

void ProjectDock::askForName(std::size_t index) {
    if (index >= m_selections.all().size())
        return;
    const QString former = QString::fromStdString(m_selections.all()[index].name);
    auto* dialog = new QInputDialog(this);
    dialog->setObjectName(QStringLiteral("selectionNameDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Rename the selection"));
    dialog->setLabelText(tr("New name of the selection \"%1\"").arg(former));
    dialog->setTextValue(former);
    connect(dialog, &QInputDialog::textValueSelected, this, [this, index, former](const QString& name) {
        const QString wanted = name.trimmed();
        if (wanted != former && m_selections.has(wanted))
            m_session.addIssue(models::Issue::Severity::warning,
                               tr("There is a selection \"%1\" already; choose another name.").arg(wanted));
        else
            m_selections.rename(index, wanted);
    });
    dialog->open();
}

void ProjectDock::refresh() {
    std::vector<SideRow> rows;
    addDataRows(rows);
    addCheckpointRows(rows);
    addRunRows(rows);
    addSelectionRows(rows);
    addTagRows(rows);
    m_tree->setRows(std::move(rows));
}

ProjectDock::ClassFigures ProjectDock::figuresOf(const run::Run& run) {
    const auto classes = static_cast<std::size_t>(run.classes());
    ClassFigures figures{std::vector<std::int64_t>(classes, 0), std::vector<double>(classes, std::numeric_limits<double>::quiet_NaN())};
    const auto predicted = analysis::predictedLabels(run);
    for (std::size_t label = 0; label < classes; ++label) {
        const run::RowRange range = run.classRange(static_cast<int>(label));
        figures.count[label] = range.size();
        if (range.size() == 0 || predicted.empty())
            continue;
        const auto own =
            std::span(predicted).subspan(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.size()));
        const auto right = std::count(own.begin(), own.end(), static_cast<std::int32_t>(label));
        figures.accuracy[label] = static_cast<double>(right) / static_cast<double>(range.size());
    }
    return figures;
}

ProjectDock::ClassFigures ProjectDock::figuresOf(const data::Split& split, int classes) {
    const auto count = static_cast<std::size_t>(classes);
    ClassFigures figures{std::vector<std::int64_t>(count, 0), std::vector<double>(count, std::numeric_limits<double>::quiet_NaN())};
    for (const std::int64_t label : split.labels)
        ++figures.count[static_cast<std::size_t>(label)];
    return figures;
}

void ProjectDock::countClasses() {
    using Answer = ClassFigures;
    const auto show = [this](Answer figures) {
        m_figures = std::move(figures);
        refreshClasses();
    };
    if (const auto run = m_session.run()) {
        m_session.jobs().ask<Answer>("classes", this, [run](const base::JobContext&) { return figuresOf(*run); }, show);
    } else if (const auto dataset = m_session.data(); dataset && !dataset->splits.empty()) {
        m_session.jobs().ask<Answer>("classes", this, [dataset, name = m_session.splitName().toStdString()](const base::JobContext&) {
            const auto found = std::find_if(dataset->splits.begin(), dataset->splits.end(), [&](const auto& split) { return split.name == name; });
            return figuresOf(found != dataset->splits.end() ? *found : dataset->splits.front(), dataset->classes());
        }, show);
    } else {
        show({});
    }
}

void ProjectDock::refreshClasses() {
    std::vector<SideRow> rows;
    const int classes = static_cast<int>(m_figures.count.size());
    if (classes > 0) {
        SideRow head;
        head.section = true;
        head.text = tr("Classes");
        head.value = tr("n");
        head.value2 = m_session.run() ? tr("Accuracy") : QString();
        rows.push_back(head);
    }
    for (int label = 0; label < classes; ++label) {
        const double accuracy = m_figures.accuracy[static_cast<std::size_t>(label)];
        SideRow row;
        row.swatch = label;
        row.text = m_session.className(label);
        row.value = format::count(m_figures.count[static_cast<std::size_t>(label)]);
        // A class without samples in the run keeps the columns in line.
        row.value2 = !std::isnan(accuracy) ? format::share(accuracy)
                     : m_session.run()     ? QStringLiteral("–")
                                           : QString();
        row.tip = tr("Click to select the samples of %1").arg(row.text);
        row.activate = [this, label] { selectClass(label); };
        rows.push_back(row);
    }
    m_classes->setRows(std::move(rows), classes);
    m_classes->setMaximumHeight(m_classes->sizeHint().height() + 4);
    m_classes->setVisible(classes > 0);
}

void ProjectDock::selectClass(int label) {
    const auto run = m_session.run();
    if (!run)
        return;
    models::SampleSet set;
    const run::RowRange range = run->classRange(label);
    for (std::int64_t row = range.begin; row < range.end; ++row)
        set.insert(run->sampleFromRow(base::RowId(row)));
    m_session.selection().setSelected(std::move(set), this);
}

} // namespace lpntk::gui
