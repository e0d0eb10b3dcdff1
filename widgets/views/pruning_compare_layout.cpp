// The parts of the comparison and where they stand.
#include <widgets/views/pruning_compare.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_panel.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/pruning_agreement.h>
#include <widgets/views/pruning_rank_scatter.h>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>

#include <utility>

namespace lpntk::views {

using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

QLabel* makeLabel(const QString& text, const char* role, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("role", role);
    return label;
}

QWidget* underHead(const QString& title, QWidget* right, QWidget* content, QWidget* box) {
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 8, 12, 6);
    row->addWidget(makeLabel(title, "section", box));
    row->addStretch(1);
    if (right)
        row->addWidget(right);
    column->addLayout(row);
    column->addWidget(content, 1);
    return box;
}

} // namespace

ComparePage::ComparePage(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setAccessibleName(tr("Comparison of two choices"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHead());
    auto* area = new QWidget(this);
    auto* areaColumn = new QVBoxLayout(area);
    areaColumn->setContentsMargins(0, 0, 0, 0);
    auto* splitter = new QSplitter(Qt::Vertical, area);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeGalleries());
    splitter->addWidget(makeSummary());
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 0);
    splitter->setSizes({540, theme().dock("pruneSummary")});
    areaColumn->addWidget(splitter);
    column->addWidget(area, 1);
    m_busy = new BusyLine(session.jobs(), area);
    connect(m_against, &QComboBox::activated, this, [this] {
        takeSelection(); // the samples selected now, not when B was last that
        ask();
    });
    connect(m_pin, &QPushButton::clicked, this, &ComparePage::pin);
    connect(&session.savedSelections(), &models::SavedSelections::changed, this, &ComparePage::savedSelectionsChanged);
    fillAgainst();
}

FittingRow* ComparePage::makeHead() {
    auto* bar = new ViewToolBar(this);
    m_present = new QLabel(bar);
    bar->addLabel(tr("A"), m_present);
    m_present->setAccessibleName(tr("Present choice"));
    m_against = new QComboBox(bar);
    m_against->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_against->setMinimumContentsLength(22);
    bar->addLabel(tr("B"), m_against);
    m_against->setAccessibleName(tr("Choice to compare with"));
    m_pin = new QPushButton(tr("Pin this choice"), bar);
    m_pin->setToolTip(tr("Remember A, so that later choices can be compared with it"));
    bar->addWidget(m_pin);
    bar->addStretch();
    m_counts = makeLabel({}, "text2", bar);
    bar->addWidget(m_counts);
    bar->dropWhenNarrow(m_counts); // the table below has them too
    bar->shortenWhenNarrow([this](bool narrow) { m_against->setMinimumContentsLength(narrow ? 12 : 22); });
    return bar;
}

QWidget* ComparePage::makeGalleries() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    const auto side = [&](const QString& title, QLabel*& count, const QString& accessible) {
        auto* box = new QWidget(splitter);
        box->setMinimumWidth(200);
        auto* head = new QWidget(box);
        head->setFixedHeight(theme().row("dockTitle"));
        auto* row = new QHBoxLayout(head);
        row->setContentsMargins(12, 0, 12, 0);
        row->setSpacing(8);
        auto* words = new QLabel(title, head);
        words->setFont(theme().font(13, QFont::DemiBold));
        count = makeLabel({}, "text2", head);
        row->addWidget(words);
        row->addWidget(count);
        row->addStretch(1);
        auto* gallery = new Gallery(
            m_session,
            std::make_unique<CaptionDelegate>(m_session, [](SampleId sample) { return format::sample(sample); }), box);
        gallery->setAccessibleName(accessible);
        gallery->setFadePruned(false);
        gallery->setFoldable(true);
        auto* column = new QVBoxLayout(box);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        column->addWidget(head);
        column->addWidget(makeLine(box));
        column->addWidget(gallery, 1);
        splitter->addWidget(box);
        return gallery;
    };
    m_onlyA = side(tr("Kept only in A"), m_countA, tr("Samples kept only in A"));
    m_onlyB = side(tr("Kept only in B"), m_countB, tr("Samples kept only in B"));
    return splitter;
}

QWidget* ComparePage::makeSummary() {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->setMinimumHeight(150);
    auto* tableBox = new QWidget(splitter);
    auto* scroll = new QScrollArea(tableBox);
    m_agreement = new AgreementTable(m_session, scroll);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_agreement);
    splitter->addWidget(underHead(tr("Agreement by class"),
                                  makeLabel(tr("overlap: kept by both, of what either keeps"), "caption", tableBox),
                                  scroll, tableBox));
    auto* chartBox = new QWidget(splitter);
    m_ranks = new RankScatter(m_session, chartBox);
    m_spearman = new QLabel(chartBox);
    m_spearman->setFont(theme().font(13, QFont::Medium));
    splitter->addWidget(underHead(tr("Rank against rank"), m_spearman, m_ranks, chartBox));
    splitter->setSizes({520, 516});
    return splitter;
}

} // namespace lpntk::views
