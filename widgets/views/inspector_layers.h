#pragma once

#include <widgets/models/run_network.h>
#include <widgets/models/session.h>
#include <widgets/views/inspector_section.h>

#include <QTimer>

#include <memory>

class QLabel;

namespace lpntk::views {

class BusyLine;
class LongRows;

/// What each layer adds to the cosine of the shown sample with another one. Asks the network only while it is unfolded.
class LayersSection : public FoldSection {
    Q_OBJECT
public:
    LayersSection(models::Session& session, QWidget* parent);

    /// Null without a run.
    void setNetwork(std::shared_ptr<models::RunNetwork> network);
    /// Of the same pair nothing is asked again. An invalid sample empties the section.
    void setPair(models::SampleId shown, models::SampleId other);
    models::SampleId shown() const { return m_shown; }
    models::SampleId other() const { return m_other; }
    LongRows& rows() const { return *m_rows; }
    /// Nothing is on its way.
    bool isSettled() const { return !m_wanted && !m_asking; }

Q_SIGNALS:
    void settled();

private:
    void want();
    void ask();
    void showParts(const models::LayerParts& parts);
    void say(const QString& words);
    void settle();

    models::Session& m_session;
    std::shared_ptr<models::RunNetwork> m_network;
    LongRows* m_rows;
    QLabel* m_words;
    BusyLine* m_busy;
    QTimer m_rest; ///< the pointer passes over many samples
    models::SampleId m_shown, m_other;
    models::Ticket m_ticket = 0;
    bool m_wanted = false, m_asking = false;
};

} // namespace lpntk::views
