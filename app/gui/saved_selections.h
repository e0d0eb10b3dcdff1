#pragma once

#include "project_file.h"

#include <widgets/models/selection_model.h>

#include <QObject>

#include <vector>

namespace lpntk::gui {

/// Selections kept under a name, listed in the Project dock and written into the project. Owned by the window.
class SavedSelections : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    const std::vector<NamedSelection>& all() const { return m_all; }
    /// Replaces one of the same name.
    void add(const QString& name, const models::SampleSet& samples);
    void remove(std::size_t index);
    void reset(std::vector<NamedSelection> all);
    models::SampleSet samples(std::size_t index) const;

Q_SIGNALS:
    void changed();

private:
    std::vector<NamedSelection> m_all;
};

} // namespace lpntk::gui
