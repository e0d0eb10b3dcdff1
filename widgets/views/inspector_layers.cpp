#include <widgets/views/inspector_layers.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_rows.h>
#include <widgets/views/parts_busy.h>

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace lpntk::views {

using models::Role;
using models::SampleId;
namespace format = models::format;

namespace {

constexpr std::size_t kAtFirst = 10;
constexpr int kRestMilliseconds = 200;

ValueRow rowOf(const QString& name, double cosine, double longest) {
    ValueRow row;
    row.name = name;
    row.values = {format::cosineExact(cosine)};
    row.bar = longest > 0 ? cosine / longest : 0;
    row.colour = cosine < 0 ? Role::negative : Role::positive;
    return row;
}

} // namespace

LayersSection::LayersSection(models::Session& session, QWidget* parent)
    : FoldSection(QStringLiteral("layers"), tr("By layer"), false, parent), m_session(session),
      m_rows(new LongRows(ValueRows::Bars::withSigns, kAtFirst, body())), m_words(new QLabel(body())),
      m_busy(new BusyLine(session.jobs(), body())) {
    m_words->setWordWrap(true);
    m_words->setProperty("role", "text3");
    m_words->setContentsMargins(12, 0, 12, 0);
    m_rows->rows().setAccessibleName(tr("Cosine by layer"));
    content()->addWidget(m_words);
    content()->addWidget(m_rows);
    leaveRoomForBusyLine();
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMilliseconds);
    connect(&m_rest, &QTimer::timeout, this, &LayersSection::ask);
    connect(this, &FoldSection::toggled, this, &LayersSection::want);
    m_rows->hide();
}

void LayersSection::setNetwork(std::shared_ptr<models::RunNetwork> network) {
    m_network = std::move(network);
    m_shown = m_other = {};
    want();
}

void LayersSection::setPair(SampleId shown, SampleId other) {
    if (shown == m_shown && other == m_other)
        return;
    m_shown = shown;
    m_other = other;
    want();
}

void LayersSection::want() {
    const bool possible = m_network && m_shown.isValid() && m_other.isValid();
    setTitle(possible ? tr("By layer, with %1").arg(format::sample(m_other)) : tr("By layer"));
    m_rows->setEnabled(false);
    setAside({});
    if (!possible)
        say(m_network ? tr("Needs two samples of the run.") : tr("Needs a run."));
    else
        m_words->hide();
    m_session.jobs().cancel(std::exchange(m_ticket, 0));
    m_asking = false;
    m_wanted = isOpen() && possible;
    if (m_wanted)
        m_rest.start();
    else
        settle();
}

void LayersSection::ask() {
    if (!std::exchange(m_wanted, false))
        return;
    m_asking = true;
    m_ticket = m_session.jobs().ask<models::LayerParts>(
        "inspector layers", this,
        [network = m_network, a = m_shown, b = m_other](const base::JobContext& context) {
            return network->layerParts(a, b, context);
        },
        [this](const models::LayerParts& parts) { showParts(parts); },
        [this](const QString& sentence) {
            say(format::sentence(sentence));
            settle();
        });
    m_busy->follow(m_ticket, tr("Network"));
}

void LayersSection::showParts(const models::LayerParts& parts) {
    double longest = 0;
    for (const double cosine : parts.cosines)
        longest = std::max(longest, std::abs(cosine));
    std::vector<std::size_t> order(parts.cosines.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const bool isLong = order.size() > kAtFirst;
    // Of many layers the largest are shown first, of few all in the order of the network.
    if (isLong)
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return std::abs(parts.cosines[a]) > std::abs(parts.cosines[b]);
        });
    std::vector<ValueRow> rows;
    double rest = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        rows.push_back(rowOf(QString::fromStdString(parts.layers[order[i]]), parts.cosines[order[i]], longest));
        rest += i < kAtFirst ? 0 : parts.cosines[order[i]];
    }
    std::optional<ValueRow> others;
    if (isLong)
        others = rowOf(tr("%1 others").arg(order.size() - kAtFirst), rest, std::max(longest, std::abs(rest)));
    m_rows->setRows(std::move(rows), others);
    setAside(format::cosineExact(parts.cosine));
    m_words->hide();
    m_rows->show();
    m_rows->setEnabled(true);
    settle();
}

void LayersSection::say(const QString& words) {
    m_words->setText(words);
    m_words->setFont(models::theme().font(12));
    m_words->show();
    m_rows->hide();
}

void LayersSection::settle() {
    m_asking = false;
    if (!m_wanted)
        Q_EMIT settled();
}

} // namespace lpntk::views
