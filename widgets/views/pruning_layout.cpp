// The parts of the pruning view and where they stand.
#include <widgets/views/pruning_view.h>

#include <widgets/models/format.h>
#include <widgets/models/prune_scores.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_panel.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/pruning_amount.h>
#include <widgets/views/pruning_card.h>
#include <widgets/views/pruning_charts.h>
#include <widgets/views/pruning_compare.h>
#include <widgets/views/pruning_coverage_chart.h>
#include <widgets/views/pruning_detail.h>
#include <widgets/views/pruning_methods.h>
#include <widgets/views/sample_actions.h>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>
#include <QSplitter>
#include <QStackedWidget>
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

QWidget* addTo(FittingRow& head, QWidget* widget) {
    head.row().addWidget(widget);
    return widget;
}

FittingRow* summaryHead(const QString& title, QLabel*& words, QWidget* parent) {
    auto* head = new FittingRow(parent);
    head->row().setContentsMargins(12, 4, 12, 4);
    head->row().setSpacing(8);
    head->setMinimumHeight(theme().row("dockTitle"));
    words = makeLabel(title, "section", head);
    head->row().addWidget(words);
    head->row().addStretch(1);
    return head;
}

FittingRow* makeHead(const QString& icon, const QString& title, QLabel*& count, QWidget* parent) {
    auto* head = new FittingRow(parent);
    head->setFixedHeight(theme().row("dockTitle"));
    auto& row = head->row();
    row.setContentsMargins(12, 0, 12, 0);
    row.setSpacing(8);
    auto* mark = new QLabel(head);
    mark->setPixmap(theme()
                        .icon(icon, icon == QLatin1String("keep") ? Role::success : Role::danger)
                        .pixmap(QSize(16, 16), head->devicePixelRatioF()));
    auto* words = new QLabel(title, head);
    words->setFont(theme().font(13, QFont::DemiBold));
    count = makeLabel({}, "text2", head);
    row.addWidget(mark);
    row.addWidget(words);
    row.addWidget(count);
    row.addStretch(1);
    return head;
}

/// The head above its content.
QWidget* stack(QWidget* box, QWidget* head, QWidget* content) {
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(head);
    if (qobject_cast<Gallery*>(content)) {
        box->setMinimumWidth(200);
        column->addWidget(makeLine(box));
    }
    column->addWidget(content, 1);
    return box;
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
    m_content = new QStackedWidget(area);
    auto* splitter = new QSplitter(Qt::Vertical, m_content);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeGalleries());
    splitter->addWidget(makeSummary());
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 0);
    splitter->setSizes({600, theme().dock("pruneSummary")});
    m_content->addWidget(splitter);
    m_comparison = new ComparePage(session, m_content);
    m_content->addWidget(m_comparison);
    areaColumn->addWidget(m_content, 1);
    areaColumn->setSpacing(0);
    m_detail = new PruneDetail(session, area);
    areaColumn->addWidget(m_detail);
    m_busy = new BusyLine(session.jobs(), area);
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
    m_amountText = new AmountField(bar);
    bar->addWidget(m_amountText);
    m_amountCounts = makeLabel({}, "text2", bar);
    bar->addWidget(m_amountCounts);
    bar->addStretch();
    m_edits = new QPushButton(bar);
    m_edits->setCheckable(true);
    bar->addWidget(m_edits);
    m_compare = new QPushButton(tr("Compare"), bar);
    m_compare->setCheckable(true);
    m_compare->setToolTip(tr("This choice beside another one: what only one of them keeps, agreement, ranks"));
    bar->addWidget(m_compare);
    m_export = new QPushButton(theme().icon(QStringLiteral("export"), Role::onAccent), tr("Export…"), bar);
    m_export->setAccessibleName(tr("Export"));
    m_export->setProperty("primary", true);
    bar->addWidget(m_export);
    bar->dropWhenNarrow(method);
    bar->shortenWhenNarrow([this](bool narrow) { m_amount->setMinimumWidth(narrow ? 84 : 120); });
    bar->dropWhenNarrow(m_amountCounts); // the heads of the galleries have them too
    bar->dropWhenNarrow(m_edits);
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

void PruningView::fillClasses() {
    m_class->clear();
    m_class->addItem(tr("All classes"));
    for (int label = 0; session().run() && label < session().run()->classes(); ++label)
        m_class->addItem(session().className(label));
    m_chart->setClass(-1);
    m_balance->setClass(-1);
}

QWidget* PruningView::makeGalleries() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeKept(splitter));
    splitter->addWidget(makePruned(splitter));
    splitter->setStretchFactor(0, 39);
    splitter->setStretchFactor(1, 61);
    splitter->setSizes({404, 632});
    return splitter;
}

QWidget* PruningView::makeKept(QWidget* parent) {
    auto* box = new QWidget(parent);
    auto standsFor = [this](SampleId sample) {
        const auto row = m_shown && this->session().run() ? this->session().run()->rowFromSample(sample) : base::RowId();
        const bool known = row.isValid() && static_cast<std::size_t>(row.value()) < m_shown->subset->standsFor.size();
        return known ? format::count(m_shown->subset->standsFor[static_cast<std::size_t>(row.value())]) : QString();
    };
    m_kept = new Gallery(session(), std::make_unique<CaptionDelegate>(session(), std::move(standsFor)), box);
    m_kept->setAccessibleName(tr("Kept samples"));
    auto* head = makeHead(QStringLiteral("keep"), tr("Kept"), m_keptCount, box);
    head->dropWhenNarrow(addTo(*head, makeLabel(tr("samples each stands for"), "caption", head)));
    return stack(box, head, m_kept);
}

QWidget* PruningView::makePruned(QWidget* parent) {
    auto* box = new QWidget(parent);
    auto cards = std::make_unique<PruneCardDelegate>(session());
    m_cards = cards.get();
    m_pruned = new Gallery(session(), std::move(cards), box);
    m_pruned->setAccessibleName(tr("Pruned samples"));
    m_pruned->setFoldable(true);
    m_pruned->setFadePruned(false);
    auto* head = makeHead(QStringLiteral("prune"), tr("Pruned"), m_prunedCount, box);
    QWidget* note = addTo(*head, makeLabel(tr("right: nearest kept, cosine"), "caption", head));
    m_sort = new Segment({tr("Reason"), tr("Worst covered"), tr("Class")}, true, head);
    m_sort->setAccessibleName(tr("Order of the pruned samples"));
    m_sort->setShortTexts({tr("Reason"), tr("Worst"), tr("Class")});
    m_sort->setCurrent(0);
    addTo(*head, m_sort);
    head->dropWhenNarrow(note);
    head->shortenWhenNarrow([this](bool narrow) { m_sort->setShort(narrow); });
    return stack(box, head, m_pruned);
}

QWidget* PruningView::makeSummary() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->setMinimumHeight(150);
    splitter->addWidget(makeBalance(splitter));
    splitter->addWidget(makeChart(splitter));
    auto* methodsBox = new QWidget(splitter);
    m_methods = new MethodsTable(methodsBox);
    auto* head = summaryHead(tr("Methods at the same amount"), m_methodsTitle, methodsBox);
    splitter->addWidget(stack(methodsBox, head, m_methods));
    splitter->setSizes({262, 352, 422});
    return splitter;
}

QWidget* PruningView::makeBalance(QWidget* parent) {
    auto* box = new QWidget(parent);
    box->setMinimumWidth(176);
    m_balance = new ClassBalance(session(), box);
    auto* scroll = new QScrollArea(box);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_balance);
    QLabel* unused = nullptr;
    auto* head = summaryHead(tr("Class balance"), unused, box);
    addTo(*head, makeLabel(tr("kept, before"), "caption", head));
    return stack(box, head, scroll);
}

QWidget* PruningView::makeChart(QWidget* parent) {
    auto* box = new QWidget(parent);
    m_chart = new CoverageChart(session(), box);
    QLabel* title = nullptr;
    auto* head = summaryHead(tr("Coverage left, mean"), title, box);
    m_whole = new QPushButton(tr("Whole"), head); // in a row without room for more words
    m_whole->setAccessibleName(tr("Compute the whole curve"));
    m_whole->setProperty("quiet", true);
    m_whole->hide();
    addTo(*head, m_whole);
    m_class = new QComboBox(head);
    m_class->setAccessibleName(tr("Class of the coverage curve"));
    m_class->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_class->setMinimumContentsLength(6);
    addTo(*head, m_class);
    m_coverageText = new QLabel(head);
    m_coverageText->setFont(theme().font(13, QFont::Medium));
    addTo(*head, m_coverageText);
    head->shortenWhenNarrow([this, title](bool narrow) {
        title->setText(narrow ? tr("Coverage") : tr("Coverage left, mean"));
        const int more = m_class->fontMetrics().horizontalAdvance(QLatin1Char('X'));
        m_class->setMinimumWidth(narrow ? 0 : m_class->sizeHint().width() + more);
    });
    return stack(box, head, m_chart);
}

} // namespace lpntk::views
