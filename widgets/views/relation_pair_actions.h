#pragma once

#include <widgets/models/session.h>

#include <QObject>

#include <utility>
#include <vector>

class QMenu;
class QWidget;

namespace lpntk::views {

/// Two samples of a row; of a redundant sample the second is the one that makes it redundant.
using SamplePair = std::pair<models::SampleId, models::SampleId>;

/// Decisions about pairs of samples: labels, review marks, pruning. Each call is one undo step, however many pairs it
/// is about. Owned by the table of pairs.
class RelationPairActions : public QObject {
    Q_OBJECT
public:
    RelationPairActions(models::Session& session, QObject* parent);

    /// Each sample gets the label that the other one has in the data. A sample of several pairs follows the first.
    void swapLabels(const std::vector<SamplePair>& pairs);
    /// `first`: the first sample of each pair gets the label of the second; else the other way round.
    void takeOthersLabel(const std::vector<SamplePair>& pairs, bool first);
    /// Every sample whose prediction differs from its label gets the predicted one.
    void takePredictions(const std::vector<SamplePair>& pairs);
    void takeBackLabels(const std::vector<SamplePair>& pairs);
    /// Switches: where all are marked already, the marks are taken off.
    void review(const std::vector<SamplePair>& pairs);
    /// Prunes the first or the second of each pair; where all of them are pruned by hand already, takes that back.
    void prune(const std::vector<SamplePair>& pairs, bool first);
    /// Prunes of each pair the sample whose own label the network finds less probable.
    void pruneLessProbable(const std::vector<SamplePair>& pairs);

    void fillLabels(QMenu& menu, const std::vector<SamplePair>& pairs, bool redundant);
    void fillPrune(QMenu& menu, const std::vector<SamplePair>& pairs, bool redundant);

private:
    using Relabelling = std::vector<std::pair<models::SampleId, int>>;
    Relabelling swapped(const std::vector<SamplePair>& pairs) const;
    Relabelling predicted(const std::vector<SamplePair>& pairs) const;
    /// One step of at most one edit per label.
    void relabel(const Relabelling& wanted, const QString& text);
    void verdict(std::vector<models::SampleId> samples, const QString& what);

    models::Session& m_session;
};

} // namespace lpntk::views
