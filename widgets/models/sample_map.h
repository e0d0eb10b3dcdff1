#pragma once

#include <core/analysis/components.h>
#include <core/analysis/embedding.h>
#include <widgets/models/session.h>

#include <QObject>
#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace lpntk::models {

/// Where the samples of a run lie on a map: components of its kernel, first estimated from some rows, then refined by
/// passes over all of it, and coordinates imported from files. Results are kept as long as the session lives, and what
/// took long in the user's cache folder, so a run that is opened again has its map at once. Owned by the map view,
/// window's thread; the work is done on workers.
class SampleMap : public QObject {
    Q_OBJECT
public:
    /// Coordinates that came from a file.
    struct Imported {
        QString name; ///< of the file
        std::shared_ptr<const analysis::Embedding> embedding;
    };

    /// Runs of up to this many rows are refined without being asked: some seconds of reading at most.
    static constexpr std::int64_t kRefineAtOnce = 12000;

    SampleMap(Session& session, QObject* parent);

    /// Another run, or none. Starts the estimate unless it is known.
    void setRun(std::shared_ptr<const run::Run> run);
    /// False for runs of class blocks, which have no components over all classes.
    bool hasComponents() const { return m_run && m_run->hasFull(); }
    /// Null until computed.
    std::shared_ptr<const analysis::Components> components() const { return m_components; }
    const std::vector<Imported>& imported() const { return m_imported; }

    /// Whether refining would change the picture and is not under way.
    bool canRefine() const;
    bool isRefining() const { return m_session.jobs().isRunning(m_refineTicket); }
    /// Listed among the jobs, with progress and cancel.
    void refine();
    /// Reads a .npy or .csv file on a worker; problems become issues.
    void import(const QString& path);
    bool isBusy() const;
    /// The job to be followed by a busy line, 0 = none.
    Ticket ticket() const;

Q_SIGNALS:
    void componentsChanged();
    /// `index`: of the coordinates in imported(), which grew by them or have them anew.
    void importedChanged(int index);
    /// A job began or ended.
    void busyChanged();

private:
    using Result = std::shared_ptr<const analysis::Components>;
    struct Known {
        std::string folder;
        std::weak_ptr<const run::Run> run;
        Result components;
    };
    void estimate();
    void startRefining(bool listed);
    void take(const std::shared_ptr<const run::Run>& run, Result components);
    void fail(const QString& sentence);

    Session& m_session;
    std::shared_ptr<const run::Run> m_run;
    Result m_components;
    std::vector<Known> m_known;
    std::vector<Imported> m_imported;
    Ticket m_estimateTicket = 0, m_refineTicket = 0, m_importTicket = 0;
};

} // namespace lpntk::models
