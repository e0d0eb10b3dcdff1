#include <widgets/views/pruning_card.h>

#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>

namespace lpntk::views {

using base::RowId;
using curation::Reason;
using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

QString say(const char* text) {
    return QCoreApplication::translate("PruningView", text);
}

} // namespace

QString headingOf(Reason reason) {
    switch (reason) {
    case Reason::redundant: return say("Redundant: a stronger sample teaches it more");
    case Reason::memberNotHead: return say("Member of a cluster, not its head");
    case Reason::prunedByHand: return say("Pruned by hand");
    case Reason::largestCluster: return say("In the largest cluster of its class");
    case Reason::smallCluster: return say("In a small cluster");
    case Reason::lowScore: return say("Low in the method's order");
    case Reason::highScore: return say("High in the method's order");
    case Reason::random: return say("Not drawn");
    case Reason::kept:
    case Reason::keptHead:
    case Reason::keptByHand: break;
    }
    return say("Kept");
}

QSize PruneCardDelegate::cell(int side) const {
    const double scale = theme().textScale();
    return {qRound(side + 234 * scale), std::max(side + 10, theme().row("pruneCard")) + 2};
}

QString PruneCardDelegate::reasonOf(RowId row) const {
    return QString::fromStdString(curation::reasonText(*m_content->clustering, *m_content->clusters, *m_content->subset, row));
}

QString PruneCardDelegate::coverageOf(RowId row) const {
    if (!m_content->coverage)
        return {};
    return say("coverage %1").arg(format::share(static_cast<double>(m_content->coverage->perRow[static_cast<std::size_t>(row.value())]), 0));
}

void PruneCardDelegate::paint(QPainter& painter, const QRect& cell, int side, SampleId sample, const ThumbnailState& state) const {
    const auto run = m_session.run();
    const RowId row = run ? run->rowFromSample(sample) : RowId();
    if (!m_content || !row.isValid() || static_cast<std::size_t>(row.value()) >= m_content->subset->kept.size())
        return;
    painter.save();
    const QRect card = cell.adjusted(0, 1, -6, -1);
    const bool chosen = state.selected || state.current;
    if (chosen || state.hovered) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(chosen ? QPen(theme().colour(state.current ? Role::accent : Role::selection), 1) : QPen(Qt::NoPen));
        painter.setBrush(theme().colour(chosen ? Role::selection : Role::hover));
        painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
    const QRect square(card.left() + 5, card.top() + (card.height() - side) / 2, side, side);
    auto plain = state;
    plain.selected = plain.current = plain.hovered = false;
    paintThumbnail(painter, square, m_session, sample, plain);

    const int small = theme().thumbnail("row");
    const double scale = theme().textScale();
    const QRect right(card.right() - qRound(46 * scale), card.top(), qRound(40 * scale), card.height());
    const QRectF words(square.right() + 11, card.center().y() - 28 * scale, right.left() - square.right() - 16, 18 * scale);
    paintSampleName(painter, words, m_session, sample, theme().font(13, QFont::Medium), chosen);
    paintText(painter, words.translated(0, 19 * scale), reasonOf(row), theme().font(12), theme().colour(Role::text2));
    paintText(painter, words.translated(0, 37 * scale), coverageOf(row), theme().font(12), theme().colour(Role::text2));

    const RowId nearest = m_content->subset->nearestKept[static_cast<std::size_t>(row.value())];
    if (nearest.isValid()) {
        const int block = small + qRound(16 * scale);
        const QRect picture(right.center().x() - small / 2, card.center().y() - block / 2, small, small);
        paintThumbnail(painter, picture, m_session, run->sampleFromRow(nearest), {});
        const QRectF below(right.left() - 4, picture.bottom() + 3, right.width() + 8, 14 * scale);
        const auto cosine = static_cast<double>(m_content->subset->nearestCosine[static_cast<std::size_t>(row.value())]);
        painter.setFont(theme().font(11));
        painter.setPen(theme().colour(Role::text2));
        models::drawFigures(painter, below, Qt::AlignCenter, format::cosine(cosine));
    }
    painter.restore();
}

QString PruneCardDelegate::spoken(SampleId sample) const {
    const auto run = m_session.run();
    const RowId row = run ? run->rowFromSample(sample) : RowId();
    QStringList parts{spokenSample(m_session, sample)};
    if (m_content && row.isValid() && static_cast<std::size_t>(row.value()) < m_content->subset->kept.size())
        parts << reasonOf(row) << coverageOf(row);
    return parts.join(QStringLiteral(", "));
}

} // namespace lpntk::views
