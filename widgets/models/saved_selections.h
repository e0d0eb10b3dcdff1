#pragma once

#include <widgets/models/selection_model.h>

#include <QObject>

#include <cstdint>
#include <string>
#include <vector>

class QUndoStack;

namespace lpntk::models {

/// A selection kept under a name.
struct NamedSelection {
    std::string name;
    std::vector<std::int64_t> samples; ///< original indices, ascending
    std::string filter;                ///< the condition it was made by, empty when it was not
    bool operator==(const NamedSelection&) const = default;
};

/// Selections kept under a name, listed in the Project dock and written into the project. Every change is one step of
/// the undo stack. Owned by the session.
class SavedSelections : public QObject {
    Q_OBJECT
public:
    SavedSelections(QUndoStack& undo, QObject* parent) : QObject(parent), m_undo(undo) {}

    const std::vector<NamedSelection>& all() const { return m_all; }
    /// Replaces one of the same name. `filter`: the condition that it was made by, may be empty.
    void add(const QString& name, const SampleSet& samples, const QString& filter = {});
    void remove(std::size_t index);
    /// A name that another one has is not taken.
    void rename(std::size_t index, const QString& name);
    /// Other samples under the same name.
    void update(std::size_t index, const SampleSet& samples, const QString& filter = {});
    /// From a project file; no step.
    void reset(std::vector<NamedSelection> all);
    SampleSet samples(std::size_t index) const;
    bool has(const QString& name) const;

Q_SIGNALS:
    void changed();

private:
    void change(const QString& text, std::vector<NamedSelection> all);
    QUndoStack& m_undo;
    std::vector<NamedSelection> m_all;
};

} // namespace lpntk::models
