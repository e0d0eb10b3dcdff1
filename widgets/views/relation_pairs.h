#pragma once

#include <widgets/models/session.h>

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

#include <memory>
#include <vector>

namespace lpntk::views {

/// The most contradictory pairs of a run as a table, worst first; filled by a worker's result. Texts are ready for people,
/// SortRole holds the numbers.
class RelationPairModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { rank, first, second, cosine, angle, kappa, actions, columns };
    enum Role { SortRole = Qt::UserRole, FirstSampleRole, SecondSampleRole, SearchRole };

    RelationPairModel(models::Session& session, QObject* parent);

    void setPairs(std::shared_ptr<const run::Run> run, std::vector<analysis::Pair> pairs);
    models::SampleId sample(int row, bool firstOfPair) const;
    const analysis::Pair& pair(int row) const { return m_pairs[static_cast<std::size_t>(row)]; }
    /// Decisions or the data changed: labels and predictions are painted anew.
    void refresh();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QString sampleText(models::SampleId sample) const;

    models::Session& m_session;
    std::shared_ptr<const run::Run> m_run;
    std::vector<analysis::Pair> m_pairs;
};

/// Keeps the pairs in which one class name begins with a word of the filter or one index is its number.
class RelationPairFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit RelationPairFilter(QObject* parent);
    void setText(const QString& text);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QString m_text;
};

} // namespace lpntk::views
