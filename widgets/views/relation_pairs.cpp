#include <widgets/views/relation_pairs.h>

#include <widgets/models/format.h>
#include <widgets/views/parts_thumbnail.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lpntk::views {

using models::SampleId;
namespace format = models::format;

std::vector<RelationPair> redundantPairs(const run::Run& run, const analysis::Redundancy& redundancy) {
    std::vector<RelationPair> pairs;
    const auto norms = run.norms();
    for (std::size_t row = 0; row < redundancy.because.size(); ++row) {
        const base::RowId other = redundancy.because[row];
        if (!other.isValid())
            continue;
        const float own = norms[row], others = norms[static_cast<std::size_t>(other.value())];
        const auto kappa = static_cast<float>(static_cast<double>(redundancy.ratio[row]) * own * own);
        pairs.push_back({base::RowId(static_cast<std::int64_t>(row)), other, kappa, run::cosineOf(kappa, own, others),
                         redundancy.ratio[row]});
    }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const RelationPair& a, const RelationPair& b) { return a.ratio > b.ratio; });
    return pairs;
}

RelationPairModel::RelationPairModel(models::Session& session, QObject* parent)
    : QAbstractTableModel(parent), m_session(session) {}

void RelationPairModel::setPairs(std::shared_ptr<const run::Run> run, RelationList list,
                                 std::vector<RelationPair> pairs) {
    beginResetModel();
    m_run = std::move(run);
    m_list = list;
    m_pairs = std::move(pairs);
    filterOrder();
    sortOrder();
    endResetModel();
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columns - 1);
}

void RelationPairModel::setText(const QString& text) {
    QString wanted = text.trimmed();
    if (wanted.startsWith(QLatin1Char('#')))
        wanted.remove(0, 1);
    if (wanted == m_text)
        return;
    beginResetModel();
    m_text = wanted;
    filterOrder();
    sortOrder();
    endResetModel();
}

void RelationPairModel::filterOrder() {
    m_order.resize(m_pairs.size());
    std::iota(m_order.begin(), m_order.end(), 0u);
    if (m_text.isEmpty() || !m_run)
        return;
    bool isNumber = false;
    const qlonglong number = m_text.toLongLong(&isNumber);
    std::vector<char> named(static_cast<std::size_t>(m_run->classes()));
    for (std::size_t label = 0; label < named.size(); ++label)
        named[label] = m_session.className(static_cast<int>(label)).startsWith(m_text, Qt::CaseInsensitive);
    const auto fits = [&](base::RowId row) {
        return isNumber ? m_run->sampleFromRow(row).value() == number
                        : named[static_cast<std::size_t>(m_run->labelOf(row))] != 0;
    };
    std::erase_if(m_order, [&](std::uint32_t place) { return !fits(m_pairs[place].a) && !fits(m_pairs[place].b); });
}

SampleId RelationPairModel::sample(int row, bool firstOfPair) const {
    if (!m_run || row < 0 || row >= static_cast<int>(m_order.size()))
        return {};
    return m_run->sampleFromRow(firstOfPair ? pair(row).a : pair(row).b);
}

void RelationPairModel::refresh() {
    if (!m_order.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns - 1));
}

int RelationPairModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_order.size());
}

int RelationPairModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : columns; }

QString RelationPairModel::sampleText(SampleId sample) const {
    QString text = QStringLiteral("%1 %2").arg(m_session.className(m_session.labelOf(sample)), format::sample(sample));
    if (const int prediction = m_session.predictionOf(sample); prediction >= 0)
        text += QLatin1Char(' ') + format::prediction(m_session.className(prediction),
                                                      static_cast<double>(m_session.probabilityOf(sample, prediction)));
    return text;
}

/// Of a pair: which are kept. Of a redundant sample: whether the one that makes it redundant is kept.
QString RelationPairModel::keptText(const RelationPair& pair) const {
    if (!m_session.subset())
        return QStringLiteral("–");
    const SampleId one = m_run->sampleFromRow(pair.a), other = m_run->sampleFromRow(pair.b);
    const bool a = !m_session.isPruned(one), b = !m_session.isPruned(other);
    if (a && b)
        return tr("both kept");
    if (a || b)
        return tr("%1 kept").arg(format::sample(a ? one : other));
    return tr("both pruned");
}

double RelationPairModel::keyOf(const RelationPair& pair, std::size_t place, int column) const {
    const auto isKept = [&](base::RowId row) { return m_session.isPruned(m_run->sampleFromRow(row)) ? 0 : 1; };
    switch (column) {
    // Rows are sorted by label, then index.
    case first:
        return static_cast<double>(pair.a.value());
    case second:
        return static_cast<double>(pair.b.value());
    case cosine:
        return static_cast<double>(pair.cosine);
    case angle:
        return -static_cast<double>(pair.cosine);
    case kappa:
        return static_cast<double>(pair.kappa);
    case ratio:
        return static_cast<double>(pair.ratio);
    case kept:
        return 2 * isKept(pair.b) + isKept(pair.a);
    default:
        return static_cast<double>(place);
    }
}

void RelationPairModel::sortOrder() {
    std::vector<double> keys(m_pairs.size());
    for (const std::uint32_t place : m_order)
        keys[place] = keyOf(m_pairs[place], place, m_column);
    std::sort(m_order.begin(), m_order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (keys[a] != keys[b])
            return m_sortOrder == Qt::AscendingOrder ? keys[a] < keys[b] : keys[a] > keys[b];
        return a < b; // equal ones by rank, either way
    });
}

void RelationPairModel::sort(int column, Qt::SortOrder order) {
    m_column = column < 0 || column == actions ? static_cast<int>(rank) : column;
    m_sortOrder = order;
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList former = persistentIndexList();
    const std::vector<std::uint32_t> before = m_order;
    sortOrder();
    if (!former.isEmpty()) {
        std::vector<int> rowOf(m_pairs.size());
        for (std::size_t row = 0; row < m_order.size(); ++row)
            rowOf[m_order[row]] = static_cast<int>(row);
        QModelIndexList now;
        for (const QModelIndex& index : former)
            now << this->index(rowOf[before[static_cast<std::size_t>(index.row())]], index.column());
        changePersistentIndexList(former, now);
    }
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

QVariant RelationPairModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const std::uint32_t place = m_order[static_cast<std::size_t>(index.row())];
    const RelationPair& entry = m_pairs[place];
    if (role == SortRole)
        return keyOf(entry, place, index.column());
    if (role == FirstSampleRole || role == SecondSampleRole)
        return QVariant::fromValue<qint64>(sample(index.row(), role == FirstSampleRole).value());
    if (role == Qt::TextAlignmentRole)
        return index.column() >= cosine && index.column() <= ratio ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                                   : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole)
        return {};
    const auto value = static_cast<double>(entry.cosine);
    switch (index.column()) {
    case rank:
        return format::count(place + 1);
    case first:
        return sampleText(sample(index.row(), true));
    case second:
        return sampleText(sample(index.row(), false));
    case cosine:
        return format::cosineExact(value);
    case angle:
        return format::angle(value);
    case kappa:
        return format::kappa(static_cast<double>(entry.kappa));
    case ratio:
        return format::ratio(static_cast<double>(entry.ratio));
    case kept:
        return keptText(entry);
    default:
        return QString();
    }
}

QVariant RelationPairModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section >= cosine && section <= ratio ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                     : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const bool redundant = m_list == RelationList::redundant;
    switch (section) {
    case rank: return tr("Rank");
    case first:
        return redundant ? tr("Redundant sample") : tr("Sample");
    case second:
        return redundant                                 ? tr("Made redundant by")
               : m_list == RelationList::interchangeable ? tr("Learning it lowers the loss of")
                                                         : tr("Learning it raises the loss of");
    case cosine: return tr("Cosine");
    case angle: return tr("Angle");
    case kappa: return tr("κ");
    case ratio:
        return tr("× own κ");
    case kept:
        return tr("Kept");
    default: return QString();
    }
}

QString RelationPairModel::asText(const std::vector<int>& rows) const {
    const auto isCopied = [this](int column) {
        return column != actions && (column != (m_list == RelationList::redundant ? angle : ratio));
    };
    QStringList lines;
    QStringList cells;
    for (int column = 0; column < columns; ++column)
        if (isCopied(column))
            cells << headerData(column, Qt::Horizontal).toString();
    lines << cells.join(QLatin1Char('\t'));
    for (const int row : rows) {
        cells.clear();
        for (int column = 0; column < columns; ++column)
            if (isCopied(column))
                cells << index(row, column).data().toString();
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace lpntk::views
