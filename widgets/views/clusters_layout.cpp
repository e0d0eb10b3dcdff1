// The parts of the cluster view and where they stand.
#include <widgets/views/clusters_view.h>

#include <widgets/models/format.h>
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
#include <QSlider>
#include <QSplitter>

#include <limits>

namespace lpntk::views {

using models::SampleId;
using models::theme;
namespace format = models::format;

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

ClustersView::ClustersView(models::Session& session, QWidget* parent) : SessionView(session, parent) {
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
    setFocusProxy(m_gallery); // the keys of the view go to its pictures
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
    auto* head = new QHBoxLayout;
    head->setContentsMargins(12, 8, 12, 4);
    m_listTitle = new QLabel(left);
    m_listTitle->setProperty("role", "section");
    auto* note = new QLabel(tr("members"), left);
    note->setProperty("role", "caption");
    head->addWidget(m_listTitle);
    head->addStretch(1);
    head->addWidget(note);
    column->addLayout(head);
    m_list = new ClusterList(session(), left);
    column->addWidget(m_list, 1);
    return left;
}

QWidget* ClustersView::makeActionBar(QWidget* parent) {
    auto* bar = new FittingRow(parent);
    bar->row().setContentsMargins(16, 4, 16, 12);
    bar->row().setSpacing(10);
    m_keep = new Segment({tr("Keep head"), tr("Keep n"), tr("Keep all"), tr("Drop")}, true, bar);
    m_keep->setAccessibleName(tr("What is kept of the cluster"));
    m_keep->setShortTexts({tr("Head"), tr("n"), tr("All"), tr("Drop")});
    m_split = new KeyButton(QStringLiteral("split"), tr("Split"), QStringLiteral("S"), bar);
    m_split->setToolTip(tr("Show the cluster in two, three, four parts by farthest points, then whole again (S)"));
    m_relabel = new KeyButton(QStringLiteral("relabel"), tr("Relabel"), {}, bar);
    m_relabel->setToolTip(tr("Give the whole cluster another label; R relabels the selected samples"));
    m_tag = new KeyButton(QStringLiteral("tag"), tr("Tag"), QStringLiteral("T"), bar);
    bar->row().addWidget(m_keep);
    bar->row().addStretch(1);
    for (auto* button : {m_split, m_relabel, m_tag})
        bar->row().addWidget(button);
    bar->shortenWhenNarrow([this](bool narrow) {
        for (auto* button : {m_split, m_relabel, m_tag})
            button->setShort(narrow);
    });
    bar->shortenWhenNarrow([this](bool narrow) { m_keep->setShort(narrow); });
    bar->shortenWhenNarrow([this](bool narrow) {
        for (auto* button : {m_split, m_relabel, m_tag})
            button->setIconShown(!narrow);
    });
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
    column->addWidget(makeLine(right));
    auto caption = [this](SampleId sample) {
        const auto clusters = this->session().clusters();
        const auto row = this->session().run() ? this->session().run()->rowFromSample(sample) : base::RowId();
        const bool known = clusters && row.isValid() && static_cast<std::size_t>(row.value()) < clusters->cosineToHead.size();
        return format::cosine(known ? static_cast<double>(clusters->cosineToHead[static_cast<std::size_t>(row.value())])
                                    : std::numeric_limits<double>::quiet_NaN());
    };
    m_gallery = new Gallery(session(), std::make_unique<CaptionDelegate>(session(), std::move(caption)), right);
    m_gallery->setAccessibleName(tr("Members of the cluster"));
    column->addWidget(m_gallery, 1);
    return right;
}

} // namespace lpntk::views
