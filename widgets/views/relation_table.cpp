#include <widgets/views/relation_table.h>

#include <core/analysis/pair_query.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_fitting.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/relation_pair_delegate.h>
#include <widgets/views/relation_table_view.h>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>

#include <algorithm>
#include <initializer_list>

namespace lpntk::views {

using analysis::Relation;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

constexpr std::size_t kPairs = 100000; ///< rows of the table at most
constexpr int kWaitForDrag = 120;      ///< milliseconds without another change before the kernel is read
constexpr int kSearchWidth = 170;

Relation relationOf(RelationList list) {
    return list == RelationList::interchangeable ? Relation::interchangeable : Relation::contradictory;
}

} // namespace

RelationTable::RelationTable(models::Session& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_pairs(new RelationPairModel(session, this)),
      m_delegate(new RelationPairDelegate(session, this)), m_actions(new RelationPairActions(session, this)) {
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    makeTop();
    makeTable();
    m_later.setSingleShot(true);
    m_later.setInterval(kWaitForDrag);
    connect(&m_later, &QTimer::timeout, this, &RelationTable::ask);
    connect(&theme(), &models::Theme::changed, this, [this] {
        fitColumns();
        showTitle();
    });
    fitColumns();
}

void RelationTable::makeTop() {
    auto* top = new FittingRow(this);
    top->row().setContentsMargins(12, 4, 12, 4);
    top->row().setSpacing(8);
    m_lists =
        new Segment({tr("Contradictory pairs"), tr("Interchangeable pairs"), tr("Redundant samples")}, true, this);
    m_lists->setShortTexts({tr("Contradictory"), tr("Interchangeable"), tr("Redundant")});
    m_lists->setCurrent(0);
    m_title = new QLabel(this);
    m_title->setProperty("role", "text2");
    m_allClasses = new QToolButton(this);
    m_allClasses->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_allClasses->setIcon(theme().icon(QStringLiteral("close")));
    m_allClasses->setLayoutDirection(Qt::RightToLeft); // the cross behind the words
    m_allClasses->setToolTip(tr("Pairs of all classes again"));
    m_allClasses->hide();
    m_text = new QLineEdit(this);
    m_text->setPlaceholderText(tr("Class or number"));
    m_text->setAccessibleName(tr("Filter rows by class or number"));
    m_text->setClearButtonEnabled(true);
    m_text->addAction(theme().icon(QStringLiteral("filter")), QLineEdit::LeadingPosition);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_lists, m_allClasses, m_title})
        top->row().addWidget(widget);
    top->row().addStretch(1);
    top->row().addWidget(m_text);
    top->shortenWhenNarrow([this](bool narrow) { m_lists->setShort(narrow); });
    top->dropWhenNarrow(m_title);
    layout()->addWidget(top);
    connect(m_lists, &Segment::chosen, this, [this] { ask(); });
    connect(m_allClasses, &QToolButton::clicked, this, [this] {
        setClassPair({});
        Q_EMIT classPairChanged();
    });
    connect(m_text, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_pairs->setText(text);
        showTitle();
    });
}

void RelationTable::makeTable() {
    m_table = new RelationTableView(this);
    m_table->setModel(m_pairs);
    m_table->setItemDelegate(m_delegate);
    m_table->sortByColumn(RelationPairModel::rank, Qt::AscendingOrder);
    m_table->setSortingEnabled(true);
    layout()->addWidget(m_table);
    m_busy = new BusyLine(m_session.jobs(), m_table);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RelationTable::choose);
    connect(m_table, &RelationTableView::copyWanted, this, &RelationTable::copy);
    connect(m_delegate, &RelationPairDelegate::labelsWanted, this,
            [this](const QModelIndex& index, const QPoint& global) {
                auto* menu = new QMenu(this);
                menu->setAttribute(Qt::WA_DeleteOnClose);
                m_actions->fillLabels(*menu, pairsFor(index), list() == RelationList::redundant);
                menu->popup(global);
            });
    connect(m_delegate, &RelationPairDelegate::pruneWanted, this,
            [this](const QModelIndex& index, const QPoint& global) {
                auto* menu = new QMenu(this);
                menu->setAttribute(Qt::WA_DeleteOnClose);
                m_actions->fillPrune(*menu, pairsFor(index), list() == RelationList::redundant);
                menu->popup(global);
            });
    connect(m_delegate, &RelationPairDelegate::reviewWanted, this,
            [this](const QModelIndex& index) { m_actions->review(pairsFor(index)); });
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table, &QWidget::customContextMenuRequested, this, &RelationTable::popUpMenu);
}

void RelationTable::fitColumns() {
    // The two samples share what the figures and the buttons leave.
    constexpr int kWidths[RelationPairModel::columns] = {60, 0, 0, 84, 68, 84, 84, 92, 104};
    for (int column = 0; column < RelationPairModel::columns; ++column)
        if (kWidths[column] > 0)
            m_table->setColumnWidth(column, qRound(kWidths[column] * theme().textScale()));
        else
            m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
    m_table->verticalHeader()->setDefaultSectionSize(theme().row("table"));
    m_text->setFixedWidth(qRound(kSearchWidth * theme().textScale()));
}

void RelationTable::setRun(std::shared_ptr<const run::Run> run) {
    m_run = std::move(run);
    m_classPair.reset();
    m_filter = {};
    m_asked = false;
    m_pairs->setPairs(nullptr, list(), {});
    showTitle();
}

void RelationTable::setFilter(const RelationFilter& filter) {
    // Relations are filtered in the graph; here the list itself chooses one.
    const bool other = filter.classes != m_filter.classes || filter.kept != m_filter.kept;
    m_filter = filter;
    if (other)
        ask();
}

void RelationTable::setClassPair(std::optional<std::pair<int, int>> classes) {
    if (classes == m_classPair)
        return;
    m_classPair = classes;
    ask();
}

RelationList RelationTable::list() const {
    return static_cast<RelationList>(std::max(0, m_lists->current()));
}

void RelationTable::setList(RelationList list) {
    if (list == this->list())
        return;
    m_lists->setCurrent(static_cast<int>(list));
    ask();
}

analysis::PairQuery RelationTable::query(Relation relation) const {
    using Want = analysis::PairQuery::Want;
    analysis::PairQuery query;
    query.relation = relation;
    query.thresholds = m_session.thresholds();
    query.limit = kPairs;
    const int classes = m_run->classes();
    if (m_classPair || !m_filter.classes.empty())
        for (int a = 0; a < classes; ++a)
            for (int b = 0; b < classes; ++b)
                query.classPairs.push_back(m_classPair ? std::minmax(a, b) ==
                                                             std::minmax(m_classPair->first, m_classPair->second)
                                                       : m_filter.shows(a) || m_filter.shows(b));
    if (wantsSubset() && m_session.subset() && std::ssize(m_session.subset()->kept) == m_run->rows()) {
        query.want = m_filter.kept == RelationFilter::Kept::kept ? Want::bothKept : Want::oneOrBothPruned;
        query.kept = m_session.subset()->kept;
    }
    return query;
}

void RelationTable::ask() {
    m_later.stop();
    if (!m_run)
        return;
    m_table->setAccessibleName(m_lists->button(m_lists->current())->text());
    const bool redundant = list() == RelationList::redundant;
    m_table->setRatioShown(redundant);
    if (!redundant)
        return askPairs(relationOf(list()));
    const auto clustering = m_session.clustering();
    if (!clustering || &clustering->run() != m_run.get()) {
        // It comes with the clusters; the view asks again then.
        m_asked = true;
        m_busy->follow(m_session.clusterTicket(), tr("Finding redundant samples"));
        return showTitle();
    }
    m_asked = true;
    const auto shows = [pair = query(Relation::contradictory), run = m_run](const RelationPair& row) {
        const auto at = static_cast<std::size_t>(run->labelOf(row.a) * run->classes() + run->labelOf(row.b));
        if (!pair.classPairs.empty() && !pair.classPairs[at])
            return false;
        using Want = analysis::PairQuery::Want;
        if (pair.want == Want::any)
            return true;
        const bool both =
            pair.kept[static_cast<std::size_t>(row.a.value())] && pair.kept[static_cast<std::size_t>(row.b.value())];
        return both == (pair.want == Want::bothKept);
    };
    using Made = std::vector<RelationPair>;
    m_session.jobs().ask<Made>(
        "pairs", this,
        [run = m_run, clustering, shows](const base::JobContext&) {
            Made rows = redundantPairs(*run, clustering->redundancy());
            std::erase_if(rows, [&](const RelationPair& row) { return !shows(row); });
            return rows;
        },
        [this, run = m_run](Made rows) { take(run, RelationList::redundant, std::move(rows)); });
}

void RelationTable::askPairs(Relation relation) {
    m_asked = true;
    using Made = std::vector<RelationPair>;
    const auto ticket = m_session.jobs().ask<Made>(
        "pairs", this,
        [run = m_run, query = query(relation)](const base::JobContext& context) {
            Made rows;
            for (const analysis::Pair& pair : analysis::findPairs(*run, query, context))
                rows.push_back({pair.a, pair.b, pair.kappa, pair.cosine, 0});
            return rows;
        },
        [this, run = m_run, list = list()](Made rows) { take(run, list, std::move(rows)); },
        [this](const QString& sentence) {
            m_asked = false;
            m_session.addIssue(models::Issue::Severity::error, sentence);
            Q_EMIT listed();
        });
    m_busy->follow(ticket, tr("Looking for pairs"));
    showTitle();
}

void RelationTable::take(std::shared_ptr<const run::Run> run, RelationList list, std::vector<RelationPair> rows) {
    if (run != m_run || list != this->list())
        return;
    m_asked = false;
    m_pairs->setPairs(m_run, list, std::move(rows));
    showTitle();
    Q_EMIT listed();
}

/// Pairs of the run that belong to the list, by the histograms; -1 where only listing can tell.
std::int64_t RelationTable::total() const {
    if (list() == RelationList::redundant || wantsSubset())
        return -1;
    const auto summary = analysis::countRelationsFromHistogram(*m_run, m_session.thresholds());
    const auto of = [this](const analysis::RelationCounts& counts) {
        return list() == RelationList::interchangeable ? counts.interchangeable : counts.contradictory;
    };
    const analysis::PairQuery asked = query(relationOf(list()));
    if (asked.classPairs.empty())
        return of(summary.overall);
    if (summary.byClassPair.empty())
        return -1;
    std::int64_t sum = 0;
    for (int a = 0; a < m_run->classes(); ++a)
        for (int b = a; b < m_run->classes(); ++b)
            if (const auto at = static_cast<std::size_t>(a * m_run->classes() + b); asked.classPairs[at])
                sum += of(summary.byClassPair[at]);
    return sum;
}

void RelationTable::showTitle() {
    m_allClasses->setVisible(m_classPair.has_value());
    if (!m_run)
        return m_title->clear();
    if (m_classPair) {
        const QString words =
            tr("%1 × %2").arg(m_session.className(m_classPair->first), m_session.className(m_classPair->second));
        m_allClasses->setText(QString(words).replace(QLatin1Char('&'), QStringLiteral("&&")));
        m_allClasses->setAccessibleName(tr("%1, show all classes").arg(words));
    }
    const std::int64_t listed = m_pairs->listed(), all = total();
    QString text;
    if (m_asked)
        text = all >= 0 ? format::count(all) : QString();
    else if (all > listed)
        text = tr("%1, the first %2 listed").arg(format::count(all), format::count(listed));
    else if (listed == static_cast<std::int64_t>(kPairs))
        text = tr("the first %1").arg(format::count(listed));
    else
        text = format::count(listed);
    if (m_pairs->rowCount() < listed)
        text += tr(", %1 shown").arg(format::count(m_pairs->rowCount()));
    m_title->setText(text);
}

void RelationTable::refresh() {
    m_pairs->refresh();
}

std::vector<SamplePair> RelationTable::selectedPairs() const {
    std::vector<SamplePair> pairs;
    for (const int row : m_table->selectedRows())
        pairs.emplace_back(m_pairs->sample(row, true), m_pairs->sample(row, false));
    return pairs;
}

std::vector<SamplePair> RelationTable::pairsFor(const QModelIndex& index) const {
    if (m_table->selectionModel()->isSelected(index))
        return selectedPairs();
    return {{m_pairs->sample(index.row(), true), m_pairs->sample(index.row(), false)}};
}

void RelationTable::choose() {
    const std::vector<int> rows = m_table->selectedRows();
    if (rows.empty())
        return;
    models::SampleSet samples;
    for (const int row : rows)
        for (const bool first : {true, false})
            samples.insert(m_pairs->sample(row, first));
    const int current = m_table->currentIndex().row();
    const int row = std::binary_search(rows.begin(), rows.end(), current) ? current : rows.front();
    Q_EMIT chosen(samples, m_pairs->sample(row, true), m_pairs->sample(row, false));
}

void RelationTable::popUpMenu(const QPoint& place) {
    const QModelIndex under = m_table->indexAt(place);
    const QModelIndex index = under.isValid() ? under : m_table->currentIndex();
    if (!index.isValid())
        return;
    const std::vector<SamplePair> pairs = pairsFor(index);
    const bool redundant = list() == RelationList::redundant;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addSection(redundant
                         ? format::counted(std::ssize(pairs), tr("1 redundant sample"), tr("%1 redundant samples"))
                         : format::counted(std::ssize(pairs), tr("1 pair"), tr("%1 pairs")));
    m_actions->fillLabels(*menu, pairs, redundant);
    menu->addSeparator();
    m_actions->fillPrune(*menu, pairs, redundant);
    menu->addSeparator();
    menu->addAction(tr("Copy as text"), this, &RelationTable::copy)->setShortcut(QKeySequence::Copy);
    menu->popup(m_table->viewport()->mapToGlobal(place));
}

void RelationTable::copy() {
    const std::vector<int> rows = m_table->selectedRows();
    if (!rows.empty())
        QApplication::clipboard()->setText(m_pairs->asText(rows));
}

} // namespace lpntk::views
