#pragma once

#include <widgets/models/session.h>

#include <QStyledItemDelegate>

namespace lpntk::views {

/// Paints a row of the contradictory pairs: thumbnails with class, index and prediction (red where it differs from the
/// label), figures, and at the right three buttons for labels, the review mark and pruning.
class RelationPairDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    RelationPairDelegate(models::Session& session, QObject* parent);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;

    /// The buttons in a cell of the last column: 0 labels, 1 review, 2 prune.
    static constexpr int kButtons = 3;
    static QRect buttonRect(const QRect& cell, int button);

Q_SIGNALS:
    void labelsWanted(const QModelIndex& index, const QPoint& global);
    void reviewWanted(const QModelIndex& index);
    void pruneWanted(const QModelIndex& index, const QPoint& global);

private:
    void paintSample(QPainter& painter, const QRect& cell, models::SampleId sample, bool selected) const;

    models::Session& m_session;
};

} // namespace lpntk::views
