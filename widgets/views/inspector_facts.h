#pragma once

#include <widgets/models/session.h>
#include <widgets/views/inspector_section.h>

#include <QString>

#include <vector>

class QGridLayout;
class QLabel;

namespace lpntk::views {

/// One thing that is known about a sample.
struct Fact {
    QString name, value;
    QString link = {};                          ///< the part of `value` that leads somewhere
    models::SampleId sample = {};               ///< to this sample
    std::vector<models::SampleId> samples = {}; ///< or selects these
    QString wrong = {};                         ///< before `value`, marked: the class predicted instead of the label

    QString text() const { return wrong.isEmpty() ? value : wrong + QLatin1Char(' ') + value; }
};

/// What the card shows beside the picture.
std::vector<Fact> cardFacts(const models::Session& session, models::SampleId sample);
/// The rest: means of kappa, cluster, redundancy, pruning, decisions, path, columns of the data set. What is not known
/// is left out.
std::vector<Fact> moreFacts(const models::Session& session, models::SampleId sample);
/// Number and label of the sample, all facts and the class probabilities, one a line with a tab between name and value:
/// for the clipboard.
QString factsText(const models::Session& session, models::SampleId sample);

/// The facts that the card has no room for; those that name samples go there.
class FactsSection : public FoldSection {
    Q_OBJECT
public:
    FactsSection(models::Session& session, QWidget* parent);
    void setSample(models::SampleId sample);

private:
    struct Line {
        QLabel *name, *value;
    };
    void addLine();
    void fill(const Line& line, const Fact& fact) const;
    void follow(const Fact& fact);

    models::Session& m_session;
    QGridLayout* m_grid;
    std::vector<Line> m_lines;
    std::vector<Fact> m_facts;
};

} // namespace lpntk::views
