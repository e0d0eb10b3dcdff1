#pragma once

#include <QWidget>

#include <functional>
#include <vector>

class QHBoxLayout;

namespace lpntk::views {

/// A row of controls that gives up what matters least when it is narrow, in the order in which that was named, and
/// takes it back when there is room again. No text in it is ever cut while something is left to give up.
class FittingRow : public QWidget {
    Q_OBJECT
public:
    explicit FittingRow(QWidget* parent);

    /// Hides the widget when the row is too narrow for all.
    void dropWhenNarrow(QWidget* widget);
    /// Calls `shorten(true)` when the row is too narrow, `shorten(false)` when it is wide enough again.
    void shortenWhenNarrow(std::function<void(bool narrow)> shorten);

    QHBoxLayout& row() const;
    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Step {
        std::function<void(bool narrow)> apply;
        int saved = 0; ///< width that the row needs less by it, when it was last taken
        QWidget* dropped = nullptr; ///< what it hides, if that is what it does
    };

    int need() const;
    void take();
    void giveBack();
    void measure();
    void fit();

    std::vector<Step> m_steps;
    std::size_t m_taken = 0; ///< steps in force
    bool m_measured = false;
    bool m_busy = false;
    bool m_changed = false; ///< a step was taken or given back since fit() began
};

} // namespace lpntk::views
