#include <widgets/views/pruning_detail.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

namespace lpntk::views {

using base::RowId;
using curation::Reason;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

PruneDetail::PruneDetail(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setAccessibleName(tr("Why this sample"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 3, 8, 3);
    row->setSpacing(4);
    row->addStretch(1);
    const auto button = [&] {
        auto* made = new QPushButton(this);
        made->setProperty("quiet", true);
        made->hide();
        row->addWidget(made);
        connect(made, &QPushButton::clicked, this, [this, made] {
            m_session.selection().click(SampleId(made->property("sample").toLongLong()), false, this);
        });
        return made;
    };
    m_because = button();
    m_nearest = button();
    connect(&theme(), &models::Theme::changed, this, [this] { setFixedHeight(theme().row("dockTitle")); });
    setFixedHeight(theme().row("dockTitle"));
}

void PruneDetail::setContent(std::shared_ptr<const PruningContent> content) {
    m_content = std::move(content);
    refresh();
}

void PruneDetail::offer(QPushButton& button, SampleId sample, const QString& words) {
    button.setVisible(sample.isValid());
    button.setProperty("sample", static_cast<qlonglong>(sample.value()));
    button.setText(words);
    button.setAccessibleName(words);
}

void PruneDetail::refresh() {
    const auto run = m_session.run();
    m_sample = m_session.selection().current();
    const RowId row = run ? run->rowFromSample(m_sample) : RowId();
    const bool known =
        m_content && row.isValid() && static_cast<std::size_t>(row.value()) < m_content->subset->kept.size();
    if (!known) {
        m_sample = {};
        m_words = tr("Click a sample to see why it is kept or pruned");
        offer(*m_because, {}, {});
        offer(*m_nearest, {}, {});
    } else {
        const auto at = static_cast<std::size_t>(row.value());
        const auto& subset = *m_content->subset;
        const QString reason =
            QString::fromStdString(curation::reasonText(*m_content->clustering, *m_content->clusters, subset, row));
        QStringList parts;
        if (subset.kept[at]) {
            parts << (subset.reason[at] == Reason::kept         ? tr("kept")
                      : subset.reason[at] == Reason::keptByHand ? reason
                                                                : tr("kept: %1").arg(reason));
            if (at < subset.standsFor.size() && subset.standsFor[at] > 0)
                parts << format::counted(subset.standsFor[at], tr("nearest to 1 pruned sample"),
                                         tr("nearest to %1 pruned samples"));
        } else {
            parts << (subset.reason[at] == Reason::redundant      ? tr("pruned, redundant: %1").arg(reason)
                      : subset.reason[at] == Reason::prunedByHand ? reason
                                                                  : tr("pruned: %1").arg(reason));
            if (m_content->coverage)
                parts << tr("coverage %1").arg(format::share(static_cast<double>(m_content->coverage->perRow[at])));
        }
        m_words = parts.join(QStringLiteral(" · "));
        const bool redundant = !subset.kept[at] && subset.reason[at] == Reason::redundant;
        const SampleId because =
            redundant ? run->sampleFromRow(m_content->clustering->redundancy().because[at]) : SampleId();
        offer(*m_because, because, tr("Show %1").arg(format::sample(because)));
        const bool near = !subset.kept[at] && subset.nearestKept[at].isValid();
        const SampleId nearest = near ? run->sampleFromRow(subset.nearestKept[at]) : SampleId();
        offer(*m_nearest, nearest,
              near ? tr("Nearest kept %1, %2")
                         .arg(format::sample(nearest), format::cosine(static_cast<double>(subset.nearestCosine[at])))
                   : QString());
    }
    setAccessibleDescription(m_words);
    update();
}

void PruneDetail::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    painter.fillRect(QRect(0, 0, width(), 1), theme().colour(Role::border));
    QRectF line = QRectF(rect()).adjusted(12, 0, -12, 0);
    for (const auto* button : {m_nearest, m_because})
        if (!button->isHidden())
            line.setRight(button->geometry().left() - 8);
    if (m_sample.isValid()) {
        const QFont name = theme().font(12, QFont::Medium);
        const QString words =
            m_session.className(m_session.labelOf(m_sample)) + QLatin1Char(' ') + format::sample(m_sample);
        paintSampleName(painter, line, m_session, m_sample, name, false);
        line.setLeft(line.left() + kSwatch + 7 + QFontMetricsF(name).horizontalAdvance(words) + 26);
    }
    paintText(painter, line, m_words, theme().font(12), theme().colour(Role::text2));
}

} // namespace lpntk::views
