#pragma once

#include <core/base/ids.h>

#include <QObject>

#include <cstdint>
#include <vector>

namespace lpntk::models {

using base::SampleId;

/// A set of samples as a bitmap over original indices; copying 60,000 costs 8 KB.
class SampleSet {
public:
    SampleSet() = default;
    explicit SampleSet(std::int64_t universe) : m_words(static_cast<std::size_t>((universe + 63) / 64)) {}

    bool contains(SampleId sample) const;
    void insert(SampleId sample);   ///< grows as needed
    void remove(SampleId sample);
    void toggle(SampleId sample);
    void clear() { m_words.clear(); m_count = 0; }
    std::int64_t count() const { return m_count; }
    bool isEmpty() const { return m_count == 0; }
    std::vector<SampleId> toVector() const; ///< ascending
    std::size_t bytes() const { return m_words.size() * sizeof(std::uint64_t); }
    bool operator==(const SampleSet& other) const;

private:
    std::vector<std::uint64_t> m_words;
    std::int64_t m_count = 0;
};

/// The one selection that all views share: selected set, current sample, hovered sample. Owned by the Session, used
/// from the window's thread only. Setters compare before they emit and name their origin, so a view can tell its own
/// change; emissions are coalesced to one per turn of the event loop.
class SelectionModel : public QObject {
    Q_OBJECT
public:
    explicit SelectionModel(QObject* parent = nullptr);

    const SampleSet& selected() const { return m_selected; }
    SampleId current() const { return m_current; }
    SampleId hovered() const { return m_hovered; }

    void setSelected(SampleSet samples, const QObject* origin);
    void setCurrent(SampleId sample, const QObject* origin);
    void setHovered(SampleId sample, const QObject* origin);
    /// A click: current and selected become this sample. With `extend` it is toggled in the selected set.
    void click(SampleId sample, bool extend, const QObject* origin);
    void clear(const QObject* origin);

    /// History of selected sets (Alt Left, Alt Right). Samples clicked one after the other are one step, so that a walk
    /// with the arrow keys does not bury a large selection; nothing selected is no step, so going back after Escape
    /// brings the former set back. The sample that was current with a set comes back with it.
    bool canGoBackSelected() const;
    bool canGoForwardSelected() const;
    void goBackSelected(const QObject* origin);
    void goForwardSelected(const QObject* origin);

    /// History of current samples (the Inspector's arrows).
    bool canGoBack() const;
    bool canGoForward() const;
    void goBack(const QObject* origin);
    void goForward(const QObject* origin);

    /// Empties everything, the history too (another data set was opened).
    void forget();

    /// Emits what is pending now (tests, screenshots).
    void flush();

Q_SIGNALS:
    void selectedChanged(const QObject* origin);
    void currentChanged(const QObject* origin);
    void hoveredChanged(const QObject* origin);

private:
    void schedule();
    void goTo(std::ptrdiff_t place, const QObject* origin);
    /// A selected set as it was left. `byClicks`: it grew by single clicks, and the next click goes on with it.
    struct Step {
        SampleSet samples;
        SampleId current;
        bool byClicks = false;
    };
    void note(bool byClick);
    void goToStep(std::ptrdiff_t place, const QObject* origin);
    SampleSet m_selected;
    SampleId m_current;
    SampleId m_hovered;
    const QObject* m_selectedOrigin = nullptr;
    const QObject* m_currentOrigin = nullptr;
    const QObject* m_hoveredOrigin = nullptr;
    bool m_selectedPending = false, m_currentPending = false, m_hoveredPending = false, m_scheduled = false;
    bool m_clicking = false;
    std::vector<SampleId> m_history;
    std::ptrdiff_t m_historyPlace = -1;
    std::vector<Step> m_steps;
    std::ptrdiff_t m_stepPlace = -1;
};

} // namespace lpntk::models
