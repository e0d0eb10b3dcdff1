#pragma once

#include "view_table.h"

#include <QWidget>

class QStackedWidget;
class QTabBar;
class QToolButton;

namespace lpntk::gui {

class EmptyPage;

/// The centre: tab bar, link button, and the views, each made when it is first looked at. While there is no run, one
/// page says what is missing and offers it.
class ViewArea : public QWidget {
    Q_OBJECT
public:
    explicit ViewArea(models::Session& session, QWidget* parent = nullptr);

    /// False when there is no such tab.
    bool showView(const QString& name);
    QString currentView() const;
    QWidget* currentWidget() const;
    /// The view in front has drawn everything it can draw now.
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
    void showCurrent();
    void refreshEmpty();
    void pressEmpty();

    models::Session& m_session;
    QTabBar* m_tabs = nullptr;
    QToolButton* m_link = nullptr;
    QStackedWidget* m_stack = nullptr;
    EmptyPage* m_empty = nullptr;
    std::vector<MadeView> m_views; ///< one per table entry, widget null until made
};

} // namespace lpntk::gui
