// The parts of the pruning view and where they stand.
#include <widgets/views/pruning_view.h>

#include <widgets/models/format.h>
#include <widgets/models/prune_scores.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_panel.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/pruning_card.h>
#include <widgets/views/pruning_charts.h>
#include <widgets/views/pruning_methods.h>
#include <widgets/views/sample_actions.h>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSlider>
#include <QSplitter>
#include <QStandardItemModel>

namespace lpntk::views {

using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

QLabel* makeLabel(const QString& text, const char* role, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("role", role);
    return label;
}

QHBoxLayout* summaryHead(const QString& title, QLabel* right, QLabel*& words, QWidget* parent) {
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 8, 12, 6);
    words = makeLabel(title, "section", parent);
    row->addWidget(words);
    row->addStretch(1);
    if (right)
        row->addWidget(right);
    return row;
}

} // namespace

PruningView::PruningView(models::Session& session, QWidget* parent) : SessionView(session, parent) {
    setAccessibleName(tr("Pruning"));
    m_samples = new SampleActions(session, this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeToolBar());
    auto* area = new QWidget(this);
    column->addWidget(area, 1);
    auto* areaColumn = new QVBoxLayout(area);
    areaColumn->setContentsMargins(0, 0, 0, 0);
    m_empty = new EmptyState(area);
    areaColumn->addWidget(m_empty);
    auto* splitter = new QSplitter(Qt::Vertical, area);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeGalleries());
    splitter->addWidget(makeSummary());
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 0);
    splitter->setSizes({600, theme().dock("pruneSummary")});
    m_content = splitter;
    areaColumn->addWidget(splitter);
    m_busy = new BusyLine(session.jobs(), area);
    setFocusProxy(m_kept); // the keys of the view go to its pictures
    connectParts();
}

ViewToolBar* PruningView::makeToolBar() {
    auto* bar = new ViewToolBar(this);
    m_method = new QComboBox(bar);
    m_method->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    QLabel* method = bar->addLabel(tr("Method"), m_method);
    m_amount = new QSlider(Qt::Horizontal, bar);
    m_amount->setRange(1, 1000);
    m_amount->setPageStep(50);
    m_amount->setMinimumWidth(120);
    m_amount->setMaximumWidth(220);
    m_amount->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_amountLabel = bar->addLabel(tr("Keep"), m_amount);
    m_amountText = new QLabel(bar);
    bar->addWidget(m_amountText);
    m_amountCounts = makeLabel({}, "text2", bar);
    bar->addWidget(m_amountCounts);
    bar->addStretch();
    m_edits = new QLabel(bar);
    m_edits->setProperty("role", "text2");
    bar->addWidget(m_edits);
    m_compare = new QPushButton(tr("Compare"), bar);
    m_compare->setCheckable(true);
    m_compare->setChecked(true);
    m_compare->setToolTip(tr("Class balance, coverage and the other methods at the same amount"));
    bar->addWidget(m_compare);
    m_export = new QPushButton(theme().icon(QStringLiteral("export"), Role::onAccent), tr("Export…"), bar);
    m_export->setAccessibleName(tr("Export"));
    m_export->setProperty("primary", true);
    bar->addWidget(m_export);
    bar->dropWhenNarrow(m_edits);
    bar->dropWhenNarrow(method);
    bar->shortenWhenNarrow([this](bool narrow) { m_amount->setMinimumWidth(narrow ? 84 : 120); });
    bar->dropWhenNarrow(m_amountCounts); // the heads of the galleries have them too
    return bar;
}

void PruningView::fillMethods() {
    const QSignalBlocker block(m_method);
    m_method->clear();
    for (const auto method : curation::allMethods()) {
        m_method->addItem(QString::fromUtf8(curation::titleOf(method)), static_cast<int>(method));
        if (models::canOrderBy(method, session().pruneOptions()))
            continue;
        auto* item = static_cast<QStandardItemModel*>(m_method->model())->item(m_method->count() - 1);
        item->setEnabled(false);
        item->setToolTip(tr("Needs scores from a training history"));
    }
}

QWidget* PruningView::makeHead(const QString& icon, const QString& title, const QString& note, QLabel*& count, QWidget* parent) {
    auto* head = new QWidget(parent);
    head->setFixedHeight(theme().row("dockTitle"));
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(8);
    auto* mark = new QLabel(head);
    mark->setPixmap(theme().icon(icon, icon == QLatin1String("keep") ? Role::success : Role::danger).pixmap(QSize(16, 16), devicePixelRatioF()));
    auto* words = new QLabel(title, head);
    words->setFont(theme().font(13, QFont::DemiBold));
    count = makeLabel({}, "text2", head);
    row->addWidget(mark);
    row->addWidget(words);
    row->addWidget(count);
    row->addStretch(1);
    row->addWidget(makeLabel(note, "caption", head));
    return head;
}

QWidget* PruningView::makeGalleries() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    const auto side = [&](QWidget* head, Gallery* gallery) {
        auto* box = new QWidget(splitter);
        box->setMinimumWidth(200);
        auto* column = new QVBoxLayout(box);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        column->addWidget(head);
        column->addWidget(makeLine(box));
        column->addWidget(gallery, 1);
        splitter->addWidget(box);
    };
    auto standsFor = [this](SampleId sample) {
        const auto row = m_shown && this->session().run() ? this->session().run()->rowFromSample(sample) : base::RowId();
        const bool known = row.isValid() && static_cast<std::size_t>(row.value()) < m_shown->subset->standsFor.size();
        return known ? format::count(m_shown->subset->standsFor[static_cast<std::size_t>(row.value())]) : QString();
    };
    m_kept = new Gallery(session(), std::make_unique<CaptionDelegate>(session(), std::move(standsFor)), splitter);
    m_kept->setAccessibleName(tr("Kept samples"));
    auto cards = std::make_unique<PruneCardDelegate>(session());
    m_cards = cards.get();
    m_pruned = new Gallery(session(), std::move(cards), splitter);
    m_pruned->setAccessibleName(tr("Pruned samples"));
    m_pruned->setFoldable(true);
    m_pruned->setFadePruned(false);
    side(makeHead(QStringLiteral("keep"), tr("Kept"), tr("samples each stands for"), m_keptCount, splitter), m_kept);
    side(makeHead(QStringLiteral("prune"), tr("Pruned"), tr("right: nearest kept, cosine"), m_prunedCount, splitter), m_pruned);
    splitter->setStretchFactor(0, 39);
    splitter->setStretchFactor(1, 61);
    splitter->setSizes({404, 632});
    return splitter;
}

QWidget* PruningView::makeSummary() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->setMinimumHeight(150);
    const auto add = [&](QHBoxLayout* head, QWidget* content, QWidget* box) {
        auto* column = new QVBoxLayout(box);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        column->addLayout(head);
        column->addWidget(content, 1);
        splitter->addWidget(box);
    };
    QLabel* unused = nullptr;
    auto* balanceBox = new QWidget(splitter);
    balanceBox->setMinimumWidth(190);
    m_balance = new ClassBalance(session(), balanceBox);
    auto* scroll = new QScrollArea(balanceBox);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_balance);
    add(summaryHead(tr("Class balance"), makeLabel(tr("kept, before"), "caption", balanceBox), unused, balanceBox), scroll, balanceBox);

    auto* chartBox = new QWidget(splitter);
    m_chart = new CoverageChart(chartBox);
    m_coverageText = new QLabel(chartBox);
    m_coverageText->setFont(theme().font(13, QFont::Medium));
    add(summaryHead(tr("Coverage left, mean"), m_coverageText, unused, chartBox), m_chart, chartBox);

    auto* methodsBox = new QWidget(splitter);
    m_methods = new MethodsTable(methodsBox);
    add(summaryHead(tr("Methods at the same amount"), nullptr, m_methodsTitle, methodsBox), m_methods, methodsBox);
    splitter->setSizes({280, 330, 426});
    m_summary = splitter;
    return splitter;
}

} // namespace lpntk::views
