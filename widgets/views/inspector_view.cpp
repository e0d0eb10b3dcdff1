#include <widgets/views/inspector_view.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_card.h>
#include <widgets/views/inspector_facts.h>
#include <widgets/views/inspector_labels.h>
#include <widgets/views/inspector_layers.h>
#include <widgets/views/inspector_neighbours.h>
#include <widgets/views/inspector_picture.h>
#include <widgets/views/inspector_probabilities.h>
#include <widgets/views/parts_neighbour_row.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/sample_actions.h>

#include <QAction>
#include <QHBoxLayout>
#include <QPainter>
#include <QScrollArea>
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

InspectorView::InspectorView(models::Session& session, QWidget* parent)
    : SessionView(session, parent), m_actions(new SampleActions(session, this)) {
    setAccessibleName(tr("Inspector"));
    setFocusPolicy(Qt::ClickFocus);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    m_empty = new EmptyState(this);
    outer->addWidget(m_empty);
    m_scroll = new QScrollArea(this);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    outer->addWidget(m_scroll);
    m_content = new QWidget(m_scroll);
    m_content->setAutoFillBackground(true);
    m_content->setBackgroundRole(QPalette::Base);
    m_scroll->setWidget(m_content);
    auto* column = new QVBoxLayout(m_content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_card = new SampleCard(session, m_content);
    column->addWidget(m_card);
    column->addWidget(makeButtons());
    makeSections();
    column->addStretch(1);
    makeArrows();
    addKey();
    refresh();
}

InspectorView::~InspectorView() = default;

NeighbourList& InspectorView::interchangeable() {
    return m_interchangeable->list();
}

NeighbourList& InspectorView::contradictory() {
    return m_contradictory->list();
}

PictureWindow* InspectorView::picture() const {
    return m_picture;
}

QWidget* InspectorView::makeButtons() {
    auto* row = new FittingRow(m_content);
    row->row().setContentsMargins(12, 4, 12, 12);
    row->row().setSpacing(8);
    m_keep = new KeyButton({}, tr("Keep"), QStringLiteral("K"), row);
    m_prune = new KeyButton({}, tr("Prune"), QStringLiteral("P"), row);
    m_relabel = new KeyButton({}, tr("Relabel"), QStringLiteral("R"), row);
    for (auto* button : {m_keep, m_prune})
        button->setCheckable(true);
    for (auto* button : {m_keep, m_prune, m_relabel})
        row->row().addWidget(button, 1);
    row->shortenWhenNarrow([this](bool narrow) {
        for (auto* button : {m_keep, m_prune, m_relabel})
            static_cast<KeyButton*>(button)->setShort(narrow);
    });
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
    return row;
}

void InspectorView::makeSections() {
    auto& session = this->session();
    m_interchangeable =
        new NeighboursSection(session, QStringLiteral("interchangeable"), tr("Most interchangeable"), m_content);
    m_contradictory =
        new NeighboursSection(session, QStringLiteral("contradictory"), tr("Most contradictory"), m_content);
    m_layers = new LayersSection(session, m_content);
    m_labels = new LabelsSection(session, *m_actions, m_content);
    m_probabilities = new ProbabilitySection(session, m_content);
    m_facts = new FactsSection(session, m_content);
    for (FoldSection* section : std::initializer_list<FoldSection*>{m_interchangeable, m_contradictory, m_layers,
                                                                    m_labels, m_probabilities, m_facts})
        m_content->layout()->addWidget(section);
    connect(m_layers, &LayersSection::settled, this, &InspectorView::settle);
    connect(m_labels, &LabelsSection::settled, this, &InspectorView::settle);
    connect(m_card, &SampleCard::pictureClicked, this, &InspectorView::enlarge);
}

void InspectorView::makeArrows() {
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
}

void InspectorView::addKey() {
    auto* enlarge = new QAction(tr("Enlarge the picture"), this);
    enlarge->setShortcut(Qt::Key_Z);
    enlarge->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(enlarge);
    connect(enlarge, &QAction::triggered, this, &InspectorView::enlarge);
}

void InspectorView::enlarge() {
    if (!m_shown.isValid() || !session().data())
        return;
    if (!m_picture)
        m_picture = new PictureWindow(session(), m_shown, this);
    m_picture->show();
    m_picture->raise();
    m_picture->activateWindow();
}

void InspectorView::sessionChanged(models::Changes what) {
    if (what & Change::run)
        reopenNetwork();
    if (what & (models::Changes(Change::run) | Change::data))
        refresh();
    else
        refreshTexts();
    if (what & (models::Changes(Change::run) | Change::thresholds))
        askNeighbours();
    if (what & (models::Changes(Change::thresholds) | Change::decisions))
        m_labels->recount();
}

void InspectorView::selectionChanged(int parts) {
    if (parts & currentPart) {
        refresh();
        askNeighbours();
    }
    if (parts & (currentPart | hoveredPart))
        pairWithHovered();
}

void InspectorView::themeChanged() {
    refreshTexts();
    update();
}

void InspectorView::reopenNetwork() {
    const auto run = session().run();
    if (run.get() == (m_network ? &m_network->run() : nullptr))
        return;
    m_network = run ? std::make_shared<models::RunNetwork>(run) : nullptr;
    m_layers->setNetwork(m_network);
    m_labels->setNetwork(m_network);
}

void InspectorView::refresh() {
    if (isLinked())
        m_shown = session().selection().current();
    m_scroll->setVisible(m_shown.isValid());
    m_empty->setVisible(!m_shown.isValid());
    if (!m_shown.isValid())
        m_empty->show(QStringLiteral("inspect"), tr("No sample chosen"), tr("Click a picture in any view."));
    m_back->setEnabled(session().selection().canGoBack());
    m_forward->setEnabled(session().selection().canGoForward());
    m_labels->setSample(m_shown);
    if (!m_shown.isValid())
        m_layers->setPair({}, {});
    refreshTexts();
}

void InspectorView::refreshTexts() {
    if (!m_shown.isValid())
        return;
    m_card->setSample(m_shown);
    m_probabilities->setSample(m_shown);
    m_facts->setSample(m_shown);
    const auto verdict = session().decisions().of(m_shown).verdict;
    m_keep->setChecked(verdict == curation::Decision::Verdict::keep);
    m_prune->setChecked(verdict == curation::Decision::Verdict::prune);
}

void InspectorView::askNeighbours() {
    const auto run = session().run();
    const auto row = run && m_shown.isValid() ? run->rowFromSample(m_shown) : base::RowId();
    if (!row.isValid()) {
        m_layers->setPair({}, {});
        showNeighbours({});
        m_interchangeable->setAside(run && m_shown.isValid() ? tr("not in this run") : QString());
        m_contradictory->setAside({});
        return;
    }
    m_ready = false;
    m_asking = true;
    session().jobs().ask<analysis::Neighbourhood>(
        "inspector neighbours", this,
        [run, row, thresholds = session().thresholds()](const base::JobContext&) {
            return analysis::neighbourhood(*run, row, thresholds, kTop);
        },
        [this, shown = m_shown](const analysis::Neighbourhood& answer) {
            if (shown == m_shown)
                showNeighbours(answer);
        });
}

void InspectorView::showNeighbours(const analysis::Neighbourhood& neighbourhood) {
    m_interchangeable->setNeighbours(neighbourhood.interchangeable);
    m_contradictory->setNeighbours(neighbourhood.contradictory);
    const auto& counts = neighbourhood.counts;
    m_interchangeable->setAside(format::countOf(counts.interchangeable, counts.total()));
    m_contradictory->setAside(format::countOf(counts.contradictory, counts.total()));
    m_asking = false;
    pairWithHovered();
    settle();
}

/// With the hovered sample, which stays when the pointer leaves it; before there was one, with the most
/// interchangeable.
void InspectorView::pairWithHovered() {
    const auto run = session().run();
    if (!run || !m_shown.isValid() || !run->rowFromSample(m_shown).isValid())
        return;
    const auto hovered = session().selection().hovered();
    if (hovered.isValid() && hovered != m_shown && run->rowFromSample(hovered).isValid()) {
        m_layers->setPair(m_shown, hovered);
        return;
    }
    if (m_layers->shown() == m_shown && m_layers->other().isValid())
        return;
    if (m_asking)
        return;
    for (NeighbourList* list : {&interchangeable(), &contradictory()}) {
        if (list->neighbours().rowCount() > 0) {
            m_layers->setPair(m_shown, list->neighbours().sampleAt(0));
            return;
        }
    }
    m_layers->setPair(m_shown, {});
}

void InspectorView::settle() {
    if (!m_asking && m_layers->isSettled() && m_labels->isSettled() && !std::exchange(m_ready, true))
        Q_EMIT ready();
}

void InspectorView::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), theme().colour(Role::panel));
}

} // namespace lpntk::views
