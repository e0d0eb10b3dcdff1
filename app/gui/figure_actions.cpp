#include "figure_actions.h"

#include "figure_dialog.h"
#include "view_area.h"

#include <widgets/models/format.h>

#include <QApplication>
#include <QClipboard>
#include <QMainWindow>
#include <QMenu>
#include <QMimeData>
#include <QStatusBar>

namespace lpntk::gui {

using models::Change;

namespace {

/// Beyond what the screen has, so that the picture stays clear where it is pasted.
constexpr double kCopyScale = 2;

void insertAfter(QMenu& menu, QAction* before, QAction* action) {
    const auto all = menu.actions();
    const auto place = all.indexOf(before);
    menu.insertAction(place >= 0 && place + 1 < all.size() ? all[place + 1] : nullptr, action);
}

} // namespace

FigureActions::FigureActions(models::Session& session, ViewArea& views, QWidget& inspector, Settings& settings,
                             ActionRegistry& actions, QMenu& fileMenu, QMenu& editMenu, QMainWindow* window)
    : QObject(window), m_session(session), m_views(views), m_inspector(inspector), m_settings(settings),
      m_actions(actions), m_window(window), m_maker(new FigureMaker(session, this)) {
    insertAfter(fileMenu, m_actions.find("file.export"),
                m_actions.add(tr("File"), "file.saveFigure", tr("Save a &figure…"),
                              {QKeySequence(QStringLiteral("Ctrl+P"))}, [this] { save(); }));
    insertAfter(editMenu, m_actions.find("edit.copy"),
                m_actions.add(tr("Edit"), "edit.copyPicture", tr("Copy the view as a &picture"),
                              {QKeySequence(QStringLiteral("Ctrl+Shift+C"))}, [this] { copy(); }));
    connect(m_maker, &FigureMaker::made, this, &FigureActions::toClipboard);
    connect(m_maker, &FigureMaker::failed, this, [this](const QString& sentence) {
        m_session.addIssue(models::Issue::Severity::error, tr("The view was not copied. %1").arg(sentence));
    });
    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & Change::run)
            refresh();
    });
    refresh();
}

void FigureActions::refresh() {
    const bool run = m_session.run() != nullptr;
    for (const char* name : {"file.saveFigure", "edit.copyPicture"}) {
        QAction* action = m_actions.find(name);
        action->setEnabled(run);
        action->setToolTip(run ? plainText(*action) : tr("A figure needs a run"));
    }
}

std::vector<FigureSubject> FigureActions::subjects() const {
    std::vector<FigureSubject> all;
    QWidget* view = m_views.currentWidget();
    const auto isReady = [this] { return m_views.isReady(); };
    for (const ViewEntry& entry : viewTable())
        if (entry.name == m_views.currentView())
            all.push_back({view, view, entry.name, entry.title(), isReady});
    if (m_inspector.isVisible())
        all.push_back({&m_inspector, &m_inspector, QStringLiteral("inspector"), tr("Inspector"), {}});
    all.push_back({m_window, view, QStringLiteral("window"), tr("The whole window"), isReady});
    return all;
}

void FigureActions::save() {
    if (!m_session.run())
        return;
    auto* dialog = new FigureDialog(
        m_session, m_settings, subjects(), [this] { save(); }, m_window);
    connect(dialog, &FigureDialog::saved, this,
            [this](const QString& file) { tell(tr("Saved the figure %1").arg(file)); });
    dialog->open();
}

void FigureActions::copy() {
    if (!m_session.run())
        return;
    views::FigureLook look;
    look.toolBar = false;
    m_maker->make({subjects().front(), look, FigureKind::png, kCopyScale, qRound(96 * kCopyScale)});
}

void FigureActions::toClipboard(const Figure& figure) {
    auto* data = new QMimeData;
    data->setImageData(figure.image);
    data->setData(QStringLiteral("application/x-lpntk-recipe+json"), QByteArray::fromStdString(figure.note.recipe));
    QApplication::clipboard()->setMimeData(data);
    const QSize dots = figure.size.dots();
    tell(tr("Copied the view as a picture of %1 × %2 dots")
             .arg(models::format::count(dots.width()), models::format::count(dots.height())));
}

/// In the status bar: an entry among the issues would open their dock, and the next figure would have another size.
void FigureActions::tell(const QString& words) const {
    constexpr int kMilliseconds = 10000;
    m_window->statusBar()->showMessage(words, kMilliseconds);
}

} // namespace lpntk::gui
