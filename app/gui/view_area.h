#pragma once

#include "view_table.h"

#include <QWidget>

class QComboBox;
class QSplitter;
class QStackedWidget;
class QTabBar;
class QToolButton;

namespace lpntk::gui {

class EmptyPage;

/// The centre: tab bar, link button, and the views, each made when it is first looked at; a second view may stand
/// beside the one in front. While there is no run, one page says what is missing and offers it.
class ViewArea : public QWidget {
    Q_OBJECT
public:
    explicit ViewArea(models::Session& session, QWidget* parent = nullptr);

    /// Puts a bar between the tabs and the views.
    void setBar(QWidget* bar);

    /// False when there is no such tab.
    bool showView(const QString& name);
    /// Moves the keys to where the view in front is worked with: its map, its list.
    void focusView();
    QString currentView() const;
    QWidget* currentWidget() const;
    /// Shows that view beside the one in front; empty shows one view alone. The view in front cannot be beside itself:
    /// the two change places.
    void showBeside(const QString& name);
    QString besideView() const;
    /// The views in front and beside have drawn everything they can draw now.
    bool isReady() const;

    bool isLinked() const;
    void setLinked(bool linked);

Q_SIGNALS:
    void viewChanged();
    void viewReady();
    void exportRequested();
    void openDataRequested();
    void openCheckpointRequested();
    void computeRequested();
    void linkedChanged(bool linked);

private:
    void makeTabs();
    QWidget* makeSide();
    void showTabMenu(QPoint place);
    QWidget* viewAt(int index);
    void showCurrent();
    void showSide();
    void refreshEmpty();
    void pressEmpty();

    models::Session& m_session;
    QTabBar* m_tabs = nullptr;
    QToolButton* m_link = nullptr;
    QSplitter* m_splitter = nullptr;
    QStackedWidget* m_stack = nullptr;
    QWidget* m_side = nullptr; ///< frame of the second view
    QStackedWidget* m_sideStack = nullptr;
    QComboBox* m_sideChoice = nullptr;
    int m_front = 0, m_beside = -1; ///< places in the table
    EmptyPage* m_empty = nullptr;
    std::vector<MadeView> m_views; ///< one per table entry, widget null until made
};

} // namespace lpntk::gui
