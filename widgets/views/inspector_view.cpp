#include <widgets/views/inspector_view.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_card.h>
#include <widgets/views/parts_neighbour_row.h>
#include <widgets/views/parts_panel.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/sample_actions.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include <tuple>
#include <utility>

namespace lpntk::views {

using models::Change;
using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr std::size_t kTop = 50;

} // namespace

InspectorView::InspectorView(models::Session& session, QWidget* parent) : SessionView(session, parent), m_actions(new SampleActions(session, this)) {
    setAccessibleName(tr("Inspector"));
    setFocusPolicy(Qt::ClickFocus);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    m_empty = new EmptyState(this);
    outer->addWidget(m_empty);
    m_content = new QWidget(this);
    outer->addWidget(m_content);
    auto* column = new QVBoxLayout(m_content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_card = new SampleCard(session, m_content);
    column->addWidget(m_card);

    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(12, 4, 12, 12);
    buttons->setSpacing(8);
    m_keep = new KeyButton({}, tr("Keep"), QStringLiteral("K"), m_content);
    m_prune = new KeyButton({}, tr("Prune"), QStringLiteral("P"), m_content);
    m_relabel = new KeyButton({}, tr("Relabel"), QStringLiteral("R"), m_content);
    for (auto* button : {m_keep, m_prune})
        button->setCheckable(true);
    for (auto* button : {m_keep, m_prune, m_relabel})
        buttons->addWidget(button, 1);
    column->addLayout(buttons);
    column->addWidget(makeLine(m_content));
    column->addWidget(makeSection(tr("Most interchangeable"), m_interchangeableCount, m_interchangeable), 1);
    column->addWidget(makeSection(tr("Most contradictory"), m_contradictoryCount, m_contradictory), 1);

    m_back = new QToolButton(this);
    m_forward = new QToolButton(this);
    const std::tuple<QToolButton*, const char*, QString> arrows[] = {{m_back, "back", tr("Former sample")}, {m_forward, "forward", tr("Next sample")}};
    for (const auto& [button, icon, text] : arrows) {
        button->setIcon(theme().icon(QLatin1String(icon)));
        button->setProperty("quiet", true);
        button->setToolTip(text);
        button->setAccessibleName(text);
        button->setVisible(false); // shown by whoever puts them into the dock's title
    }
    m_back->setShortcut(QKeySequence::Back);
    m_forward->setShortcut(QKeySequence::Forward);
    connect(m_back, &QToolButton::clicked, this, [this] { this->session().selection().goBack(this); });
    connect(m_forward, &QToolButton::clicked, this, [this] { this->session().selection().goForward(this); });
    // The Inspector speaks of its one sample, not of the whole selection.
    const auto verdict = [this](curation::Edit::Kind kind) {
        if (m_shown.isValid())
            m_actions->verdict(kind, {m_shown});
        refreshTexts();
    };
    connect(m_keep, &QPushButton::clicked, this, [verdict] { verdict(curation::Edit::Kind::keep); });
    connect(m_prune, &QPushButton::clicked, this, [verdict] { verdict(curation::Edit::Kind::prune); });
    connect(m_relabel, &QPushButton::clicked, this, [this] {
        if (m_shown.isValid())
            m_actions->popUpLabels({m_shown}, m_relabel, m_relabel->mapToGlobal(QPoint(0, m_relabel->height() + 2)));
    });
    refresh();
}

InspectorView::~InspectorView() = default;

QWidget* InspectorView::makeSection(const QString& title, QLabel*& counts, NeighbourList*& list) {
    auto* section = new QWidget(m_content);
    auto* column = new QVBoxLayout(section);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(0);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(12, 4, 12, 4);
    auto* words = new QLabel(title, section);
    words->setProperty("role", "section");
    counts = new QLabel(section);
    counts->setProperty("role", "text3");
    counts->setFont(theme().font(12));
    counts->setAccessibleName(title);
    head->addWidget(words);
    head->addStretch(1);
    head->addWidget(counts);
    column->addLayout(head);
    list = new NeighbourList(session(), section);
    list->setAccessibleName(title);
    list->setMinimumHeight(2 * theme().row("list"));
    column->addWidget(list, 1);
    return section;
}

void InspectorView::sessionChanged(models::Changes what) {
    if (what & (models::Changes(Change::run) | Change::data))
        refresh();
    else
        refreshTexts();
    if (what & (models::Changes(Change::run) | Change::thresholds))
        askNeighbours();
}

void InspectorView::selectionChanged(int parts) {
    if (!(parts & currentPart))
        return;
    refresh();
    askNeighbours();
}

void InspectorView::refresh() {
    if (isLinked())
        m_shown = session().selection().current();
    m_content->setVisible(m_shown.isValid());
    m_empty->setVisible(!m_shown.isValid());
    if (!m_shown.isValid())
        m_empty->show(QStringLiteral("inspect"), tr("No sample chosen"), tr("Click a picture in any view."));
    m_back->setEnabled(session().selection().canGoBack());
    m_forward->setEnabled(session().selection().canGoForward());
    refreshTexts();
}

void InspectorView::refreshTexts() {
    if (!m_shown.isValid())
        return;
    m_card->setSample(m_shown);
    const auto verdict = session().decisions().of(m_shown).verdict;
    m_keep->setChecked(verdict == curation::Decision::Verdict::keep);
    m_prune->setChecked(verdict == curation::Decision::Verdict::prune);
}

void InspectorView::askNeighbours() {
    const auto run = session().run();
    const auto row = run && m_shown.isValid() ? run->rowFromSample(m_shown) : base::RowId();
    if (!row.isValid()) {
        showNeighbours({});
        m_interchangeableCount->setText(run && m_shown.isValid() ? tr("not in this run") : QString());
        m_contradictoryCount->clear();
        return;
    }
    m_ready = false;
    session().jobs().ask<analysis::Neighbourhood>(
        "inspector neighbours", this,
        [run, row, thresholds = session().thresholds()](const base::JobContext&) { return analysis::neighbourhood(*run, row, thresholds, kTop); },
        [this](const analysis::Neighbourhood& answer) { showNeighbours(answer); });
}

void InspectorView::showNeighbours(const analysis::Neighbourhood& neighbourhood) {
    m_interchangeable->neighbours().setNeighbours(neighbourhood.interchangeable);
    m_contradictory->neighbours().setNeighbours(neighbourhood.contradictory);
    const auto& counts = neighbourhood.counts;
    m_interchangeableCount->setText(format::countOf(counts.interchangeable, counts.total()));
    m_contradictoryCount->setText(format::countOf(counts.contradictory, counts.total()));
    becomeReady();
}

void InspectorView::becomeReady() {
    if (!std::exchange(m_ready, true))
        Q_EMIT ready();
}

void InspectorView::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), theme().colour(Role::panel));
}

} // namespace lpntk::views
