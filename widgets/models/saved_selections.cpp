#include <widgets/models/saved_selections.h>

#include <widgets/models/value_command.h>

#include <QUndoStack>

#include <algorithm>
#include <utility>

namespace lpntk::models {

namespace {

NamedSelection named(const QString& name, const SampleSet& samples, const QString& filter) {
    NamedSelection selection{name.toStdString(), {}, filter.toStdString()};
    for (const base::SampleId sample : samples.toVector())
        selection.samples.push_back(sample.value());
    return selection;
}

} // namespace

void SavedSelections::change(const QString& text, std::vector<NamedSelection> all) {
    if (all == m_all)
        return;
    using All = std::vector<NamedSelection>;
    m_undo.push(new ValueCommand<All, All>(
        text, std::move(all),
        [this](const All& next) {
            All former = std::exchange(m_all, next);
            Q_EMIT changed();
            return former;
        },
        [this](const All& former) { reset(former); }));
}

void SavedSelections::add(const QString& name, const SampleSet& samples, const QString& filter) {
    auto all = m_all;
    NamedSelection selection = named(name, samples, filter);
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& other) { return other.name == selection.name; });
    if (found != all.end())
        *found = std::move(selection);
    else
        all.push_back(std::move(selection));
    change(tr("Save the selection \"%1\"").arg(name), std::move(all));
}

void SavedSelections::remove(std::size_t index) {
    if (index >= m_all.size())
        return;
    auto all = m_all;
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(index));
    change(tr("Remove the selection \"%1\"").arg(QString::fromStdString(m_all[index].name)), std::move(all));
}

void SavedSelections::rename(std::size_t index, const QString& name) {
    if (index >= m_all.size() || name.isEmpty() || has(name))
        return;
    auto all = m_all;
    all[index].name = name.toStdString();
    change(tr("Rename the selection \"%1\"").arg(QString::fromStdString(m_all[index].name)), std::move(all));
}

void SavedSelections::update(std::size_t index, const SampleSet& samples, const QString& filter) {
    if (index >= m_all.size())
        return;
    auto all = m_all;
    all[index] = named(QString::fromStdString(m_all[index].name), samples, filter);
    change(tr("Update the selection \"%1\"").arg(QString::fromStdString(m_all[index].name)), std::move(all));
}

void SavedSelections::reset(std::vector<NamedSelection> all) {
    if (all == m_all)
        return;
    m_all = std::move(all);
    Q_EMIT changed();
}

SampleSet SavedSelections::samples(std::size_t index) const {
    SampleSet set;
    if (index < m_all.size())
        for (const std::int64_t sample : m_all[index].samples)
            set.insert(base::SampleId(sample));
    return set;
}

bool SavedSelections::has(const QString& name) const {
    return std::any_of(m_all.begin(), m_all.end(),
                       [wanted = name.toStdString()](const auto& other) { return other.name == wanted; });
}

} // namespace lpntk::models
