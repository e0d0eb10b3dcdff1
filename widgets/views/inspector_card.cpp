#include <widgets/views/inspector_card.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/inspector_facts.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

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
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, qOverload<>(&QWidget::update));
}

void SampleCard::setSample(models::SampleId sample) {
    m_sample = sample;
    QStringList spoken{spokenSample(m_session, sample)};
    for (const Fact& fact : cardFacts(m_session, sample))
        spoken << fact.name + QLatin1Char(' ') + fact.text();
    setAccessibleName(spoken.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize SampleCard::sizeHint() const {
    return {theme().dock("inspector"), kTop + 22 + 6 * lineHeight() + 2 + qRound(28 * theme().textScale())};
}

QRect SampleCard::picture() const {
    const int side = theme().thumbnail("inspector");
    return {kMargin, kTop, side, side};
}

void SampleCard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRect square = picture();
    auto state = thumbnailState(m_session, m_sample);
    state.selected = state.current = state.hovered = state.misclassified = false;
    paintThumbnail(painter, square, m_session, m_sample, state);
    painter.setPen(QPen(theme().colour(Role::border), 1));
    painter.drawRect(square.adjusted(-1, -1, 0, 0));
    if (hasFocus()) {
        painter.setPen(QPen(theme().colour(Role::focus), 2));
        painter.drawRect(square.adjusted(-2, -2, 2, 2));
    }

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
    for (const Fact& fact : cardFacts(m_session, m_sample)) {
        const QRectF line(left, y, width() - kMargin - left, lineHeight());
        paintText(painter, line, fact.name, theme().font(12), theme().colour(Role::text2));
        const QFont value = theme().font(12);
        const double valueWidth = paintText(painter, line, fact.value, value, theme().colour(Role::text), Qt::AlignRight | Qt::AlignVCenter);
        if (!fact.wrong.isEmpty()) {
            const double nameWidth = QFontMetricsF(value).horizontalAdvance(fact.name) + 8;
            paintText(painter, line.adjusted(nameWidth, 0, -valueWidth - 5, 0), fact.wrong, value,
                      theme().colour(Role::danger), Qt::AlignRight | Qt::AlignVCenter);
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
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(),
                           picture().contains(help->pos()) ? tr("Enlarge (Z)") : m_session.locationOf(m_sample), this);
        return true;
    }
    return QWidget::event(event);
}

void SampleCard::mouseMoveEvent(QMouseEvent* event) {
    setCursor(picture().contains(event->pos()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void SampleCard::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && picture().contains(event->pos()))
        Q_EMIT pictureClicked();
}

void SampleCard::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space)
        Q_EMIT pictureClicked();
    else
        QWidget::keyPressEvent(event);
}

} // namespace lpntk::views
