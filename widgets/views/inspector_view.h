#pragma once

#include <core/analysis/relations.h>
#include <widgets/views/session_view.h>

#include <memory>

class QLabel;
class QPushButton;
class QToolButton;

namespace lpntk::views {

class EmptyState;
class NeighbourList;
class SampleActions;
class SampleCard;

/// One sample in full: picture, facts, keep / prune / relabel, most interchangeable and most contradictory others.
/// Shows the shared current sample.
class InspectorView : public SessionView {
    Q_OBJECT
public:
    InspectorView(models::Session& session, QWidget* parent = nullptr);
    ~InspectorView() override;

    QString name() const { return QStringLiteral("inspector"); }
    /// The current sample's neighbours are shown, or there is no current sample.
    bool isReady() const { return m_ready; }

    /// Buttons for the dock's title: former and next of the samples looked at.
    QToolButton* backButton() const { return m_back; }
    QToolButton* forwardButton() const { return m_forward; }
    NeighbourList& interchangeable() { return *m_interchangeable; }
    NeighbourList& contradictory() { return *m_contradictory; }

Q_SIGNALS:
    void ready();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int parts) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QWidget* makeSection(const QString& title, QLabel*& counts, NeighbourList*& list);
    void refresh();
    void refreshTexts();
    void askNeighbours();
    void showNeighbours(const analysis::Neighbourhood& neighbourhood);
    void becomeReady();

    QWidget* m_content = nullptr;
    EmptyState* m_empty = nullptr;
    SampleCard* m_card = nullptr;
    SampleActions* m_actions = nullptr;
    QPushButton *m_keep = nullptr, *m_prune = nullptr, *m_relabel = nullptr;
    QToolButton *m_back = nullptr, *m_forward = nullptr;
    QLabel *m_interchangeableCount = nullptr, *m_contradictoryCount = nullptr;
    NeighbourList *m_interchangeable = nullptr, *m_contradictory = nullptr;
    models::SampleId m_shown;
    bool m_ready = false;
};

} // namespace lpntk::views
