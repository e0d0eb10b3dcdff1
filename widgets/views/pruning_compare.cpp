#include <widgets/views/pruning_compare.h>

#include <widgets/models/format.h>
#include <widgets/models/prune_scores.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/pruning_agreement.h>
#include <widgets/views/pruning_rank_scatter.h>

#include <QComboBox>
#include <QLabel>
#include <QPushButton>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lpntk::views {

using curation::Method;
using models::SampleId;
namespace format = models::format;

namespace {

/// What an entry of the list of Bs is: its kind, and which method, pin or name.
enum class Kind { method, pin, saved, selection };
constexpr int kKindRole = Qt::UserRole;
constexpr int kIndexRole = Qt::UserRole + 1;

/// A section per class; rows of a run are sorted by class.
std::vector<GallerySection> sectionsOf(const models::Session& session, const run::Run& run,
                                       const std::vector<base::RowId>& rows) {
    std::vector<GallerySection> sections;
    int last = -1;
    for (const auto row : rows) {
        if (const int label = run.labelOf(row); label != last) {
            last = label;
            sections.push_back({QStringLiteral("class-%1").arg(label), session.className(label), {}, {}, {}});
        }
        sections.back().samples.push_back(run.sampleFromRow(row));
    }
    for (auto& section : sections)
        section.count = format::count(std::ssize(section.samples));
    return sections;
}

} // namespace

QString ComparePage::nameOf(const curation::Subset& subset) const {
    return tr("%1, %2 kept")
        .arg(QString::fromUtf8(curation::titleOf(subset.options.method)), format::count(subset.keptCount));
}

QString ComparePage::nameOfB() const {
    const auto kind = static_cast<Kind>(m_against->currentData(kKindRole).toInt());
    if (kind == Kind::selection)
        return tr("Selection");
    if (kind == Kind::saved)
        return m_against->currentData(kIndexRole).toString();
    if (kind == Kind::pin)
        return m_pins[static_cast<std::size_t>(m_against->currentData(kIndexRole).toInt())].name;
    return QString::fromUtf8(curation::titleOf(static_cast<Method>(m_against->currentData(kIndexRole).toInt())));
}

void ComparePage::fillAgainst() {
    const QSignalBlocker block(m_against);
    const auto kind = m_against->currentData(kKindRole), index = m_against->currentData(kIndexRole);
    m_against->clear();
    bool found = false;
    const auto add = [&](const QString& text, Kind of, const QVariant& which) {
        m_against->addItem(text);
        m_against->setItemData(m_against->count() - 1, static_cast<int>(of), kKindRole);
        m_against->setItemData(m_against->count() - 1, which, kIndexRole);
        if (kind.isValid() && kind.toInt() == static_cast<int>(of) && index == which) {
            m_against->setCurrentIndex(m_against->count() - 1);
            found = true;
        }
    };
    for (const auto method : curation::allMethods())
        if (models::canOrderBy(method, m_session.pruneOptions()))
            add(tr("%1, same amount").arg(QString::fromUtf8(curation::titleOf(method))), Kind::method,
                static_cast<int>(method));
    m_against->insertSeparator(m_against->count());
    for (std::size_t pin = 0; pin < m_pins.size(); ++pin)
        add(tr("Pinned: %1").arg(m_pins[pin].name), Kind::pin, static_cast<int>(pin));
    for (const models::NamedSelection& saved : m_session.savedSelections().all()) {
        const QString name = QString::fromStdString(saved.name);
        add(tr("Saved: %1").arg(name), Kind::saved, name);
    }
    add(tr("The selected samples"), Kind::selection, 0);
    if (!found)
        m_against->setCurrentIndex(m_against->findData(static_cast<int>(Method::classRandom), kIndexRole));
}

void ComparePage::pin() {
    const auto subset = m_session.subset();
    if (!subset || (!m_pins.empty() && m_pins.back().subset == subset))
        return;
    m_pins.push_back({nameOf(*subset), subset});
    fillAgainst();
    refresh();
}

std::shared_ptr<const std::vector<char>> ComparePage::marksOf(const models::SampleSet& samples) const {
    const auto run = m_session.run();
    auto marks = std::make_shared<std::vector<char>>(static_cast<std::size_t>(run->rows()), 0);
    for (const SampleId sample : samples.toVector())
        if (const auto row = run->rowFromSample(sample); row.isValid())
            (*marks)[static_cast<std::size_t>(row.value())] = 1;
    return marks;
}

void ComparePage::takeSelection() {
    if (m_session.run())
        m_selection = marksOf(m_session.selection().selected());
}

/// One that was renamed or removed is B no longer.
void ComparePage::savedSelectionsChanged() {
    const bool saved = static_cast<Kind>(m_against->currentData(kKindRole).toInt()) == Kind::saved;
    fillAgainst();
    if (saved && isVisible())
        ask();
    else if (saved)
        m_asked.reset(); // asked when the page is shown
}

void ComparePage::refresh() {
    const auto run = m_session.run();
    if (run.get() != std::exchange(m_run, run.get())) {
        m_pins.clear();
        m_selection.reset();
        m_content.reset();
        m_asked.reset();
        m_onlyA->setSections({});
        m_onlyB->setSections({});
        fillAgainst();
    }
    const auto subset = m_session.subset();
    m_pin->setEnabled(subset && (m_pins.empty() || m_pins.back().subset != subset));
    m_present->setText(subset ? nameOf(*subset) : QString());
    if (isVisible() && subset && m_session.clustering() && m_asked != subset)
        ask();
}

void ComparePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
}

void ComparePage::ask() {
    const auto subset = m_session.subset();
    if (!subset || !m_session.clustering())
        return;
    m_asked = subset;
    m_ready = false;
    // While the slider is dragged the latest question waits for the running one, so that answers come at all.
    m_askAgain = m_session.jobs().isRunning(m_ticket);
    if (m_askAgain)
        return;
    ComparisonQuestion question{m_session.clustering(), subset, {}, {}, {}};
    const int index = m_against->currentData(kIndexRole).toInt();
    switch (static_cast<Kind>(m_against->currentData(kKindRole).toInt())) {
    case Kind::method:
        question.method = m_session.pruneOptions();
        question.method->method = static_cast<Method>(index);
        if (question.method->method != m_session.pruneOptions().method)
            question.method->scores.clear();
        break;
    case Kind::pin: {
        const auto pinned = m_pins[static_cast<std::size_t>(index)].subset;
        question.kept = {pinned, &pinned->kept};
        question.rankedBy = pinned->options;
        break;
    }
    case Kind::saved: {
        const auto& all = m_session.savedSelections().all();
        const std::string name = m_against->currentData(kIndexRole).toString().toStdString();
        const auto found = std::find_if(all.begin(), all.end(), [&](const auto& saved) { return saved.name == name; });
        question.kept = marksOf(m_session.savedSelections().samples(static_cast<std::size_t>(found - all.begin())));
        break;
    }
    case Kind::selection:
        if (!m_selection)
            takeSelection();
        question.kept = m_selection;
        break;
    }
    using Result = std::shared_ptr<const ComparisonContent>;
    m_ticket = m_session.jobs().ask<Result>(
        "pruning compare", this,
        [question](const base::JobContext& context) {
            return std::make_shared<const ComparisonContent>(makeComparison(question, context));
        },
        [this](Result content) { showContent(std::move(content)); });
    m_busy->follow(m_ticket, tr("Comparing"));
}

void ComparePage::showContent(std::shared_ptr<const ComparisonContent> content) {
    const bool askAgain = std::exchange(m_askAgain, false);
    if (askAgain)
        ask();
    const auto run = m_session.run();
    if (!run || &content->clustering->run() != run.get())
        return;
    m_content = std::move(content);
    const auto& counts = m_content->counts;
    m_counts->setText(tr("both %1 · only A %2 · only B %3 · overlap %4")
                          .arg(format::count(counts.all.both), format::count(counts.all.onlyA),
                               format::count(counts.all.onlyB), format::share(counts.all.overlap())));
    m_countA->setText(format::count(counts.all.onlyA));
    m_countB->setText(format::count(counts.all.onlyB));
    m_onlyA->setSections(sectionsOf(m_session, *run, counts.onlyA));
    m_onlyB->setSections(sectionsOf(m_session, *run, counts.onlyB));
    m_agreement->setCounts(counts);
    m_ranks->setContent(m_content, QString::fromUtf8(curation::titleOf(m_content->present->options.method)), nameOfB());
    m_spearman->setText(std::isnan(m_content->spearman)
                            ? QString()
                            : tr("Spearman %1").arg(format::signedNumber(m_content->spearman, 3)));
    m_ready = !askAgain && m_content->present == m_session.subset();
    if (m_ready)
        Q_EMIT ready();
}

} // namespace lpntk::views
