#pragma once

#include <widgets/models/session.h>

#include <QList>
#include <QObject>
#include <QString>

#include <functional>
#include <vector>

class QAction;
class QMenu;
class QWidget;

namespace lpntk::views {

/// "#865" or "3 samples".
QString samplesText(const std::vector<models::SampleId>& samples);
/// What is decided about: the selected samples when the current one is among them or there is none, else the current
/// one.
std::vector<models::SampleId> targetsOf(models::Session& session);

/// Keep, prune, relabel and review of samples by hand, the same in every view: key shortcuts in the view's context,
/// the context menu, and the functions buttons call. Every call is one undo step. Owned by its view.
class SampleActions : public QObject {
    Q_OBJECT
public:
    /// `context`: the widget whose focus makes the keys K, P, R and M work.
    SampleActions(models::Session& session, QWidget* context);

    /// What the actions work on, targetsOf the session.
    std::vector<models::SampleId> targets() const;

    /// K and P switch: on samples that all have that verdict already they take it back.
    void keep() { verdict(curation::Edit::Kind::keep, targets()); }
    void prune() { verdict(curation::Edit::Kind::prune, targets()); }
    void review();
    void verdict(curation::Edit::Kind kind, const std::vector<models::SampleId>& samples);
    void relabel(const std::vector<models::SampleId>& samples, int label);
    void tag(const std::vector<models::SampleId>& samples, const QString& tag);

    /// Menu of class names, the present label checked and marked as in the data.
    void popUpLabels(const std::vector<models::SampleId>& samples, QWidget* at, QPoint global);
    void popUpRelabel(QWidget* at);
    void fillLabels(QMenu& menu, const std::vector<models::SampleId>& samples);
    /// `more`: further actions of the place, at the end.
    void popUp(QPoint global, QWidget* parent, const QList<QAction*>& more = {});
    /// Gives `widget` that menu. `choose` is told the place first, so that what lies there can be selected.
    void attachMenu(QWidget* widget, const std::function<void(QPoint place)>& choose);

private:
    models::Session& m_session;
    QWidget* m_context;
};

} // namespace lpntk::views
