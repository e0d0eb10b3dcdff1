#include <widgets/views/parts_pair_card.h>

#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/parts_relation.h>
#include <widgets/views/parts_thumbnail.h>

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr int kMargin = 12, kGap = 16, kAway = 12;

int lineHeight(int px) { return QFontMetrics(theme().font(px)).height() + 2; }
int picture() { return theme().thumbnail("pair"); }
int column() { return picture() + 14; }

} // namespace

PairCard::PairCard(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, [this](models::SampleId sample) {
        if (isVisible() && (sample == m_first || sample == m_second))
            update();
    });
    hide();
}

QSize PairCard::sizeHint() const {
    if (!m_second.isValid())
        return {2 * kMargin + std::max(column(), 108),
                kMargin + picture() + 6 + lineHeight(13) + lineHeight(12) + kMargin};
    const int width = 2 * kMargin + 2 * column() + kGap - 8;
    int height = kMargin + picture() + 6 + lineHeight(13) + lineHeight(12) + 10 + lineHeight(13) + lineHeight(12) + kMargin;
    if (!m_note.isEmpty())
        height += lineHeight(11);
    return {width, height};
}

void PairCard::setPair(models::SampleId first, models::SampleId second, float cosine, float kappa, const QString& note) {
    m_first = first;
    m_second = second;
    m_cosine = cosine;
    m_kappa = kappa;
    m_note = note;
    setAccessibleName(tr("%1 with %2: cosine %3, kappa %4")
                          .arg(spokenSample(m_session, first), spokenSample(m_session, second),
                               format::cosineExact(static_cast<double>(cosine)), format::kappa(static_cast<double>(kappa))));
    update();
}

void PairCard::setSample(models::SampleId sample) {
    m_first = sample;
    m_second = {};
    m_note.clear();
    setAccessibleName(spokenSample(m_session, sample));
    update();
}

void PairCard::showBeside(QPoint pointer) {
    const QSize size = sizeHint();
    const QRect bounds = parentWidget()->rect();
    int x = pointer.x() + kAway, y = pointer.y() + kAway;
    if (x + size.width() > bounds.right())
        x = pointer.x() - kAway - size.width();
    if (y + size.height() > bounds.bottom())
        y = pointer.y() - kAway - size.height();
    // A parent too small for flipping: inside, but never under the pointer.
    x = std::max(x, 0);
    y = std::max(y, 0);
    setGeometry(QRect(QPoint(x, y), size));
    raise();
    show();
}

void PairCard::paintSample(QPainter& painter, double left, models::SampleId sample) {
    const QRect square(static_cast<int>(left), kMargin, picture(), picture());
    paintThumbnail(painter, square, m_session, sample, {});
    double y = square.bottom() + 7;
    const int label = m_session.labelOf(sample);
    paintSwatch(painter, {left, y + lineHeight(13) / 2.0}, theme().classColour(label, m_session.classes()));
    paintText(painter, {left + kSwatch + 5, y, column() - kSwatch - 5.0, static_cast<double>(lineHeight(13))},
              m_session.className(label), theme().font(13, QFont::Medium), theme().colour(Role::text));
    y += lineHeight(13);
    QString text = format::sample(sample);
    const int prediction = m_session.predictionOf(sample);
    if (prediction >= 0 && prediction != label)
        text += QStringLiteral(" → ") + m_session.className(prediction);
    paintText(painter, {left, y, static_cast<double>(column()), static_cast<double>(lineHeight(12))}, text,
              theme().font(12), theme().colour(Role::text3));
}

void PairCard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().colour(Role::borderStrong), 1));
    painter.setBrush(theme().colour(Role::tooltip));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    paintSample(painter, kMargin, m_first);
    if (!m_second.isValid())
        return;
    paintSample(painter, kMargin + column() + kGap - 8, m_second);

    double y = kMargin + picture() + 6 + lineHeight(13) + lineHeight(12) + 5;
    const double left = kMargin, wide = width() - 2 * kMargin;
    painter.fillRect(QRectF(left, y, wide, 1), theme().colour(Role::border));
    y += 5;
    const QRectF first(left, y, wide, lineHeight(13)), second(left, y + lineHeight(13), wide, lineHeight(12));
    if (std::isnan(m_cosine)) {
        paintText(painter, first, tr("Not computed"), theme().font(13, QFont::Medium), theme().colour(Role::text2));
        paintText(painter, second, tr("This run holds class blocks only"), theme().font(12), theme().colour(Role::text3));
        return;
    }
    const analysis::Relation relation = analysis::relationOf(m_cosine, m_session.thresholds());
    paintRelationSign(painter, {left, y, 20, first.height()}, relation);
    paintText(painter, first.adjusted(27, 0, 0, 0), relationWord(relation), theme().font(13, QFont::DemiBold),
              theme().colour(Role::text));
    painter.setFont(theme().font(13, QFont::DemiBold));
    painter.setPen(theme().colour(Role::text));
    models::drawFigures(painter, first, Qt::AlignRight | Qt::AlignVCenter, format::cosineExact(static_cast<double>(m_cosine)));
    painter.setFont(theme().font(12));
    painter.setPen(theme().colour(Role::text3));
    models::drawFigures(painter, second, Qt::AlignLeft | Qt::AlignVCenter,
                        QStringLiteral("κ ") + format::kappa(static_cast<double>(m_kappa)));
    models::drawFigures(painter, second, Qt::AlignRight | Qt::AlignVCenter, format::angle(static_cast<double>(m_cosine)));
    if (!m_note.isEmpty())
        paintText(painter, {left, second.bottom(), wide, static_cast<double>(lineHeight(11))}, m_note, theme().font(11),
                  theme().colour(Role::text3));
}

} // namespace lpntk::views
