#include <widgets/views/relation_pairs.h>

#include <widgets/models/format.h>
#include <widgets/views/parts_thumbnail.h>

namespace lpntk::views {

using models::SampleId;
namespace format = models::format;

RelationPairModel::RelationPairModel(models::Session& session, QObject* parent)
    : QAbstractTableModel(parent), m_session(session) {}

void RelationPairModel::setPairs(std::shared_ptr<const run::Run> run, std::vector<analysis::Pair> pairs) {
    beginResetModel();
    m_run = std::move(run);
    m_pairs = std::move(pairs);
    endResetModel();
}

SampleId RelationPairModel::sample(int row, bool firstOfPair) const {
    if (!m_run || row < 0 || row >= static_cast<int>(m_pairs.size()))
        return {};
    return m_run->sampleFromRow(firstOfPair ? pair(row).a : pair(row).b);
}

void RelationPairModel::refresh() {
    if (!m_pairs.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns - 1));
}

int RelationPairModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_pairs.size());
}

int RelationPairModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : columns; }

QString RelationPairModel::sampleText(SampleId sample) const {
    QString text = QStringLiteral("%1 %2").arg(m_session.className(m_session.labelOf(sample)), format::sample(sample));
    if (const int prediction = m_session.predictionOf(sample); prediction >= 0)
        text += QLatin1Char(' ') + format::prediction(m_session.className(prediction),
                                                      static_cast<double>(m_session.probabilityOf(sample, prediction)));
    return text;
}

QVariant RelationPairModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const analysis::Pair& entry = pair(index.row());
    const SampleId a = sample(index.row(), true), b = sample(index.row(), false);
    if (role == FirstSampleRole)
        return QVariant::fromValue<qint64>(a.value());
    if (role == SecondSampleRole)
        return QVariant::fromValue<qint64>(b.value());
    if (role == SearchRole)
        return QStringLiteral("%1\n%2\n%3\n%4").arg(m_session.className(m_session.labelOf(a)), m_session.className(m_session.labelOf(b)),
                                                    QString::number(a.value()), QString::number(b.value()));
    if (role == Qt::TextAlignmentRole)
        return index.column() >= cosine ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    const bool sorting = role == SortRole;
    if (!sorting && role != Qt::DisplayRole && role != Qt::AccessibleTextRole)
        return {};
    const auto value = static_cast<double>(entry.cosine);
    switch (index.column()) {
    case rank: return sorting ? QVariant(index.row() + 1) : QVariant(format::count(index.row() + 1));
    case first: return sampleText(a);
    case second: return sampleText(b);
    case cosine: return sorting ? QVariant(value) : QVariant(format::cosineExact(value));
    case angle: return sorting ? QVariant(-value) : QVariant(format::angle(value));
    case kappa: return sorting ? QVariant(static_cast<double>(entry.kappa)) : QVariant(format::kappa(static_cast<double>(entry.kappa)));
    default: return sorting ? QVariant(index.row()) : QVariant(QString());
    }
}

QVariant RelationPairModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section >= cosine ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case rank: return tr("Rank");
    case first: return tr("Sample");
    case second: return tr("Learning it raises the loss of");
    case cosine: return tr("Cosine");
    case angle: return tr("Angle");
    case kappa: return tr("κ");
    default: return QString();
    }
}

RelationPairFilter::RelationPairFilter(QObject* parent) : QSortFilterProxyModel(parent) {
    setSortRole(RelationPairModel::SortRole);
}

void RelationPairFilter::setText(const QString& text) {
    m_text = text.trimmed();
    if (m_text.startsWith(QLatin1Char('#')))
        m_text.remove(0, 1);
    invalidateFilter();
}

bool RelationPairFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    if (m_text.isEmpty())
        return true;
    const QStringList words = sourceModel()->index(row, 0, parent).data(RelationPairModel::SearchRole).toString().split(QLatin1Char('\n'));
    bool number = false;
    m_text.toLongLong(&number);
    for (const QString& word : words)
        if (number ? word == m_text : word.startsWith(m_text, Qt::CaseInsensitive))
            return true;
    return false;
}

} // namespace lpntk::views
