// The parts of the cluster view and where they stand.
#include <widgets/views/clusters_view.h>

#include <widgets/models/theme.h>
#include <widgets/views/clusters_actions.h>
#include <widgets/views/clusters_head_card.h>
#include <widgets/views/clusters_list.h>
#include <widgets/views/clusters_rank_chart.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_fitting.h>
#include <widgets/views/parts_gallery.h>
#include <widgets/views/parts_panel.h>
#include <widgets/views/parts_segment.h>
#include <widgets/views/sample_actions.h>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSplitter>

#include <vector>

namespace lpntk::views {

using models::SampleId;
using models::theme;

namespace {

/// "0.30", and a third decimal only where it says something.
class RatioBox : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;
    QString textFromValue(double value) const override {
        const QString text = QDoubleSpinBox::textFromValue(value);
        return text.endsWith(QLatin1Char('0')) ? text.chopped(1) : text;
    }
};

} // namespace

ClustersView::ClustersView(models::Session& session, QWidget* parent) : SessionView(session, parent), m_order(session) {
    setAccessibleName(tr("Clusters"));
    m_samples = new SampleActions(session, this);
    m_actions = new ClusterActions(session, *m_samples, this);
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
    auto* splitter = new QSplitter(Qt::Horizontal, area);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeLeft());
    splitter->addWidget(makeRight());
    splitter->setStretchFactor(0, 0);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({theme().dock("clusterList"), 720});
    m_content = splitter;
    areaColumn->addWidget(splitter);
    m_busy = new BusyLine(session.jobs(), area);
    connectParts();
}

ViewToolBar* ClustersView::makeToolBar() {
    auto* bar = new ViewToolBar(this);
    m_slider = new QSlider(Qt::Horizontal, bar);
    m_slider->setRange(1, 1000);
    m_slider->setPageStep(50);
    m_slider->setMinimumWidth(120);
    m_slider->setMaximumWidth(200);
    m_slider->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    QLabel* clusters = bar->addLabel(tr("Clusters"), m_slider);
    m_count = new QLabel(bar);
    m_count->setMinimumWidth(qRound(78 * theme().textScale()));
    bar->addWidget(m_count);
    m_ratio = new RatioBox(bar);
    m_ratio->setRange(0.001, 1);
    m_ratio->setDecimals(3);
    m_ratio->setSingleStep(0.01);
    m_ratio->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_ratio->setKeyboardTracking(false);
    m_ratio->setFixedWidth(qRound(56 * theme().textScale()));
    bar->addLabel(tr("Ratio"), m_ratio);
    m_mode = new QComboBox(bar);
    m_mode->addItems({tr("Paper"), tr("Reference code")});
    m_mode->setItemData(0, tr("Non-redundant samples are clustered, redundant ones attached to their most similar sample"), Qt::ToolTipRole);
    m_mode->setItemData(1, tr("What the authors' programs do: all samples of a class are clustered"), Qt::ToolTipRole);
    QLabel* mode = bar->addLabel(tr("Mode"), m_mode);
    bar->addStretch();
    m_class = new QComboBox(bar);
    m_class->setAccessibleName(tr("Class"));
    m_class->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    bar->addWidget(m_class);
    bar->dropWhenNarrow(mode);
    bar->shortenWhenNarrow([this](bool narrow) { m_slider->setMinimumWidth(narrow ? 84 : 120); });
    bar->dropWhenNarrow(clusters);
    return bar;
}

QWidget* ClustersView::makeLeft() {
    auto* left = new QWidget(this);
    left->setMinimumWidth(150);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_chart = new RankChart(left);
    column->addWidget(m_chart);
    column->addWidget(makeLine(left));
    column->addWidget(makeListHead(left));
    m_list = new ClusterList(session(), left);
    column->addWidget(m_list, 1);
    return left;
}

QWidget* ClustersView::makeListHead(QWidget* parent) {
    auto* head = new FittingRow(parent);
    head->row().setContentsMargins(12, 6, 12, 4);
    m_listTitle = new QLabel(head);
    m_listTitle->setProperty("role", "section");
    m_listSort = new QComboBox(head);
    m_listSort->addItems(
        {tr("Members"), tr("Most similar"), tr("Least similar"), tr("Misclassified"), tr("Spread")}); // by ClusterSort
    m_listSort->setItemData(1, tr("Mean cosine to the head, largest first"), Qt::ToolTipRole);
    m_listSort->setItemData(2, tr("Mean cosine to the head, smallest first"), Qt::ToolTipRole);
    m_listSort->setItemData(3, tr("Share of members that the network gives another class"), Qt::ToolTipRole);
    m_listSort->setItemData(4, tr("Standard deviation of the cosines to the head"), Qt::ToolTipRole);
    m_listSort->setAccessibleName(tr("Sort the clusters by"));
    m_listSort->setToolTip(tr("Sort the clusters by"));
    head->row().addWidget(m_listTitle);
    head->row().addStretch(1);
    head->row().addWidget(m_listSort);
    head->dropWhenNarrow(m_listTitle);
    return head;
}

QWidget* ClustersView::makeShowBar(QWidget* parent) {
    auto* bar = new FittingRow(parent);
    bar->row().setContentsMargins(16, 0, 16, 8);
    bar->row().setSpacing(10);
    m_scope = new Segment({tr("Cluster"), tr("All clusters")}, true, bar);
    m_scope->setAccessibleName(tr("What the gallery shows"));
    m_scope->setCurrent(0);
    m_note = new QLabel(bar);
    m_note->setProperty("role", "caption");
    m_noteButton = new QPushButton(bar);
    m_noteButton->setVisible(false);
    auto* label = new QLabel(tr("Sort"), bar);
    m_memberSort = new QComboBox(bar);
    m_memberSort->addItems(MemberOrder::titles());
    m_memberSort->setAccessibleName(tr("Sort the samples by"));
    label->setBuddy(m_memberSort);
    bar->row().addWidget(m_scope);
    bar->row().addWidget(m_note);
    bar->row().addWidget(m_noteButton);
    bar->row().addStretch(1);
    bar->row().addWidget(label);
    bar->row().addWidget(m_memberSort);
    bar->dropWhenNarrow(label);
    bar->dropWhenNarrow(m_note);
    return bar;
}

QWidget* ClustersView::makeActionBar(QWidget* parent) {
    auto* bar = new FittingRow(parent);
    bar->row().setContentsMargins(16, 4, 16, 8);
    bar->row().setSpacing(10);
    m_keep = new Segment({tr("Keep head"), tr("Keep n"), tr("Keep all"), tr("Drop")}, true, bar);
    m_keep->setAccessibleName(tr("What is kept of the cluster"));
    m_keep->setShortTexts({tr("Head"), tr("n"), tr("All"), tr("Drop")});
    m_split = new KeyButton(QStringLiteral("split"), tr("Split"), QStringLiteral("S"), bar);
    m_split->setToolTip(tr("Show the cluster in 2, 3, 4, 6, 8, 12 parts by farthest points, then whole again (S)"));
    m_merge = new KeyButton(QStringLiteral("link"), tr("Merge"), QStringLiteral("G"), bar);
    m_merge->setToolTip(tr("Give the whole cluster to another one of its class (G)"));
    m_review = new KeyButton(QStringLiteral("review"), tr("Review"), {}, bar);
    m_review->setToolTip(tr("Mark the whole cluster for review, or take the marks back (Shift+M)"));
    m_relabel = new KeyButton(QStringLiteral("relabel"), tr("Relabel"), {}, bar);
    m_relabel->setToolTip(tr("Give the whole cluster another label; R relabels the selected samples"));
    m_tag = new KeyButton(QStringLiteral("tag"), tr("Tag"), QStringLiteral("T"), bar);
    bar->row().addWidget(m_keep);
    bar->row().addStretch(1);
    const std::vector<KeyButton*> buttons{m_split, m_merge, m_relabel, m_review, m_tag};
    for (auto* button : buttons)
        bar->row().addWidget(button);
    bar->shortenWhenNarrow([buttons](bool narrow) {
        for (auto* button : buttons)
            button->setShort(narrow);
    });
    bar->shortenWhenNarrow([buttons](bool narrow) {
        for (auto* button : buttons)
            button->setIconShown(!narrow);
    });
    bar->dropWhenNarrow(m_review); // its key and the list's menu remain, of the last one as well
    bar->shortenWhenNarrow([this](bool narrow) { m_keep->setShort(narrow); });
    bar->dropWhenNarrow(m_tag);
    return bar;
}

QWidget* ClustersView::makeRight() {
    auto* right = new QWidget(this);
    right->setMinimumWidth(480); // the facts of the head in full
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_card = new HeadCard(session(), right);
    column->addWidget(m_card);
    column->addWidget(makeActionBar(right));
    column->addWidget(makeShowBar(right));
    column->addWidget(makeLine(right));
    auto caption = [this](SampleId sample) { return m_order.caption(sample); };
    m_gallery = new Gallery(session(), std::make_unique<CaptionDelegate>(session(), std::move(caption)), right);
    m_gallery->setStickyHeadings(true);
    m_gallery->setAccessibleName(tr("Members of the cluster"));
    column->addWidget(m_gallery, 1);
    return right;
}

} // namespace lpntk::views
