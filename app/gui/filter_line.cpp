#include "filter_line.h"

#include "found_list.h"

#include <core/curation/filter_completion.h>

#include <widgets/models/theme.h>

#include <QCoreApplication>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QTextCharFormat>

#include <algorithm>

namespace lpntk::gui {

namespace {

constexpr int kMostShown = 10;
constexpr int kListWidth = 460;

bool isReturn(int key) {
    return key == Qt::Key_Return || key == Qt::Key_Enter;
}

} // namespace

FilterLine::FilterLine(QWidget* window, QWidget* parent)
    : QLineEdit(parent), m_window(window), m_list(new FoundList(window)) {
    setObjectName(QStringLiteral("filterLine"));
    setAccessibleName(tr("Filter"));
    setPlaceholderText(tr("class == Coat and cos_head < 0.2 and not kept"));
    setMaxLength(4096);
    m_list->setObjectName(QStringLiteral("filterList"));
    m_list->setAccessibleName(tr("Columns and names"));
    connect(this, &QLineEdit::textEdited, this, [this] {
        m_recalled = -1;
        complete(false);
    });
    connect(m_list, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) { take(m_list->row(item)); });
}

bool FilterLine::isCompleting() const {
    return m_list->isVisible();
}

void FilterLine::write(const QString& text) {
    setText(text);
    m_list->hide();
}

void FilterLine::underline(int begin, int length) {
    // A line edit has no formats of its own; those of an input method without any input are drawn all the same.
    QList<QInputMethodEvent::Attribute> attributes;
    if (length > 0) {
        QTextCharFormat format;
        format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        format.setUnderlineColor(models::theme().colour(models::Role::danger));
        format.setForeground(models::theme().colour(models::Role::danger));
        attributes.append({QInputMethodEvent::TextFormat, begin - cursorPosition(), length, format});
    }
    QInputMethodEvent event(QString(), attributes);
    QCoreApplication::sendEvent(this, &event);
}

bool FilterLine::takesKey(const QKeyEvent& key) const {
    return key.key() == Qt::Key_Escape || isReturn(key.key());
}

bool FilterLine::event(QEvent* event) {
    // While the line has the keyboard, Escape and Return with any modifier are its own and no shortcut's.
    if (event->type() == QEvent::ShortcutOverride && takesKey(static_cast<QKeyEvent&>(*event))) {
        event->accept();
        return true;
    }
    // Tab would go on to the next control before keyPressEvent saw it.
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Tab && isCompleting()) {
        take(std::max(0, m_list->currentRow()));
        return true;
    }
    return QLineEdit::event(event);
}

void FilterLine::keyPressEvent(QKeyEvent* event) {
    if (isReturn(event->key())) {
        // Only what was chosen in the list is taken from it: Return applies what is written.
        if (isCompleting() && m_list->currentRow() >= 0 && event->modifiers() == Qt::NoModifier)
            return take(m_list->currentRow());
        m_list->hide();
        const auto keys = event->modifiers();
        Q_EMIT applied(keys & Qt::ShiftModifier ? Apply::add : keys & Qt::AltModifier ? Apply::narrow : Apply::select);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Escape:
        if (isCompleting())
            m_list->hide();
        else
            Q_EMIT left();
        return;
    case Qt::Key_Down:
        return isCompleting() ? m_list->move(1) : recall(-1);
    case Qt::Key_Up:
        return isCompleting() && m_list->currentRow() >= 0 ? m_list->move(-1) : recall(1);
    case Qt::Key_Space:
        if (event->modifiers() & Qt::ControlModifier)
            return complete(true);
        break;
    default:
        break;
    }
    QLineEdit::keyPressEvent(event);
}

void FilterLine::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    m_list->hide();
}

void FilterLine::complete(bool asked) {
    const auto columns = table ? table() : nullptr;
    if (!columns) {
        m_list->hide();
        return;
    }
    const QByteArray written = text().toUtf8();
    const QByteArray before = text().left(cursorPosition()).toUtf8();
    const auto found =
        curation::filterCompletions(std::string_view(written.data(), static_cast<std::size_t>(written.size())),
                                    static_cast<std::size_t>(before.size()), *columns);
    m_offered.clear();
    std::vector<FoundList::Entry> entries;
    for (const auto& item : found.items) {
        m_offered << QString::fromStdString(item.text);
        entries.push_back({m_offered.last(), QString::fromStdString(item.detail), {}, {}});
    }
    m_replaceFrom = static_cast<int>(QString::fromUtf8(before.left(static_cast<qsizetype>(found.begin))).size());
    if (entries.empty() || (!asked && !found.isWord)) {
        m_list->hide();
        return;
    }
    m_list->setEntries(entries);
    m_list->setCurrentRow(-1);
    placeList();
}

void FilterLine::placeList() {
    const QPoint below = mapTo(m_window, QPoint(0, height() + 2));
    m_list->showAt(below + QPoint(std::max(0, cursorRect().left() - 20), 0), std::min(kListWidth, m_window->width()),
                   kMostShown);
}

void FilterLine::take(int row) {
    if (row < 0 || row >= m_offered.size())
        return;
    const QString chosen = m_offered[row];
    setSelection(m_replaceFrom, cursorPosition() - m_replaceFrom);
    insert(chosen.endsWith(QLatin1Char('(')) ? chosen : chosen + QLatin1Char(' '));
    m_recalled = -1;
    complete(true); // what may come next
}

void FilterLine::recall(int step) {
    if (m_recalled < 0)
        m_typed = text();
    const int place = std::clamp(m_recalled + step, -1, static_cast<int>(m_history.size()) - 1);
    if (place == m_recalled)
        return;
    m_recalled = place;
    write(place < 0 ? m_typed : m_history[place]);
}

} // namespace lpntk::gui
