#include "saved_selections.h"

#include <algorithm>

namespace lpntk::gui {

void SavedSelections::add(const QString& name, const models::SampleSet& samples) {
    NamedSelection selection{name.toStdString(), {}};
    for (const base::SampleId sample : samples.toVector())
        selection.samples.push_back(sample.value());
    const auto found = std::find_if(m_all.begin(), m_all.end(), [&](const auto& other) { return other.name == selection.name; });
    if (found != m_all.end())
        *found = std::move(selection);
    else
        m_all.push_back(std::move(selection));
    Q_EMIT changed();
}

void SavedSelections::remove(std::size_t index) {
    if (index >= m_all.size())
        return;
    m_all.erase(m_all.begin() + static_cast<std::ptrdiff_t>(index));
    Q_EMIT changed();
}

void SavedSelections::reset(std::vector<NamedSelection> all) {
    if (all == m_all)
        return;
    m_all = std::move(all);
    Q_EMIT changed();
}

models::SampleSet SavedSelections::samples(std::size_t index) const {
    models::SampleSet set;
    if (index < m_all.size())
        for (const std::int64_t sample : m_all[index].samples)
            set.insert(base::SampleId(sample));
    return set;
}

} // namespace lpntk::gui
