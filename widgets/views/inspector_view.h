#pragma once

#include <core/analysis/relations.h>
#include <widgets/models/run_network.h>
#include <widgets/views/session_view.h>

#include <QPointer>

#include <memory>

class QPushButton;
class QScrollArea;
class QToolButton;

namespace lpntk::views {

class EmptyState;
class FactsSection;
class LabelsSection;
class LayersSection;
class NeighbourList;
class NeighboursSection;
class PictureWindow;
class ProbabilitySection;
class SampleActions;
class SampleCard;

/// One sample in full: picture, facts, keep / prune / relabel, most interchangeable and most contradictory others, what
/// each layer says, and what another label would change. Shows the shared current sample.
class InspectorView : public SessionView {
    Q_OBJECT
public:
    InspectorView(models::Session& session, QWidget* parent = nullptr);
    ~InspectorView() override;

    QString name() const { return QStringLiteral("inspector"); }
    /// What is unfolded of the current sample is shown, or there is no current sample.
    bool isReady() const { return m_ready; }

    /// Buttons for the dock's title: former and next of the samples looked at.
    QToolButton* backButton() const { return m_back; }
    QToolButton* forwardButton() const { return m_forward; }
    NeighbourList& interchangeable();
    NeighbourList& contradictory();
    LayersSection& layers() { return *m_layers; }
    LabelsSection& labels() { return *m_labels; }
    PictureWindow* picture() const;

    /// The picture in a window of its own.
    void enlarge();

Q_SIGNALS:
    void ready();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int parts) override;
    void themeChanged() override;
    void paintEvent(QPaintEvent* event) override;

private:
    void makeArrows();
    QWidget* makeButtons();
    void makeSections();
    void addKey();
    void reopenNetwork();
    void refresh();
    void refreshTexts();
    void askNeighbours();
    void showNeighbours(const analysis::Neighbourhood& neighbourhood);
    void pairWithHovered();
    void settle();

    QScrollArea* m_scroll = nullptr;
    QWidget* m_content = nullptr;
    EmptyState* m_empty = nullptr;
    SampleCard* m_card = nullptr;
    SampleActions* m_actions = nullptr;
    QPushButton *m_keep = nullptr, *m_prune = nullptr, *m_relabel = nullptr;
    QToolButton *m_back = nullptr, *m_forward = nullptr;
    NeighboursSection *m_interchangeable = nullptr, *m_contradictory = nullptr;
    LayersSection* m_layers = nullptr;
    LabelsSection* m_labels = nullptr;
    ProbabilitySection* m_probabilities = nullptr;
    FactsSection* m_facts = nullptr;
    QPointer<PictureWindow> m_picture;
    std::shared_ptr<models::RunNetwork> m_network;
    models::SampleId m_shown;
    bool m_asking = false; ///< for neighbours
    bool m_ready = false;
};

} // namespace lpntk::views
