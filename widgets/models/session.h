#pragma once

#include <core/analysis/clustering.h>
#include <core/analysis/coverage.h>
#include <core/analysis/relations.h>
#include <core/curation/decisions.h>
#include <core/curation/export.h>
#include <core/curation/pruning.h>
#include <core/data/dataset.h>
#include <core/engine/engine.h>
#include <core/run/run.h>

#include <widgets/models/job_runner.h>
#include <widgets/models/saved_selections.h>
#include <widgets/models/selection_model.h>

#include <QFlags>
#include <QObject>
#include <QString>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

class QUndoStack;

namespace lpntk::models {

class ThumbnailCache;

/// What changed in the session.
enum class Change {
    data = 1,         ///< data set opened or closed
    networks = 2,     ///< list of checkpoints, accuracy measured
    run = 4,          ///< current run opened, closed or exchanged; clustering and subset follow
    clustering = 8,   ///< FPC result or number of heads
    thresholds = 16,
    subset = 32,      ///< pruning method, amount or result
    decisions = 64,   ///< verdicts, labels, tags, review marks
    issues = 128,     ///< list of problems
    runs = 256,       ///< list of runs
};
Q_DECLARE_FLAGS(Changes, Change)

/// A network with weights as the project lists it.
struct Checkpoint {
    engine::NetworkSpec spec;
    QString name;                          ///< "lenet5-fashion-mnist"
    std::optional<double> accuracy;        ///< measured on load
    std::optional<engine::NetworkInfo> info;
    std::optional<data::Preprocessing> preprocessing; ///< chosen by the user; null = what fits the data set
    bool listed = false;                   ///< named by a run; nothing of it is loaded before somebody needs it
};

/// A problem with what to do about it; shown in the Issues list, never as a message box.
struct Issue {
    enum class Severity { note, warning, error };
    Severity severity = Severity::error;
    QString sentence;
    std::function<void()> jump; ///< shows the cause or mends it; may be empty
    QString remedy;             ///< words for the button that jumps, empty = "Show the cause"
};

/// What is open in one window: data set, networks, the current run (read-only snapshots), decisions with their undo
/// stack, selection and jobs. Owned by the window; lives on its thread. Views get it by reference, listen to
/// changed() and never know each other. Long work goes through jobs().
class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    SelectionModel& selection() { return *m_selection; }
    SavedSelections& savedSelections() { return *m_savedSelections; }
    JobRunner& jobs() { return *m_jobs; }
    QUndoStack& undoStack() { return *m_undo; }
    ThumbnailCache& thumbnails() { return *m_thumbnails; }

    // --- data, networks, runs -----------------------------------------------------------------------------------
    std::shared_ptr<const data::Dataset> data() const { return m_data; }
    /// Split that the current run (or the project) is about.
    QString splitName() const { return m_split; }
    /// The source as given to openData, for the project file and for manifests.
    QString dataSource() const { return m_dataSource; }
    const std::vector<Checkpoint>& checkpoints() const { return m_checkpoints; }
    int currentCheckpoint() const { return m_currentCheckpoint; }
    std::shared_ptr<const run::Run> run() const { return m_run; }
    const std::vector<std::filesystem::path>& runFolders() const { return m_runFolders; }

    /// Open on a worker; problems become issues. `source` as in data::loadDataset.
    void openData(const QString& source);
    /// The data set of the current run from another place, after it was moved ("Locate").
    void locateData(const QString& source) { openData(source); }
    /// `preprocessing`: null = what fits the data set.
    void openCheckpoint(const engine::NetworkSpec& spec, const std::optional<data::Preprocessing>& preprocessing = {});
    void setCurrentCheckpoint(int index);
    /// Loads and measures a checkpoint that a run only named; the others are described when they are opened.
    void describeCheckpoint(int index);
    void openRun(const std::filesystem::path& folder);
    /// Lists a run without opening it (the other runs of a project).
    void noteRun(const std::filesystem::path& folder);
    /// Starts the kernel job; when it ends, its run is opened.
    Ticket startKernel(const engine::KernelRequest& request, const std::filesystem::path& out);
    void closeAll();

    // --- analysis shared by views -------------------------------------------------------------------------------
    analysis::Thresholds thresholds() const { return m_thresholds; }
    void setThresholds(analysis::Thresholds thresholds);

    analysis::Mode mode() const { return m_mode; }
    void setMode(analysis::Mode mode);
    double clusterRatio() const { return m_clusterRatio; }
    void setClusterRatio(double ratio);
    /// Null until computed (a worker does it when a run opens).
    std::shared_ptr<const analysis::Clustering> clustering() const { return m_clustering; }
    std::shared_ptr<const analysis::ClusterAssignment> clusters() const { return m_clusters; }
    /// Whether workers are busy with clusters, subset or coverage; views then keep the old picture with a thin bar.
    bool isClustering() const { return m_jobs->isRunning(m_clusterTicket); }
    bool isPruning() const { return m_jobs->isRunning(m_subsetTicket); }
    bool isCovering() const { return m_jobs->isRunning(m_coverageTicket); }
    Ticket clusterTicket() const { return m_clusterTicket; }
    Ticket subsetTicket() const { return m_subsetTicket; }
    Ticket coverageTicket() const { return m_coverageTicket; }

    const curation::PruneOptions& pruneOptions() const { return m_pruneOptions; }
    void setPruneOptions(const curation::PruneOptions& options);
    /// Null until computed; recomputed on a worker when options, clustering or decisions change.
    std::shared_ptr<const curation::Subset> subset() const { return m_subset; }
    /// Coverage of the present subset, null until computed.
    std::shared_ptr<const analysis::Coverage> coverage() const { return m_coverage; }

    // --- decisions ----------------------------------------------------------------------------------------------
    const curation::Decisions& decisions() const { return m_decisions; }
    /// One undo step. `text` is what Undo shows ("Prune 3 samples").
    void decide(curation::Edit edit, const QString& text);
    void setDecisions(curation::Decisions decisions); ///< from a project file; clears the undo stack
    /// For the undo commands only.
    curation::Decisions& mutableDecisions() { return m_decisions; }
    void decisionsChanged();

    // --- facts that views ask for -------------------------------------------------------------------------------
    QString className(int label) const;
    int labelOf(SampleId sample) const;            ///< from the data (not relabelled); -1 when unknown
    /// Predicted label and its probability, from the run; -1 when unknown.
    int predictionOf(SampleId sample) const;
    float probabilityOf(SampleId sample, int label) const;
    bool isMisclassified(SampleId sample) const;
    /// Figures of one sample from the run's probabilities; NaN when unknown.
    double marginOf(SampleId sample) const;        ///< p(label) minus the largest other
    double el2nOf(SampleId sample) const;          ///< |p - onehot|_2 of the run's network
    double normOf(SampleId sample) const;          ///< sqrt(kappa_ii)
    int classes() const;
    bool isPruned(SampleId sample) const;
    QString locationOf(SampleId sample) const;

    // --- issues -------------------------------------------------------------------------------------------------
    const std::vector<Issue>& issues() const { return m_issues; }
    void addIssue(Issue::Severity severity, const QString& sentence, std::function<void()> jump = {},
                  const QString& remedy = {});
    void clearIssues();

    /// What a subset is exported from; null members where something is missing.
    curation::SubsetSource subsetSource() const;

Q_SIGNALS:
    void changed(lpntk::models::Changes what);
    void issueAdded(int index);
    /// Somebody asked to look for data that are not where the run says; the window shows a dialog and calls locateData.
    void locateDataRequested(const QString& formerSource);
    /// The same for what could not be opened or computed: the window shows the dialog where it can be put right.
    void locateRunRequested(const QString& formerFolder);
    /// Somebody asked to go on with the unfinished run in the folder.
    void continueRunRequested(const QString& folder);
    /// The same with a run that is damaged.
    void repairRunRequested(const QString& folder);
    void checkpointRequested(const QString& weights);
    void kernelRequested();

private:
    void runOpened(std::shared_ptr<const run::Run> run);
    void dataOpened(std::shared_ptr<const data::Dataset> data, const QString& source);
    void openDataOfRun();
    void compareDataWithRun();
    void describeCheckpoints();
    void listNetworkOfRun();
    void cover();
    base::RowId rowOf(SampleId sample) const;
    std::span<const float> probabilitiesOf(SampleId sample) const;
    void recluster();
    void reassign();
    void resubset();
    void emitLater(Changes what);

    SelectionModel* m_selection = nullptr;
    JobRunner* m_jobs = nullptr;
    QUndoStack* m_undo = nullptr;
    SavedSelections* m_savedSelections = nullptr;
    ThumbnailCache* m_thumbnails = nullptr;
    std::shared_ptr<const data::Dataset> m_data;
    QString m_split = QStringLiteral("train");
    std::vector<Checkpoint> m_checkpoints;
    int m_currentCheckpoint = -1;
    std::shared_ptr<const run::Run> m_run;
    std::vector<std::filesystem::path> m_runFolders;
    analysis::Thresholds m_thresholds;
    analysis::Mode m_mode = analysis::Mode::paper;
    double m_clusterRatio = 0.1;
    std::shared_ptr<const analysis::Clustering> m_clustering;
    std::shared_ptr<const analysis::ClusterAssignment> m_clusters;
    curation::PruneOptions m_pruneOptions;
    std::shared_ptr<const curation::Subset> m_subset;
    std::shared_ptr<const analysis::Coverage> m_coverage;
    curation::Decisions m_decisions;
    curation::HandHeads m_handHeads; ///< of the decisions; clusters follow when they change
    std::vector<Issue> m_issues;
    Changes m_pending;
    bool m_emitScheduled = false;
    bool m_assigning = false, m_assignAgain = false;
    Ticket m_dataTicket = 0, m_runTicket = 0, m_clusterTicket = 0, m_subsetTicket = 0, m_coverageTicket = 0;
    QString m_dataSource;                 ///< as given to openData
};

} // namespace lpntk::models

Q_DECLARE_OPERATORS_FOR_FLAGS(lpntk::models::Changes)
