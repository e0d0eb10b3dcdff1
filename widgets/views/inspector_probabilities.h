#pragma once

#include <widgets/models/session.h>
#include <widgets/views/inspector_section.h>

namespace lpntk::views {

class LongRows;

/// The network's class probabilities of one sample as bars, the largest first; label and prediction are marked. At
/// first the largest few and the label, all of them on demand.
class ProbabilitySection : public FoldSection {
    Q_OBJECT
public:
    ProbabilitySection(models::Session& session, QWidget* parent);
    void setSample(models::SampleId sample);
    LongRows& rows() const { return *m_rows; }

private:
    models::Session& m_session;
    LongRows* m_rows;
};

} // namespace lpntk::views
