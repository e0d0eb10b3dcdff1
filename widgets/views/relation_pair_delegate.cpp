#include <widgets/views/relation_pair_delegate.h>

#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>
#include <widgets/views/relation_pairs.h>

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

namespace lpntk::views {

using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

constexpr int kButton = 26, kIcon = 16;

} // namespace

RelationPairDelegate::RelationPairDelegate(models::Session& session, QObject* parent)
    : QStyledItemDelegate(parent), m_session(session) {}

QSize RelationPairDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {60, theme().row("table")};
}

QRect RelationPairDelegate::buttonRect(const QRect& cell, int button) {
    const int left = cell.right() - 8 - (kButtons - button) * kButton;
    return {left, cell.center().y() - kButton / 2 + 1, kButton, kButton};
}

void RelationPairDelegate::paintSample(QPainter& painter, const QRect& cell, SampleId sample, bool selected) const {
    const int side = theme().thumbnail("row");
    const QRect square(cell.left() + 4, cell.center().y() - side / 2 + 1, side, side);
    ThumbnailState state = thumbnailState(m_session, sample);
    state.hovered = state.selected = state.current = false; // the row says it
    paintThumbnail(painter, square, m_session, sample, state);
    const double left = square.right() + 10, wide = cell.right() - left - 4;
    const double half = cell.height() / 2.0;
    paintSampleName(painter, QRectF(left, cell.top() + 3, wide, half - 3), m_session, sample, theme().font(13, QFont::Medium), selected);
    const int prediction = m_session.predictionOf(sample);
    if (prediction < 0)
        return;
    const bool wrong = m_session.isMisclassified(sample);
    paintText(painter, QRectF(left, cell.top() + half - 1, wide, half - 3),
              format::prediction(m_session.className(prediction), static_cast<double>(m_session.probabilityOf(sample, prediction))),
              theme().font(12), theme().colour(wrong ? Role::danger : selected ? Role::text2 : Role::text3));
}

void RelationPairDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool hovered = option.state.testFlag(QStyle::State_MouseOver);
    const bool active = option.state.testFlag(QStyle::State_Active);
    const QRect cell = option.rect;
    painter->fillRect(cell, theme().colour(selected ? active ? Role::selection : Role::raised : hovered ? Role::hover : Role::panel));
    painter->fillRect(QRect(cell.left(), cell.bottom(), cell.width(), 1), theme().colour(Role::border));
    const SampleId first(index.data(RelationPairModel::FirstSampleRole).toLongLong());
    const SampleId second(index.data(RelationPairModel::SecondSampleRole).toLongLong());
    const QColor quiet = theme().colour(selected ? Role::text2 : Role::text3);
    switch (index.column()) {
    case RelationPairModel::rank:
        if (selected)
            painter->fillRect(QRect(cell.left(), cell.top(), 2, cell.height()), theme().colour(Role::accent));
        painter->setFont(theme().font(12));
        painter->setPen(quiet);
        models::drawFigures(*painter, cell.adjusted(12, 0, -2, 0), Qt::AlignLeft | Qt::AlignVCenter, index.data().toString());
        break;
    case RelationPairModel::first:
        paintSample(*painter, cell, first, selected);
        break;
    case RelationPairModel::second:
        paintSample(*painter, cell, second, selected);
        break;
    case RelationPairModel::actions: {
        const auto both = [&](auto test) { return test(m_session.decisions().of(first)) || test(m_session.decisions().of(second)); };
        const bool relabelled = both([](const curation::Decision& decision) { return decision.relabel >= 0; });
        const bool review = both([](const curation::Decision& decision) { return decision.review; });
        const bool pruned = both(
            [](const curation::Decision& decision) { return decision.verdict == curation::Decision::Verdict::prune; });
        const QIcon icons[kButtons] = {
            theme().icon(QStringLiteral("relabel"), relabelled ? Role::warning : Role::text2),
            theme().icon(QStringLiteral("review"), review ? Role::accent : Role::text2),
            theme().icon(QStringLiteral("prune"), pruned ? Role::accent : Role::text2)};
        for (int button = 0; button < kButtons; ++button) {
            const QRect rect = buttonRect(cell, button);
            icons[button].paint(painter, QRect(rect.center().x() - kIcon / 2 + 1, rect.center().y() - kIcon / 2 + 1, kIcon, kIcon));
        }
        break;
    }
    case RelationPairModel::kept:
        paintText(*painter, cell.adjusted(8, 0, -4, 0), index.data().toString(), theme().font(12), quiet);
        break;
    default: {
        const bool main = index.column() == RelationPairModel::cosine;
        painter->setFont(theme().font(13, main ? QFont::DemiBold : QFont::Normal));
        painter->setPen(main ? theme().colour(Role::text) : quiet);
        models::drawFigures(*painter, cell.adjusted(0, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, index.data().toString());
    }
    }
    painter->restore();
}

bool RelationPairDelegate::editorEvent(QEvent* event, QAbstractItemModel*, const QStyleOptionViewItem& option,
                                       const QModelIndex& index) {
    if (index.column() != RelationPairModel::actions || event->type() != QEvent::MouseButtonRelease)
        return false;
    const auto* mouse = static_cast<QMouseEvent*>(event);
    if (mouse->button() != Qt::LeftButton)
        return false;
    if (buttonRect(option.rect, 0).contains(mouse->position().toPoint()))
        Q_EMIT labelsWanted(index, mouse->globalPosition().toPoint());
    else if (buttonRect(option.rect, 1).contains(mouse->position().toPoint()))
        Q_EMIT reviewWanted(index);
    else if (buttonRect(option.rect, 2).contains(mouse->position().toPoint()))
        Q_EMIT pruneWanted(index, mouse->globalPosition().toPoint());
    else
        return false;
    return true;
}

bool RelationPairDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                                     const QModelIndex& index) {
    if (index.column() == RelationPairModel::actions) {
        QString text;
        if (buttonRect(option.rect, 0).contains(event->pos()))
            text = tr("Relabel one of the two, or swap their labels");
        else if (buttonRect(option.rect, 1).contains(event->pos()))
            text = tr("Mark both for review");
        else if (buttonRect(option.rect, 2).contains(event->pos()))
            text = tr("Prune one of the two");
        QToolTip::showText(event->globalPos(), text, view);
        return true;
    }
    return QStyledItemDelegate::helpEvent(event, view, option, index);
}

} // namespace lpntk::views
