#include <widgets/views/inspector_card.h>

#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <limits>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr int kMargin = 12;
constexpr int kTop = 13;

int lineHeight() {
    return qRound(20 * theme().textScale());
}

} // namespace

SampleCard::SampleCard(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, qOverload<>(&QWidget::update));
}

void SampleCard::setSample(models::SampleId sample) {
    m_sample = sample;
    QStringList spoken{spokenSample(m_session, sample)};
    for (const Fact& fact : facts())
        spoken << fact.name + QLatin1Char(' ') + fact.before + QLatin1Char(' ') + fact.value;
    setAccessibleName(spoken.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize SampleCard::sizeHint() const {
    return {theme().dock("inspector"), kTop + 22 + 6 * lineHeight() + 2 + qRound(28 * theme().textScale())};
}

std::vector<SampleCard::Fact> SampleCard::facts() const {
    std::vector<Fact> result;
    const int label = m_session.labelOf(m_sample);
    const int prediction = m_session.predictionOf(m_sample);
    if (prediction >= 0) {
        const QString p = format::probability(static_cast<double>(m_session.probabilityOf(m_sample, prediction)));
        const QString word = m_session.className(prediction);
        result.push_back({tr("Prediction"), prediction == label ? word + QLatin1Char(' ') + p : p, prediction == label ? QString() : word});
    } else {
        result.push_back({tr("Prediction"), format::number(std::numeric_limits<double>::quiet_NaN(), 0), {}});
    }
    result.push_back({tr("Label prob."), format::probability(static_cast<double>(m_session.probabilityOf(m_sample, label))), {}});
    result.push_back({tr("Margin"), format::signedNumber(m_session.marginOf(m_sample), 2), {}});
    result.push_back({tr("Norm √κ"), format::number(m_session.normOf(m_sample), 1), {}});
    result.push_back({tr("EL2N"), format::number(m_session.el2nOf(m_sample), 2), {}});
    QString redundant = format::number(std::numeric_limits<double>::quiet_NaN(), 0);
    if (const auto clustering = m_session.clustering(); clustering && m_session.run()) {
        const auto row = m_session.run()->rowFromSample(m_sample);
        if (row.isValid() && &clustering->run() == m_session.run().get())
            redundant = clustering->redundancy().isRedundant(row) ? tr("yes") : tr("no");
    }
    result.push_back({tr("Redundant"), redundant, {}});
    return result;
}

void SampleCard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int side = theme().thumbnail("inspector");
    const QRect square(kMargin, kTop, side, side);
    auto state = thumbnailState(m_session, m_sample);
    state.selected = state.current = state.hovered = state.misclassified = false;
    paintThumbnail(painter, square, m_session, m_sample, state);
    painter.setPen(QPen(theme().colour(Role::border), 1));
    painter.drawRect(square.adjusted(-1, -1, 0, 0));

    const double left = square.right() + 13;
    const QRectF head(left, kTop - 3, width() - kMargin - left, 22 * theme().textScale());
    const int label = m_session.labelOf(m_sample);
    const int given = m_session.decisions().of(m_sample).relabel;
    paintSwatch(painter, QPointF(left, head.center().y()), theme().classColour(given >= 0 ? given : label, m_session.classes()));
    const QFont title = theme().font(15, QFont::DemiBold);
    const double used = paintText(painter, head.adjusted(kSwatch + 8, 0, 0, 0), m_session.className(given >= 0 ? given : label), title, theme().colour(Role::text));
    if (given >= 0)
        paintText(painter, head.adjusted(kSwatch + 14 + used, 0, 0, 0), tr("was %1").arg(m_session.className(label)), theme().font(12), theme().colour(Role::warning));

    double y = head.bottom() + 1;
    for (const Fact& fact : facts()) {
        const QRectF line(left, y, width() - kMargin - left, lineHeight());
        paintText(painter, line, fact.name, theme().font(12), theme().colour(Role::text2));
        const QFont value = theme().font(12);
        const double valueWidth = paintText(painter, line, fact.value, value, theme().colour(Role::text), Qt::AlignRight | Qt::AlignVCenter);
        if (!fact.before.isEmpty()) {
            const double nameWidth = QFontMetricsF(value).horizontalAdvance(fact.name) + 8;
            paintText(painter, line.adjusted(nameWidth, 0, -valueWidth - 5, 0), fact.before, value, theme().colour(Role::danger), Qt::AlignRight | Qt::AlignVCenter);
        }
        y += lineHeight();
    }
    const QString location = m_session.locationOf(m_sample);
    const QString where = format::sample(m_sample) + (location.isEmpty() ? QString() : QStringLiteral("  ·  ") + location);
    paintText(painter, QRectF(kMargin, y + 4, width() - 2 * kMargin, 22 * theme().textScale()), where, theme().font(12), theme().colour(Role::text2));
}

bool SampleCard::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        // A long path is elided in its line.
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), m_session.locationOf(m_sample), this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace lpntk::views
