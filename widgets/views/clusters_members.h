#pragma once

#include <core/analysis/clustering.h>
#include <widgets/models/session.h>

#include <QString>
#include <QStringList>

#include <map>
#include <memory>
#include <vector>

namespace lpntk::views {

/// What the members of a cluster are sorted by and captioned with.
enum class MemberSort { cosineToHead, meanToClass, margin, el2n, norm };
inline constexpr int kMemberSorts = 5;

/// The figure of every member by which a gallery sorts, and its words. Owned by the cluster view; window's thread. The
/// figures of a run are found when they are first asked for, in one pass over its rows.
class MemberOrder {
public:
    explicit MemberOrder(models::Session& session) : m_session(session) {}

    MemberSort sort() const { return m_sort; }
    void setSort(MemberSort sort) { m_sort = sort; }
    /// Most similar, least sure, hardest, longest gradient first; ties by row, what has no figure last.
    void arrange(std::vector<base::RowId>& rows);
    /// NaN when unknown.
    double valueOf(base::RowId row);
    QString caption(models::SampleId sample);

    static QStringList titles();            ///< by MemberSort
    QString note() const;                   ///< "by cosine to the head"
    static QString nameOf(MemberSort sort); ///< for settings: "el2n"
    static MemberSort sortFromName(const QString& name);

private:
    const std::vector<float>& values();

    models::Session& m_session;
    MemberSort m_sort = MemberSort::cosineToHead;
    std::shared_ptr<const run::Run> m_run; ///< that the figures are of
    std::map<MemberSort, std::vector<float>> m_values;
};

} // namespace lpntk::views
