#include "command_palette.h"

#include "found_list.h"
#include "small_widgets.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QApplication>
#include <QFocusEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolBar>

#include <algorithm>

namespace lpntk::gui {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr int kMostShown = 12;

/// Every word of `words` begins somewhere in the text, whatever the case.
bool matches(const QString& text, const QString& words) {
    const auto list = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return std::all_of(list.begin(), list.end(), [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

} // namespace

CommandPalette::CommandPalette(models::Session& session, ActionRegistry& actions, QWidget* window)
    : QLineEdit(window), m_session(session), m_actions(actions), m_window(window) {
    setObjectName(QStringLiteral("commandPalette"));
    setPlaceholderText(tr("Samples, views, commands"));
    setAccessibleName(tr("Search samples, views and commands"));
    setTextMargins(22, 0, 48, 0);
    setFocusPolicy(Qt::ClickFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_list = new FoundList(window);
    m_list->setObjectName(QStringLiteral("commandPaletteList"));
    m_list->setAccessibleName(tr("Found"));
    connect(this, &QLineEdit::textEdited, this, &CommandPalette::refresh);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::take);
}

QSize CommandPalette::sizeHint() const {
    return {300, 24};
}

void CommandPalette::open() {
    if (!hasFocus())
        m_before = QApplication::focusWidget();
    setFocus(Qt::ShortcutFocusReason);
    selectAll();
    refresh();
}

void CommandPalette::focusInEvent(QFocusEvent* event) {
    QLineEdit::focusInEvent(event);
    refresh();
}

void CommandPalette::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    m_list->hide();
}

bool CommandPalette::event(QEvent* event) {
    // While the field is open, Escape closes it and nothing else.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    return QLineEdit::event(event);
}

void CommandPalette::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Down:
        return move(1);
    case Qt::Key_Up:
        return move(-1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return take();
    case Qt::Key_Escape:
        return leave();
    default:
        QLineEdit::keyPressEvent(event);
    }
}

void CommandPalette::paintEvent(QPaintEvent* event) {
    QLineEdit::paintEvent(event);
    QPainter painter(this);
    theme().icon(QStringLiteral("search")).paint(&painter, QRect(8, height() / 2 - 8, 16, 16));
    if (!hasFocus())
        KeyBox::paint(painter, QPoint(width() - 5, height() / 2), tr("Ctrl K"));
}

void CommandPalette::addSamples(const QString& words) {
    QString digits = words;
    if (digits.startsWith(QLatin1Char('#')))
        digits.remove(0, 1);
    bool number = false;
    const qint64 index = digits.toLongLong(&number);
    if (!number || index < 0)
        return;
    const base::SampleId sample(index);
    const int label = m_session.labelOf(sample);
    const bool known = m_session.run() ? m_session.run()->rowFromSample(sample).isValid() : label >= 0;
    if (!known)
        return;
    m_found.push_back({tr("Sample %1").arg(format::sample(sample)), m_session.className(label), {}, QStringLiteral("inspect"),
                       [this, sample] { m_session.selection().click(sample, false, this); }});
}

void CommandPalette::addClasses(const QString& words) {
    const auto run = m_session.run();
    for (int label = 0; run && label < run->classes() && !words.isEmpty(); ++label) {
        const QString text = tr("Select class %1").arg(m_session.className(label));
        if (!matches(text, words))
            continue;
        m_found.push_back({text, format::count(run->classRange(label).size()), {}, QStringLiteral("subset"), [this, run, label] {
                               models::SampleSet set;
                               const run::RowRange range = run->classRange(label);
                               for (std::int64_t row = range.begin; row < range.end; ++row)
                                   set.insert(run->sampleFromRow(base::RowId(row)));
                               m_session.selection().setSelected(std::move(set), this);
                           }});
    }
}

void CommandPalette::addCommands(const QString& words) {
    for (const ActionRegistry::Entry& entry : m_actions.entries()) {
        const QString text = plainText(*entry.action);
        if (!entry.action->isEnabled() || entry.action->objectName() == QLatin1String("edit.search")
            || !matches(text + QLatin1Char(' ') + entry.topic, words))
            continue;
        const QString keys = entry.action->shortcut().toString(QKeySequence::NativeText).replace(QLatin1Char('+'), QLatin1Char(' '));
        m_found.push_back({text, entry.topic, keys, QStringLiteral("chevron-right"), [action = QPointer(entry.action)] {
                               if (action)
                                   action->trigger();
                           }});
    }
}

void CommandPalette::refresh() {
    const QString words = text().trimmed();
    m_found.clear();
    addSamples(words);
    addCommands(words);
    addClasses(words);
    std::vector<FoundList::Entry> entries;
    for (const Entry& entry : m_found)
        entries.push_back({entry.text, entry.detail, entry.keys, entry.icon});
    m_list->setEntries(entries);
    if (m_found.empty()) {
        auto* item = new QListWidgetItem(tr("Nothing found; a number finds a sample"), m_list);
        item->setFlags(Qt::NoItemFlags);
    }
    m_list->setCurrentRow(m_found.empty() ? -1 : 0);
    placeList();
}

void CommandPalette::placeList() {
    const int width = std::max(this->width(), 420);
    const QPoint corner = mapTo(m_window, QPoint(this->width(), height() + 4));
    m_list->showAt(corner - QPoint(width, 0), width, kMostShown);
}

void CommandPalette::move(int step) {
    if (!m_found.empty())
        m_list->move(step);
}

void CommandPalette::take() {
    const int row = m_list->currentRow();
    if (row < 0 || row >= static_cast<int>(m_found.size()))
        return;
    const auto run = m_found[static_cast<std::size_t>(row)].run;
    leave();
    run();
}

void CommandPalette::leave() {
    clear();
    m_list->hide();
    if (m_before)
        m_before->setFocus(Qt::OtherFocusReason);
    else
        clearFocus();
}

} // namespace lpntk::gui
