#pragma once

#include "filter_line.h"

#include <core/curation/filter.h>

#include <widgets/models/session.h>

#include <QPointer>
#include <QTimer>
#include <QWidget>

#include <memory>
#include <optional>

class QLabel;
class QPushButton;

namespace lpntk::gui {

class Settings;

/// The bar above the views in which samples are selected by a condition (core/curation/filter.h). It counts while one
/// types, on a worker, and counts again when what the condition speaks about changes. Owned by the view area.
class FilterBar : public QWidget {
    Q_OBJECT
public:
    using Apply = FilterLine::Apply;

    FilterBar(models::Session& session, Settings& settings, QWidget* window, QWidget* parent);

    /// Shows the bar and gives its line the keyboard.
    void open();
    /// The same with another condition.
    void openWith(const QString& text);
    void close();
    /// The condition by which the present selection was made; empty when it was changed since.
    QString filterOfSelection() const;

Q_SIGNALS:
    void closed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void makeLine();
    void sessionChanged(models::Changes what);
    void forgetTable(bool counts);
    std::shared_ptr<const curation::FilterTable> table();
    void read();
    void count();
    void showError(const curation::FilterError& error);
    void showHint();
    void restyle();
    void showCount();
    void apply(Apply how);
    void applyNow(Apply how);

    models::Session& m_session;
    Settings& m_settings;
    FilterLine* m_line = nullptr;
    QLabel* m_count = nullptr;
    QLabel* m_sentence = nullptr;
    QPushButton *m_select = nullptr, *m_add = nullptr, *m_narrow = nullptr;
    QPointer<QWidget> m_before;                             ///< had the keyboard before
    std::shared_ptr<const curation::Decisions> m_decisions; ///< a copy for workers, made anew when they change
    std::shared_ptr<const curation::FilterTable> m_table;
    std::shared_ptr<const curation::Filter> m_filter; ///< of the present text; null when it cannot be read
    std::optional<models::SampleSet> m_found;         ///< of m_filter; none while it is counted
    std::optional<Apply> m_waiting;                   ///< asked for before the count was there
    QTimer m_later;
    QString m_appliedText;
    models::SampleSet m_appliedSet;
};

} // namespace lpntk::gui
