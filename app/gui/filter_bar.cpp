#include "filter_bar.h"

#include "settings.h"
#include "small_widgets.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace lpntk::gui {

using models::Change;
using models::Role;
using models::SampleSet;
using models::theme;
namespace format = models::format;

namespace {

/// The columns whose values change with the current sample.
constexpr const char* kOfCurrent[] = {"cos_current", "kappa_current"};

SampleSet together(const SampleSet& a, const SampleSet& b) {
    SampleSet set = a;
    for (const base::SampleId sample : b.toVector())
        set.insert(sample);
    return set;
}

SampleSet inBoth(const SampleSet& a, const SampleSet& b) {
    SampleSet set;
    for (const base::SampleId sample : a.toVector())
        if (b.contains(sample))
            set.insert(sample);
    return set;
}

} // namespace

FilterBar::FilterBar(models::Session& session, Settings& settings, QWidget* window, QWidget* parent)
    : QWidget(parent), m_session(session), m_settings(settings), m_line(new FilterLine(window, this)) {
    setObjectName(QStringLiteral("filterBar"));
    setAccessibleName(tr("Filter"));
    makeLine();
    m_later.setSingleShot(true);
    m_later.setInterval(0);
    connect(&m_later, &QTimer::timeout, this, &FilterBar::read);
    connect(m_line, &QLineEdit::textChanged, this, [this] {
        m_waiting.reset();
        read();
    });
    connect(m_line, &FilterLine::applied, this, &FilterBar::apply);
    connect(m_line, &FilterLine::left, this, &FilterBar::close);
    m_line->table = [this] { return table(); };
    m_line->setHistory(m_settings.filters());
    connect(&m_session, &models::Session::changed, this, &FilterBar::sessionChanged);
    auto& selection = m_session.selection();
    connect(&selection, &models::SelectionModel::selectedChanged, this, [this] {
        forgetTable(m_filter && m_filter->uses("selected"));
        showCount(); // there may be something to narrow now
    });
    connect(&selection, &models::SelectionModel::currentChanged, this, [this] {
        // Without a current sample such a condition could not be read, and now perhaps it can.
        const bool used = !m_filter || std::any_of(std::begin(kOfCurrent), std::end(kOfCurrent),
                                                   [this](const char* name) { return m_filter->uses(name); });
        forgetTable(used);
    });
    connect(&theme(), &models::Theme::changed, this, [this] { update(); });
    hide();
}

void FilterBar::makeLine() {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 8, 7);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    m_line->setClearButtonEnabled(false);
    m_line->setMinimumWidth(160);
    row->addWidget(m_line, 1);
    m_count = makeLabel({}, "text2", this);
    m_count->setObjectName(QStringLiteral("filterCount"));
    row->addWidget(m_count);
    const auto button = [&](const QString& text, const QString& tip, const char* name, Apply how) {
        auto* made = new QPushButton(text, this);
        made->setObjectName(QString::fromLatin1(name));
        made->setToolTip(tip);
        made->setAutoDefault(false);
        connect(made, &QPushButton::clicked, this, [this, how] { apply(how); });
        row->addWidget(made);
        return made;
    };
    m_select = button(tr("Select"), tr("Select these samples (Return)"), "filterSelect", Apply::select);
    m_add = button(tr("Add"), tr("Add them to the selection (Shift Return)"), "filterAdd", Apply::add);
    m_narrow = button(tr("Narrow"), tr("Keep only these of the selection (Alt Return)"), "filterNarrow", Apply::narrow);
    auto* close = makeIconButton(QStringLiteral("close"), tr("Close the filter"), this);
    connect(close, &QToolButton::clicked, this, &FilterBar::close);
    row->addWidget(close);
    column->addLayout(row);
    m_sentence = makeLabel({}, "text2", this);
    m_sentence->setObjectName(QStringLiteral("filterSentence"));
    // A long sentence is cut and told in full by its tooltip; it must not widen the window.
    m_sentence->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    column->addWidget(m_sentence);
    showHint();
}

void FilterBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme().colour(Role::border));
}

void FilterBar::open() {
    if (!m_session.run())
        return;
    if (!m_line->hasFocus())
        m_before = QApplication::focusWidget();
    show();
    m_line->setFocus(Qt::ShortcutFocusReason);
    m_line->selectAll();
    read();
}

void FilterBar::openWith(const QString& text) {
    m_line->write(text);
    open();
}

void FilterBar::close() {
    hide();
    m_waiting.reset();
    if (m_before)
        m_before->setFocus(Qt::OtherFocusReason);
    Q_EMIT closed();
}

QString FilterBar::filterOfSelection() const {
    return m_appliedSet == m_session.selection().selected() ? m_appliedText : QString();
}

void FilterBar::sessionChanged(models::Changes what) {
    if (what & Change::decisions)
        m_decisions.reset();
    if (what & (Change::data | Change::run | Change::clustering | Change::subset | Change::decisions))
        forgetTable(true);
    if (!m_session.run() && !isHidden())
        close();
}

void FilterBar::forgetTable(bool counts) {
    m_table.reset();
    if (counts && !isHidden())
        m_later.start();
}

std::shared_ptr<const curation::FilterTable> FilterBar::table() {
    if (m_table || !m_session.run())
        return m_table;
    if (!m_decisions)
        m_decisions = std::make_shared<const curation::Decisions>(m_session.decisions());
    const auto& selection = m_session.selection();
    m_table = std::make_shared<const curation::FilterTable>(
        curation::FilterSource{m_session.run(), m_session.data(), m_session.clustering(), m_session.clusters(),
                               m_session.subset(), m_decisions, selection.current(), selection.selected().toVector()});
    return m_table;
}

void FilterBar::read() {
    m_later.stop();
    m_filter.reset();
    m_found.reset();
    const QString text = m_line->text();
    if (isHidden() || !m_session.run() || text.trimmed().isEmpty()) {
        m_waiting.reset();
        m_line->underline(0, 0);
        showHint();
        showCount();
        return;
    }
    try {
        m_filter = std::make_shared<const curation::Filter>(text.toStdString(), table());
        m_line->underline(0, 0);
        showHint();
        count();
    } catch (const curation::FilterError& error) {
        m_waiting.reset();
        showError(error);
    }
    showCount();
}

void FilterBar::count() {
    m_session.jobs().ask<SampleSet>(
        "filter", this,
        [filter = m_filter](const base::JobContext& context) {
            SampleSet set;
            for (const base::SampleId sample : filter->samples(context))
                set.insert(sample);
            return set;
        },
        [this, filter = m_filter](SampleSet set) {
            if (filter != m_filter)
                return;
            m_found = std::move(set);
            showCount();
            if (const auto how = std::exchange(m_waiting, std::nullopt))
                applyNow(*how);
        },
        [this](const QString& problem) {
            m_waiting.reset();
            m_session.addIssue(models::Issue::Severity::error,
                               tr("The filter was not counted. %1").arg(format::sentence(problem)));
        });
}

void FilterBar::showError(const curation::FilterError& error) {
    const QByteArray utf8 = m_line->text().toUtf8();
    const auto characters = [&](std::size_t bytes) {
        return static_cast<int>(QString::fromUtf8(utf8.left(static_cast<qsizetype>(bytes))).size());
    };
    const int begin = characters(error.begin()), end = characters(error.begin() + error.length());
    // What is still being written is not wrong yet: at the end of the text stands what is expected there, in quiet
    // words.
    const bool unfinished = error.length() == 0 || (end == m_line->cursorPosition() && m_line->isCompleting());
    if (unfinished && error.length() > 0) { // a word that the list may complete
        m_line->underline(0, 0);
        return showHint();
    }
    m_line->setProperty("error", !unfinished);
    m_sentence->setProperty("role", unfinished ? QStringLiteral("text2") : QStringLiteral("danger"));
    const QString sentence = QString::fromStdString(error.sentence());
    m_sentence->setText(sentence);
    m_sentence->setToolTip(sentence);
    restyle();
    m_line->underline(begin, unfinished ? 0 : end - begin); // a new style would take it away
}

void FilterBar::showHint() {
    m_line->setProperty("error", false);
    m_sentence->setProperty("role", QStringLiteral("text2"));
    m_sentence->setText(tr("Return selects, Shift Return adds, Alt Return narrows; Ctrl Space lists columns and names, "
                           "Up brings former filters"));
    m_sentence->setToolTip(tr("All columns and the grammar are in the help (F1)"));
    restyle();
}

void FilterBar::restyle() {
    for (QWidget* widget : {static_cast<QWidget*>(m_line), static_cast<QWidget*>(m_sentence)}) {
        widget->style()->unpolish(widget);
        widget->style()->polish(widget);
    }
}

void FilterBar::showCount() {
    const bool readable = m_filter != nullptr;
    if (m_found)
        m_count->setText(format::countOf(m_found->count(), m_session.run() ? m_session.run()->rows() : 0));
    else if (!readable)
        m_count->clear();
    // While it is counted the former count stays: it takes a moment only.
    m_count->setAccessibleName(m_found ? tr("%1 samples").arg(m_count->text()) : QString());
    m_select->setEnabled(readable);
    m_add->setEnabled(readable);
    m_narrow->setEnabled(readable && !m_session.selection().selected().isEmpty());
}

void FilterBar::apply(Apply how) {
    if (!m_filter)
        return;
    m_settings.addFilter(m_line->text().trimmed());
    m_line->setHistory(m_settings.filters());
    if (m_found)
        applyNow(how);
    else
        m_waiting = how;
}

void FilterBar::applyNow(Apply how) {
    auto& selection = m_session.selection();
    SampleSet set = *m_found;
    if (how == Apply::add)
        set = together(selection.selected(), set);
    else if (how == Apply::narrow)
        set = inBoth(selection.selected(), set);
    m_appliedText = how == Apply::select ? m_line->text().trimmed() : QString();
    m_appliedSet = set;
    selection.setSelected(std::move(set), this);
}

} // namespace lpntk::gui
