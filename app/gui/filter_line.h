#pragma once

#include <core/curation/filter_table.h>

#include <QLineEdit>
#include <QStringList>

#include <functional>
#include <memory>

namespace lpntk::gui {

class FoundList;

/// The line in which a filter is written: a list of columns and names drops down while one is typed, Up and Down go
/// through former filters, what is wrong is underlined. Owned by the filter bar, which says what the text means.
class FilterLine : public QLineEdit {
    Q_OBJECT
public:
    /// Return alone, with Shift, with Alt.
    enum class Apply { select, add, narrow };

    FilterLine(QWidget* window, QWidget* parent);

    /// What completions are taken from; asked when they are needed, may answer null.
    std::function<std::shared_ptr<const curation::FilterTable>()> table;
    /// Former filters, the latest first.
    void setHistory(const QStringList& filters) { m_history = filters; }
    /// Underlines characters of the text (UTF-16); a length of 0 clears it.
    void underline(int begin, int length);
    bool isCompleting() const;
    /// Replaces the text as typing does, without opening the list.
    void write(const QString& text);

Q_SIGNALS:
    void applied(lpntk::gui::FilterLine::Apply how);
    void left(); ///< Escape while no list is open

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    bool takesKey(const QKeyEvent& key) const;
    void complete(bool asked);
    void take(int row);
    void recall(int step);
    void placeList();

    QWidget* m_window = nullptr;
    FoundList* m_list = nullptr;
    QStringList m_offered; ///< texts of the list's rows
    int m_replaceFrom = 0;
    QStringList m_history;
    int m_recalled = -1; ///< place in the history, -1 = what was typed last
    QString m_typed;
};

} // namespace lpntk::gui
