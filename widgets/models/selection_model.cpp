#include <widgets/models/selection_model.h>

#include <QMetaObject>

#include <algorithm>
#include <bit>
#include <utility>

namespace lpntk::models {

namespace {

constexpr std::size_t kHistoryLimit = 500;
/// Steps of the history of selected sets, and the bytes of their bitmaps.
constexpr std::size_t kMostSteps = 100;
constexpr std::size_t kMostStepBytes = std::size_t{16} << 20;

std::size_t wordOf(SampleId sample) {
    return static_cast<std::size_t>(sample.value() / 64);
}

std::uint64_t bitOf(SampleId sample) {
    return std::uint64_t{1} << (sample.value() % 64);
}

} // namespace

bool SampleSet::contains(SampleId sample) const {
    return sample.isValid() && wordOf(sample) < m_words.size() && (m_words[wordOf(sample)] & bitOf(sample));
}

void SampleSet::insert(SampleId sample) {
    if (!sample.isValid() || contains(sample))
        return;
    if (wordOf(sample) >= m_words.size())
        m_words.resize(wordOf(sample) + 1);
    m_words[wordOf(sample)] |= bitOf(sample);
    ++m_count;
}

void SampleSet::remove(SampleId sample) {
    if (!contains(sample))
        return;
    m_words[wordOf(sample)] &= ~bitOf(sample);
    --m_count;
}

void SampleSet::toggle(SampleId sample) {
    if (contains(sample))
        remove(sample);
    else
        insert(sample);
}

std::vector<SampleId> SampleSet::toVector() const {
    std::vector<SampleId> result;
    result.reserve(static_cast<std::size_t>(m_count));
    for (std::size_t word = 0; word < m_words.size(); ++word)
        for (std::uint64_t bits = m_words[word]; bits; bits &= bits - 1)
            result.emplace_back(static_cast<std::int64_t>(word) * 64 + std::countr_zero(bits));
    return result;
}

bool SampleSet::operator==(const SampleSet& other) const {
    if (m_count != other.m_count)
        return false;
    // Equal counts: the longer one's surplus words are zero if the common ones are equal.
    const std::size_t common = std::min(m_words.size(), other.m_words.size());
    return std::equal(m_words.begin(), m_words.begin() + static_cast<std::ptrdiff_t>(common), other.m_words.begin());
}

SelectionModel::SelectionModel(QObject* parent) : QObject(parent) {}

void SelectionModel::setSelected(SampleSet samples, const QObject* origin) {
    if (samples == m_selected)
        return;
    m_selected = std::move(samples);
    m_selectedOrigin = origin;
    m_selectedPending = true;
    note(m_clicking || m_selected.count() == 1);
    schedule();
}

void SelectionModel::setCurrent(SampleId sample, const QObject* origin) {
    if (sample == m_current)
        return;
    m_current = sample;
    m_currentOrigin = origin;
    m_currentPending = true;
    if (sample.isValid()) {
        m_history.resize(static_cast<std::size_t>(m_historyPlace + 1));
        m_history.push_back(sample);
        if (m_history.size() > kHistoryLimit)
            m_history.erase(m_history.begin());
        m_historyPlace = static_cast<std::ptrdiff_t>(m_history.size()) - 1;
    }
    schedule();
}

void SelectionModel::setHovered(SampleId sample, const QObject* origin) {
    if (sample == m_hovered)
        return;
    m_hovered = sample;
    m_hoveredOrigin = origin;
    m_hoveredPending = true;
    schedule();
}

void SelectionModel::click(SampleId sample, bool extend, const QObject* origin) {
    if (!sample.isValid())
        return;
    SampleSet next;
    if (extend) {
        next = m_selected;
        next.toggle(sample);
    } else {
        next.insert(sample);
    }
    m_clicking = true;
    setSelected(std::move(next), origin);
    m_clicking = false;
    setCurrent(sample, origin);
}

void SelectionModel::clear(const QObject* origin) {
    setSelected({}, origin);
    setCurrent({}, origin);
    setHovered({}, origin);
}

bool SelectionModel::canGoBack() const {
    return m_historyPlace > 0;
}

bool SelectionModel::canGoForward() const {
    return m_historyPlace + 1 < static_cast<std::ptrdiff_t>(m_history.size());
}

void SelectionModel::goBack(const QObject* origin) {
    if (canGoBack())
        goTo(m_historyPlace - 1, origin);
}

void SelectionModel::goForward(const QObject* origin) {
    if (canGoForward())
        goTo(m_historyPlace + 1, origin);
}

void SelectionModel::goTo(std::ptrdiff_t place, const QObject* origin) {
    std::vector<SampleId> history = m_history; // setCurrent would cut what lies ahead
    click(m_history[static_cast<std::size_t>(place)], false, origin);
    m_history = std::move(history);
    m_historyPlace = place;
}

void SelectionModel::note(bool byClick) {
    if (m_selected.isEmpty())
        return;
    if (m_stepPlace >= 0)
        m_steps[static_cast<std::size_t>(m_stepPlace)].current = m_current; // as it was left
    m_steps.resize(static_cast<std::size_t>(m_stepPlace + 1));
    if (byClick && !m_steps.empty() && m_steps.back().byClicks)
        m_steps.pop_back();
    m_steps.push_back({m_selected, {}, byClick});
    std::size_t bytes = 0;
    for (const Step& step : m_steps)
        bytes += step.samples.bytes();
    while (m_steps.size() > 1 && (m_steps.size() > kMostSteps || bytes > kMostStepBytes)) {
        bytes -= m_steps.front().samples.bytes();
        m_steps.erase(m_steps.begin());
    }
    m_stepPlace = static_cast<std::ptrdiff_t>(m_steps.size()) - 1;
}

bool SelectionModel::canGoBackSelected() const {
    return m_selected.isEmpty() ? m_stepPlace >= 0 : m_stepPlace > 0;
}

bool SelectionModel::canGoForwardSelected() const {
    return m_stepPlace + 1 < static_cast<std::ptrdiff_t>(m_steps.size());
}

void SelectionModel::goBackSelected(const QObject* origin) {
    if (canGoBackSelected())
        goToStep(m_selected.isEmpty() ? m_stepPlace : m_stepPlace - 1, origin);
}

void SelectionModel::goForwardSelected(const QObject* origin) {
    if (canGoForwardSelected())
        goToStep(m_stepPlace + 1, origin);
}

void SelectionModel::goToStep(std::ptrdiff_t place, const QObject* origin) {
    if (!m_selected.isEmpty())
        m_steps[static_cast<std::size_t>(m_stepPlace)].current = m_current;
    std::vector<Step> steps = std::move(m_steps); // setSelected would cut what lies ahead
    m_steps.clear();
    m_stepPlace = -1;
    const Step& step = steps[static_cast<std::size_t>(place)];
    setSelected(step.samples, origin);
    if (step.current.isValid())
        setCurrent(step.current, origin);
    m_steps = std::move(steps);
    m_stepPlace = place;
}

void SelectionModel::forget() {
    m_history.clear();
    m_historyPlace = -1;
    m_steps.clear();
    m_stepPlace = -1;
    clear(nullptr);
}

void SelectionModel::schedule() {
    if (m_scheduled)
        return;
    m_scheduled = true;
    QMetaObject::invokeMethod(this, &SelectionModel::flush, Qt::QueuedConnection);
}

void SelectionModel::flush() {
    m_scheduled = false;
    // A listener may change the selection again; that is then pending for the next turn.
    if (std::exchange(m_selectedPending, false))
        Q_EMIT selectedChanged(m_selectedOrigin);
    if (std::exchange(m_currentPending, false))
        Q_EMIT currentChanged(m_currentOrigin);
    if (std::exchange(m_hoveredPending, false))
        Q_EMIT hoveredChanged(m_hoveredOrigin);
}

} // namespace lpntk::models
