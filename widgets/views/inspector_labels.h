#pragma once

#include <core/analysis/label_change.h>
#include <widgets/models/run_network.h>
#include <widgets/models/session.h>
#include <widgets/views/inspector_section.h>

#include <QTimer>

#include <memory>
#include <vector>

class QLabel;
class QPushButton;

namespace lpntk::views {

class BusyLine;
class LongRows;
class SampleActions;

/// "If the label were": for every label the mean cosine of the shown sample to the samples of that class and how many
/// samples it would contradict, the present label first; and a button that relabels to the least contradictory one.
/// The network has to be run on all samples of the run: at once where that takes a moment, else when it is asked for.
class LabelsSection : public FoldSection {
    Q_OBJECT
public:
    LabelsSection(models::Session& session, SampleActions& actions, QWidget* parent);

    /// Null without a run.
    void setNetwork(std::shared_ptr<models::RunNetwork> network);
    void setSample(models::SampleId sample);
    /// Thresholds or decisions changed: counts anew, without the network.
    void recount();
    LongRows& rows() const { return *m_rows; }
    QPushButton* relabelButton() const { return m_relabel; }
    QPushButton* startButton() const { return m_start; }
    /// Computes whatever it takes.
    void start();
    bool isSettled() const { return !m_wanted && !m_asking; }
    /// Runs that take longer than this (by their plan) are computed only when asked for.
    void setMomentSeconds(double seconds);

Q_SIGNALS:
    void settled();

private:
    /// The kernel and what follows from it for the present thresholds and label.
    struct Answer {
        std::shared_ptr<const engine::LabelKernel> kernel;
        std::vector<analysis::LabelOutcome> outcomes;
    };
    int presentLabel() const;
    bool takesAMoment() const;
    void want();
    void ask();
    void showAnswer(const Answer& answer);
    void showBetter(const std::vector<analysis::LabelOutcome>& outcomes);
    void say(const QString& words, const QString& button);
    void settle();

    models::Session& m_session;
    SampleActions& m_actions;
    std::shared_ptr<models::RunNetwork> m_network;
    std::shared_ptr<const engine::LabelKernel> m_kernel; ///< of the shown sample
    LongRows* m_rows;
    QLabel* m_words;
    QPushButton *m_start, *m_relabel;
    BusyLine* m_busy;
    QTimer m_rest;
    models::SampleId m_sample;
    models::Ticket m_ticket = 0;
    int m_best = -1; ///< label of the button
    double m_momentSeconds = 4;
    bool m_wanted = false, m_asking = false;
};

} // namespace lpntk::views
