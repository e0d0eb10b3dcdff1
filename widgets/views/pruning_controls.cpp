// What the pruning view does when its controls are used.
#include <widgets/views/pruning_view.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/pruning_agreement.h>
#include <widgets/views/pruning_amount.h>
#include <widgets/views/pruning_charts.h>
#include <widgets/views/pruning_compare.h>
#include <widgets/views/pruning_coverage_chart.h>
#include <widgets/views/pruning_methods.h>
#include <widgets/views/pruning_text.h>
#include <widgets/views/sample_actions.h>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QStackedWidget>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using curation::Method;
using models::SampleId;
namespace format = models::format;

namespace {

constexpr int kLargestSmall = 50; ///< drop-small: members at the right end of the slider

/// Whether the share kept is what the user chooses, and not what the rule comes to.
bool choosesShare(Method method) {
    return method != Method::redundant && method != Method::thinLargest && method != Method::dropSmall;
}

} // namespace

QWidget* PruningView::keysGoTo() {
    return m_compare->isChecked() ? &m_comparison->onlyA() : m_kept;
}

void PruningView::connectParts() {
    connect(m_method, &QComboBox::currentIndexChanged, this,
            [this] { chooseMethod(static_cast<Method>(m_method->currentData().toInt())); });
    connect(m_amount, &QSlider::valueChanged, this, &PruningView::chooseAmount);
    connect(m_amountText, &AmountField::amountTyped, this, &PruningView::chooseShare);
    connect(m_methods, &MethodsTable::methodChosen, this, &PruningView::chooseMethod);
    connect(m_export, &QPushButton::clicked, this, &PruningView::exportRequested);
    connect(m_edits, &QPushButton::toggled, this, &PruningView::askContent);
    connect(m_sort, &Segment::chosen, this, &PruningView::askContent);
    connect(m_compare, &QPushButton::toggled, this, [this](bool shown) {
        m_content->setCurrentIndex(shown ? 1 : 0);
        m_ready = m_ready && (!shown || m_comparison->isReady());
        checkReady();
    });
    connect(m_comparison, &ComparePage::ready, this, &PruningView::checkReady);
    connect(m_class, &QComboBox::activated, this, [this](int index) { chooseClass(index - 1); });
    connect(m_balance, &ClassBalance::classChosen, this, &PruningView::chooseClass);
    connect(m_whole, &QPushButton::clicked, this, &PruningView::askWholeCurves);
    for (const auto signal : {&models::JobRunner::finished, &models::JobRunner::cancelled})
        connect(&session().jobs(), signal, this, [this](models::Ticket ticket) {
            if (ticket == m_wholeTicket)
                refreshWhole();
        });
    connect(&session().jobs(), &models::JobRunner::failed, this, [this](models::Ticket ticket) {
        if (ticket == m_wholeTicket)
            refreshWhole();
    });
    connectCopying();
    m_compareSoon.setSingleShot(true);
    m_compareSoon.setInterval(150); // not while the slider is dragged
    connect(&m_compareSoon, &QTimer::timeout, this, &PruningView::askComparison);
    fillMethods();
    fillClasses();
}

// --- choices --------------------------------------------------------------------------------------------------------

void PruningView::chooseMethod(Method method) {
    auto options = session().pruneOptions();
    if (method == options.method)
        return;
    options.method = method;
    options.scores.clear();
    if (const auto subset = session().subset(); subset && session().run() && subset->keptCount > 0)
        options.keep =
            static_cast<double>(subset->keptCount) / static_cast<double>(session().run()->rows()); // the same amount
    session().setPruneOptions(options);
    refreshControls();
}

void PruningView::chooseAmount(int value) {
    auto options = session().pruneOptions();
    const double share = value / 1000.0;
    if (options.method == Method::thinLargest)
        options.thinShare = share;
    else if (options.method == Method::dropSmall)
        options.smallMembers = std::max(1, static_cast<int>(std::lround(share * kLargestSmall)));
    else
        options.keep = share;
    session().setPruneOptions(options);
    refreshControls();
}

void PruningView::chooseShare(double share) {
    auto options = session().pruneOptions();
    options.keep = share;
    session().setPruneOptions(options);
    refreshControls();
}

void PruningView::chooseClass(int label) {
    m_class->setCurrentIndex(label + 1);
    m_chart->setClass(label);
    m_balance->setClass(label);
    refreshSummary();
}

void PruningView::refreshControls() {
    const QSignalBlocker blockMethod(m_method), blockAmount(m_amount);
    const auto& options = session().pruneOptions();
    m_method->setCurrentIndex(m_method->findData(static_cast<int>(options.method)));
    double share = options.keep;
    QString label = tr("Keep");
    if (options.method == Method::thinLargest) {
        share = options.thinShare;
        label = tr("Thin by");
    } else if (options.method == Method::dropSmall) {
        share = static_cast<double>(options.smallMembers) / kLargestSmall;
        label = tr("Up to %1 members").arg(format::count(options.smallMembers));
    }
    m_amountLabel->setText(label);
    m_amount->setAccessibleName(label);
    m_amount->setEnabled(options.method != Method::redundant && session().clustering());
    m_amount->setToolTip(options.method == Method::redundant ? tr("How many are redundant is not a choice")
                                                             : QString());
    m_amount->setValue(static_cast<int>(std::lround(share * 1000)));
    m_amountText->setReadOnly(!choosesShare(options.method));
    const auto subset = session().subset();
    const auto run = session().run();
    const bool there = subset && run && run->rows() > 0;
    m_export->setEnabled(subset != nullptr);
    m_compare->setEnabled(there);
    m_method->setEnabled(session().clustering() != nullptr);
    m_amountText->setEnabled(there);
    const std::int64_t edits = there ? subset->handEdits : 0;
    m_edits->setText(format::counted(edits, tr("1 edit by hand"), tr("%1 edits by hand")));
    m_edits->setEnabled(edits > 0);
    m_edits->setToolTip(edits > 0
                            ? tr("Show only the samples that were kept or pruned by hand; they stay so at every amount")
                            : tr("K keeps and P prunes the selected samples, whatever the method says"));
    if (edits == 0)
        m_edits->setChecked(false);
    if (there) {
        const double kept = static_cast<double>(subset->keptCount) / static_cast<double>(run->rows());
        const QString counts = format::countOf(subset->keptCount, run->rows());
        m_amountText->setAmount(kept, run->rows());
        m_amountCounts->setText(counts);
        m_amount->setAccessibleDescription(format::share(kept) + QStringLiteral(", ") + counts);
    } else {
        m_amountText->clearAmount();
        m_amountCounts->clear();
    }
}

// --- copying --------------------------------------------------------------------------------------------------------

void PruningView::connectCopying() {
    const auto menuOf = [this](QWidget* widget, auto text) {
        auto* copy = new QAction(tr("Copy as text"), widget);
        widget->addAction(copy);
        widget->setContextMenuPolicy(Qt::ActionsContextMenu);
        connect(copy, &QAction::triggered, this, [this, text] {
            QApplication::clipboard()->setText(text());
            Q_EMIT copied();
        });
    };
    menuOf(m_methods, [this] { return m_methods->asText(); });
    menuOf(m_chart, [this] { return m_chart->asText(); });
    menuOf(m_balance, [this] { return m_balance->asText(); });
    menuOf(&m_comparison->agreement(), [this] { return m_comparison->agreement().asText(); });
    m_copy = new QAction(tr("Copy the list as text"), this);
    connect(m_copy, &QAction::triggered, this, &PruningView::copyAsText);
    for (auto* gallery : {m_kept, m_pruned, &m_comparison->onlyA(), &m_comparison->onlyB()}) {
        connect(gallery, &Gallery::copyRequested, this, &PruningView::copyAsText);
        connect(gallery, &Gallery::contextMenuRequested, this, [this, gallery](QPoint global) {
            gallery->setFocus();
            m_samples->popUp(global, gallery, {m_copy});
        });
    }
}

void PruningView::copyAsText() {
    for (auto* widget : std::initializer_list<QWidget*>{m_methods, m_chart}) {
        if (!widget->hasFocus())
            continue;
        widget->actions().front()->trigger();
        return;
    }
    const bool comparing = m_compare->isChecked();
    auto* first = comparing ? &m_comparison->onlyA() : m_kept;
    auto* second = comparing ? &m_comparison->onlyB() : m_pruned;
    copyRows(second->hasFocus() ? *second : *first);
}

void PruningView::copyRows(const Gallery& gallery) {
    const auto run = session().run();
    if (!m_shown || !run)
        return;
    const auto& selected = session().selection().selected();
    std::vector<base::RowId> all, chosen;
    for (const auto& section : gallery.sections()) {
        for (const SampleId sample : section.samples) {
            all.push_back(run->rowFromSample(sample));
            if (selected.contains(sample))
                chosen.push_back(all.back());
        }
    }
    QStringList names;
    for (int label = 0; label < run->classes(); ++label)
        names << session().className(label);
    session().jobs().ask<QString>(
        "pruning copy", this,
        [content = m_shown, rows = chosen.size() > 1 ? chosen : all, names](const base::JobContext& context) {
            return samplesAsText(*content, rows, names, context);
        },
        [this](const QString& text) {
            QApplication::clipboard()->setText(text);
            Q_EMIT copied();
        });
}

} // namespace lpntk::views
