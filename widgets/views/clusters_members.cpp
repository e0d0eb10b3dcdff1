#include <widgets/views/clusters_members.h>

#include <core/analysis/class_pairs.h>
#include <widgets/models/format.h>

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace lpntk::views {

using base::RowId;
using models::SampleId;
namespace format = models::format;

namespace {

struct SortWords {
    const char *name, *title, *note;
};

constexpr std::array<SortWords, kMemberSorts> kSorts = {{
    {"head", QT_TRANSLATE_NOOP("MemberOrder", "Cosine to head"),
     QT_TRANSLATE_NOOP("MemberOrder", "by cosine to the head")},
    {"class", QT_TRANSLATE_NOOP("MemberOrder", "Mean \u03BA to class"),
     QT_TRANSLATE_NOOP("MemberOrder", "by mean \u03BA to the class")},
    {"margin", QT_TRANSLATE_NOOP("MemberOrder", "Margin"), QT_TRANSLATE_NOOP("MemberOrder", "by margin, least first")},
    {"el2n", QT_TRANSLATE_NOOP("MemberOrder", "EL2N"), QT_TRANSLATE_NOOP("MemberOrder", "by EL2N, largest first")},
    {"norm", QT_TRANSLATE_NOOP("MemberOrder", "Norm"), QT_TRANSLATE_NOOP("MemberOrder", "by norm, largest first")},
}};

QString translated(const char* words) {
    return QCoreApplication::translate("MemberOrder", words);
}

} // namespace

QStringList MemberOrder::titles() {
    QStringList result;
    for (const SortWords& sort : kSorts)
        result << translated(sort.title);
    return result;
}

QString MemberOrder::note() const {
    return translated(kSorts[static_cast<std::size_t>(m_sort)].note);
}

QString MemberOrder::nameOf(MemberSort sort) {
    return QString::fromLatin1(kSorts[static_cast<std::size_t>(sort)].name);
}

MemberSort MemberOrder::sortFromName(const QString& name) {
    for (std::size_t i = 0; i < kSorts.size(); ++i)
        if (name == QLatin1String(kSorts[i].name))
            return static_cast<MemberSort>(i);
    return MemberSort::cosineToHead;
}

const std::vector<float>& MemberOrder::values() {
    if (const auto clusters = m_session.clusters(); m_sort == MemberSort::cosineToHead && clusters)
        return clusters->cosineToHead;
    const auto run = m_session.run();
    if (run != m_run) {
        m_run = run;
        m_values.clear();
    }
    auto& values = m_values[m_sort];
    if (!run || !values.empty())
        return values;
    if (m_sort == MemberSort::meanToClass) {
        values = analysis::averageKappa(*run).ownClass;
        return values;
    }
    values.reserve(static_cast<std::size_t>(run->rows()));
    for (std::int64_t row = 0; row < run->rows(); ++row) {
        const SampleId sample = run->sampleFromRow(RowId(row));
        values.push_back(static_cast<float>(m_sort == MemberSort::margin ? m_session.marginOf(sample)
                                            : m_sort == MemberSort::el2n ? m_session.el2nOf(sample)
                                                                         : m_session.normOf(sample)));
    }
    return values;
}

double MemberOrder::valueOf(RowId row) {
    const auto& all = values();
    const auto at = static_cast<std::size_t>(row.value());
    return row.isValid() && at < all.size() ? static_cast<double>(all[at]) : std::numeric_limits<double>::quiet_NaN();
}

void MemberOrder::arrange(std::vector<RowId>& rows) {
    const auto& all = values();
    if (all.empty())
        return;
    const float sign = m_sort == MemberSort::margin ? 1.0f : -1.0f;
    const auto key = [&](RowId row) {
        const float value = all[static_cast<std::size_t>(row.value())];
        return std::isnan(value) ? std::numeric_limits<float>::infinity() : sign * value;
    };
    std::sort(rows.begin(), rows.end(), [&](RowId a, RowId b) {
        const float x = key(a), y = key(b);
        return x != y ? x < y : a < b;
    });
}

QString MemberOrder::caption(SampleId sample) {
    const auto run = m_session.run();
    const double value = run ? valueOf(run->rowFromSample(sample)) : std::numeric_limits<double>::quiet_NaN();
    switch (m_sort) {
    case MemberSort::cosineToHead:
        break;
    case MemberSort::meanToClass:
        return format::kappa(value);
    case MemberSort::margin:
        return format::signedNumber(value, 2);
    case MemberSort::el2n:
        return format::number(value, 2);
    case MemberSort::norm:
        return format::number(value, 1);
    }
    return format::cosine(value);
}

} // namespace lpntk::views
