#include <widgets/views/parts_fitting.h>

#include <widgets/models/theme.h>

#include <QCoreApplication>
#include <QEvent>
#include <QHBoxLayout>

#include <algorithm>
#include <utility>

namespace lpntk::views {

using models::theme;

FittingRow::FittingRow(QWidget* parent) : QWidget(parent) {
    new QHBoxLayout(this);
    connect(&theme(), &models::Theme::changed, this, [this] {
        // The controls get their new fonts and sizes first.
        m_measured = false;
        QCoreApplication::postEvent(this, new QEvent(QEvent::LayoutRequest));
    });
}

QHBoxLayout& FittingRow::row() const {
    return *static_cast<QHBoxLayout*>(layout());
}

void FittingRow::dropWhenNarrow(QWidget* widget) {
    shortenWhenNarrow([widget](bool narrow) { widget->setVisible(!narrow); });
    m_steps.back().dropped = widget;
}

void FittingRow::shortenWhenNarrow(std::function<void(bool narrow)> shorten) {
    m_steps.push_back({std::move(shorten), 0, nullptr});
    m_measured = false;
}

/// What the controls ask for, not the least that a style sheet allows them: less would cut their words.
/// Asked control by control: to invalidate the layout would post a request to lay out, whose answer asks again, so that
/// the event loop would never rest.
int FittingRow::need() const {
    const QMargins margins = row().contentsMargins();
    int width = margins.left() + margins.right(), shown = 0;
    for (int i = 0; i < row().count(); ++i) {
        width += row().itemAt(i)->widget() && row().itemAt(i)->isEmpty() ? 0 : row().itemAt(i)->sizeHint().width();
        shown += !row().itemAt(i)->isEmpty(); // stretches and spaces are "empty"
    }
    return width + std::max(0, shown - 1) * row().spacing();
}

void FittingRow::take() {
    Step& step = m_steps[m_taken++];
    m_changed = true;
    const int before = need();
    step.apply(true);
    step.saved = before - need();
}

void FittingRow::giveBack() {
    m_steps[--m_taken].apply(false);
    m_changed = true;
}

void FittingRow::measure() {
    m_measured = true;
    m_taken = m_steps.size(); // a control need not be made in its wide form
    while (m_taken > 0)
        giveBack();
    while (m_taken < m_steps.size())
        take();
    updateGeometry();
}

void FittingRow::fit() {
    if (m_steps.empty() || std::exchange(m_busy, true))
        return;
    m_changed = false;
    if (!m_measured)
        measure();
    while (m_taken > 0 && need() + m_steps[m_taken - 1].saved <= width())
        giveBack();
    while (m_taken < m_steps.size() && need() > width())
        take();
    if (m_changed) // also when a step was taken and given back: its controls have other sizes until then
        layout()->activate();
    m_busy = false;
}

QSize FittingRow::minimumSizeHint() const {
    int width = need();
    for (std::size_t i = m_taken; i < m_steps.size(); ++i) {
        // The words of a label may have changed since.
        const QWidget* dropped = m_steps[i].dropped;
        width -= dropped ? std::max(dropped->sizeHint().width(), dropped->minimumWidth()) + row().spacing() : m_steps[i].saved;
    }
    return {width, QWidget::minimumSizeHint().height()};
}

bool FittingRow::event(QEvent* event) {
    const bool done = QWidget::event(event);
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Polish)
        fit();
    return done;
}

void FittingRow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fit();
}

} // namespace lpntk::views
