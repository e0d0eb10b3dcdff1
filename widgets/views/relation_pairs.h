#pragma once

#include <widgets/models/session.h>

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace lpntk::views {

/// What the table below the graph lists.
enum class RelationList { contradictory, interchangeable, redundant };

/// One row of it: two samples of a run. Of a redundant sample `b` is the one that makes it redundant.
struct RelationPair {
    base::RowId a, b;
    float kappa = 0;
    float cosine = 0;
    float ratio = 0; ///< kappa(a, b) / kappa(a, a); 0 in lists of pairs
};

/// Every redundant sample with the one that makes it redundant, largest ratio of kappas first, ties by row. Cosines
/// come from the ratio and both norms, so the kernel is not read.
std::vector<RelationPair> redundantPairs(const run::Run& run, const analysis::Redundancy& redundancy);

/// Pairs of a run as a table, strongest first; filled by a worker's result. It sorts and filters by itself, on numbers,
/// so that 100,000 rows take some hundredths of a second. Texts are ready for people.
class RelationPairModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { rank, first, second, cosine, angle, kappa, ratio, kept, actions, columns };
    enum Role { SortRole = Qt::UserRole, FirstSampleRole, SecondSampleRole };

    RelationPairModel(models::Session& session, QObject* parent);

    void setPairs(std::shared_ptr<const run::Run> run, RelationList list, std::vector<RelationPair> pairs);
    /// Shows only pairs in which one class name begins with the text or one index is its number ("#865" or "865").
    void setText(const QString& text);
    RelationList list() const { return m_list; }
    /// Pairs before the text filter.
    std::int64_t listed() const { return static_cast<std::int64_t>(m_pairs.size()); }
    models::SampleId sample(int row, bool firstOfPair) const;
    const RelationPair& pair(int row) const { return m_pairs[m_order[static_cast<std::size_t>(row)]]; }
    /// Decisions, subset or the data changed: labels, predictions and verdicts are painted anew.
    void refresh();
    /// Header and rows as lines with tabs between the columns, for other programs.
    QString asText(const std::vector<int>& rows) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

private:
    QString sampleText(models::SampleId sample) const;
    QString keptText(const RelationPair& pair) const;
    double keyOf(const RelationPair& pair, std::size_t place, int column) const;
    void sortOrder();
    void filterOrder();

    models::Session& m_session;
    std::shared_ptr<const run::Run> m_run;
    RelationList m_list = RelationList::contradictory;
    std::vector<RelationPair> m_pairs;
    std::vector<std::uint32_t> m_order; ///< places in m_pairs of the rows shown
    QString m_text;
    int m_column = rank;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
};

} // namespace lpntk::views
