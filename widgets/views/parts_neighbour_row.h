#pragma once

#include <core/analysis/relations.h>
#include <widgets/models/session.h>

#include <QAbstractListModel>
#include <QListView>
#include <QStyledItemDelegate>

#include <vector>

namespace lpntk::views {

/// Neighbours of one sample, strongest first. Roles beside DisplayRole (the words a screen reader says) below.
class NeighbourModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Roles { SampleRole = Qt::UserRole, CosineRole, KappaRole };

    NeighbourModel(models::Session& session, QObject* parent);
    void setNeighbours(std::vector<analysis::Neighbour> neighbours);
    models::SampleId sampleAt(int row) const;
    float cosineAt(int row) const { return m_neighbours[static_cast<std::size_t>(row)].cosine; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    models::Session& m_session;
    std::vector<models::SampleId> m_samples;
    std::vector<analysis::Neighbour> m_neighbours;
};

/// Paints one neighbour: thumbnail 28, class and id, bar of |cosine| in the relation's colour, cosine and angle.
class NeighbourDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    NeighbourDelegate(models::Session& session, QObject* parent) : QStyledItemDelegate(parent), m_session(session) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    models::Session& m_session;
};

/// The list of both: a click or Return makes a neighbour the current sample, hovering hovers it everywhere.
class NeighbourList : public QListView {
    Q_OBJECT
public:
    NeighbourList(models::Session& session, QWidget* parent);
    NeighbourModel& neighbours() { return *m_model; }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    models::Session& m_session;
    NeighbourModel* m_model;
};

/// Ground of a row of a list by its state: selection with the accent bar at the left, hover, focus ring. Returns whether
/// it is painted as selected, so that texts can avoid text3.
bool paintRowGround(QPainter& painter, const QStyleOptionViewItem& option, bool selected, bool hovered);

} // namespace lpntk::views
