#include <core/analysis/clustering.h>

#include <core/analysis/rows_ahead.h>
#include <core/base/vector_widths.h>

#include <Eigen/Core>

#include <algorithm>
#include <limits>
#include <numeric>

// GCC 12 vectorises loops of unknown length from -O3 on only.
#pragma GCC optimize("O3")

namespace lpntk::analysis {

namespace {

constexpr float kTaken = std::numeric_limits<float>::infinity();
constexpr Eigen::Index kBlock = 64;

/// Of each block of kBlock members: whether any is at least as similar to the row's member as to its own head.
LPNTK_WIDTHS void findCloser(const float* row, const float* similarity, std::size_t blocks, char* found) {
    for (std::size_t block = 0; block < blocks; ++block) {
        int closer = 0;
        for (std::size_t j = 0; j < static_cast<std::size_t>(kBlock); ++j)
            closer |= static_cast<int>(row[j] >= similarity[j]);
        found[block] = static_cast<char>(closer);
        row += kBlock;
        similarity += kBlock;
    }
}

/// The state of one farthest-point run. Members that cannot move (heads) or cannot be chosen have +infinity in the
/// respective array, so both inner loops are plain vector operations over blocks without a test per member.
class FarthestPoint {
public:
    enum class Rule { paper, reference };

    FarthestPoint(const SimilarityBlock& block, std::span<const char> candidates, Rule rule,
                  const base::JobContext& context)
        : m_block(block), m_rule(rule), m_context(context), m_members(block.size),
          m_padded((block.size + kBlock - 1) / kBlock * kBlock), m_row(Eigen::ArrayXf::Zero(m_padded)),
          m_similarity(Eigen::ArrayXf::Constant(m_padded, kTaken)), m_pick(Eigen::ArrayXf::Constant(m_padded, kTaken)),
          m_closer(static_cast<std::size_t>(m_padded / kBlock)),
          m_least(Eigen::ArrayXf::Constant(m_padded / kBlock, kTaken)), m_head(static_cast<std::size_t>(block.size), 0),
          m_candidate(static_cast<std::size_t>(block.size), 1), m_ahead(block) {
        // Without a single candidate the rule simply runs over all members.
        if (std::any_of(candidates.begin(), candidates.end(), [](char c) { return c != 0; }))
            std::copy(candidates.begin(), candidates.end(), m_candidate.begin());
        m_order.candidateCount = std::count(m_candidate.begin(), m_candidate.end(), 1);
        m_secondPhase = m_order.candidateCount == m_members;
    }

    FarthestPointOrder run(std::int64_t maxHeads) {
        if (m_members == 0 || maxHeads <= 0)
            return finish();
        m_headsWanted = std::min(maxHeads, m_members);
        takeFirst(m_rule == Rule::paper ? largestDiagonal() : rowOfLargestEntry());
        while (static_cast<std::int64_t>(m_order.heads.size()) < m_headsWanted) {
            m_context.throwIfCancelled();
            const std::int64_t next = leastSimilar();
            if (next >= 0)
                take(next);
            else if (!m_secondPhase)
                startSecondPhase();
            else
                break;
        }
        if (!m_secondPhase)
            completeAttachments();
        return finish();
    }

private:
    std::int64_t largestDiagonal() const {
        std::int64_t best = -1;
        for (std::int64_t i = 0; i < m_members; ++i) {
            if (isCandidate(i) && (best < 0 || diagonal(i) > diagonal(best)))
                best = i;
        }
        return best;
    }

    std::int64_t rowOfLargestEntry() {
        std::int64_t best = 0;
        float largest = -kTaken;
        std::vector<std::int32_t> all(static_cast<std::size_t>(m_members));
        std::iota(all.begin(), all.end(), 0);
        forEachRow(all, [&](std::int32_t i) {
            const float here = m_row.head(m_members).maxCoeff();
            if (here > largest) {
                largest = here;
                best = i;
            }
        });
        return best;
    }

    void takeFirst(std::int64_t head) {
        m_order.heads.push_back(static_cast<std::int32_t>(head));
        m_order.firstMove = {0, 0};
        readRow(head);
        for (std::int64_t j = 0; j < m_members; ++j) {
            m_head[static_cast<std::size_t>(j)] = static_cast<std::int32_t>(head);
            m_similarity[j] = m_row[j];
            updatePick(j);
        }
        m_similarity[head] = m_pick[head] = kTaken;
        for (Eigen::Index block = 0; block < m_least.size(); ++block)
            updateLeast(block);
    }

    void take(std::int64_t head) {
        m_order.heads.push_back(static_cast<std::int32_t>(head));
        m_similarity[head] = m_pick[head] = kTaken;
        updateLeast(head / kBlock);
        readRow(head);
        findCloser(m_row.data(), m_similarity.data(), m_closer.size(), m_closer.data());
        for (std::size_t block = 0; block < m_closer.size(); ++block) {
            const std::int64_t begin = static_cast<std::int64_t>(block) * kBlock;
            if (m_closer[block] != 0)
                moveWithin(begin, std::min<std::int64_t>(begin + kBlock, m_members), static_cast<std::int32_t>(head));
        }
        m_order.firstMove.push_back(static_cast<std::int64_t>(m_order.moves.size()));
    }

    void moveWithin(std::int64_t begin, std::int64_t end, std::int32_t head) {
        for (std::int64_t j = begin; j < end; ++j) {
            std::int32_t& own = m_head[static_cast<std::size_t>(j)];
            const bool attaching = !m_secondPhase && !isCandidate(j);
            const bool moves = m_row[j] > m_similarity[j] || (attaching && m_row[j] == m_similarity[j] && head < own);
            if (!moves)
                continue;
            if (!attaching)
                m_order.moves.push_back({static_cast<std::int32_t>(j), own});
            own = head;
            m_similarity[j] = m_row[j];
            updatePick(j);
        }
        updateLeast(begin / kBlock);
    }

    /// What the choice of the next head sees of a member that is not a head.
    void updatePick(std::int64_t j) {
        bool eligible = m_secondPhase || isCandidate(j);
        if (m_rule == Rule::reference) {
            // Only the last of a cluster in similarity order is looked at, and not when that is the head. The least
            // similar of those is the least similar of all members that come after their head in that order.
            const std::int32_t head = m_head[static_cast<std::size_t>(j)];
            eligible = m_similarity[j] < diagonal(head) || (m_similarity[j] == diagonal(head) && j < head);
        }
        m_pick[j] = eligible ? m_similarity[j] : kTaken;
    }

    std::int64_t leastSimilar() const {
        Eigen::Index block = 0;
        const float least = m_least.minCoeff(&block);
        if (least == kTaken)
            return -1;
        block = std::find(m_least.data(), m_least.data() + block + 1, least) - m_least.data();
        return std::find(m_pick.data() + block * kBlock, m_pick.data() + m_members, least) - m_pick.data();
    }

    void updateLeast(Eigen::Index block) { m_least[block] = m_pick.segment<kBlock>(block * kBlock).minCoeff(); }

    void startSecondPhase() {
        m_secondPhase = true;
        rememberAttachments();
        for (std::int64_t j = 0; j < m_members; ++j) {
            if (!isCandidate(j))
                m_pick[j] = m_similarity[j];
        }
        for (Eigen::Index block = 0; block < m_least.size(); ++block)
            updateLeast(block);
    }

    /// Fewer heads than candidates were asked for: the attachments still look at every candidate.
    void completeAttachments() {
        std::vector<char> seen(static_cast<std::size_t>(m_members), 0);
        for (const std::int32_t head : m_order.heads)
            seen[static_cast<std::size_t>(head)] = 1;
        const std::vector<std::int32_t> heads = m_head;
        std::vector<std::int32_t> others;
        for (std::int64_t c = 0; c < m_members; ++c) {
            if (isCandidate(c) && !seen[static_cast<std::size_t>(c)])
                others.push_back(static_cast<std::int32_t>(c));
        }
        forEachRow(others, [&](std::int32_t c) {
            for (std::int64_t j = 0; j < m_members; ++j) {
                std::int32_t& own = m_head[static_cast<std::size_t>(j)];
                if (!isCandidate(j) && (m_row[j] > m_similarity[j] || (m_row[j] == m_similarity[j] && c < own))) {
                    own = c;
                    m_similarity[j] = m_row[j];
                }
            }
        });
        rememberAttachments();
        m_head = heads;
    }

    void rememberAttachments() {
        m_order.attachedTo.assign(static_cast<std::size_t>(m_members), -1);
        for (std::int64_t j = 0; j < m_members; ++j) {
            if (!isCandidate(j))
                m_order.attachedTo[static_cast<std::size_t>(j)] = m_head[static_cast<std::size_t>(j)];
        }
    }

    FarthestPointOrder finish() {
        if (m_order.firstMove.empty())
            m_order.firstMove.push_back(0);
        if (!m_order.heads.empty())
            m_order.similarity.assign(m_similarity.data(), m_similarity.data() + m_members);
        for (const std::int32_t head : m_order.heads)
            m_order.similarity[static_cast<std::size_t>(head)] = diagonal(head);
        return std::move(m_order);
    }

    std::span<float> row() { return {m_row.data(), static_cast<std::size_t>(m_members)}; }

    void readRow(std::int64_t i) {
        const auto member = static_cast<std::int32_t>(i);
        if (!m_ahead.isUsed())
            m_block.row(i, row());
        else if (m_ahead.has(member))
            m_ahead.take(member, row());
        else
            m_ahead.read(withLikelyNext(member), row(), {m_pick.data(), static_cast<std::size_t>(m_members)});
    }

    /// The member, and those that are now the least similar to their heads.
    std::vector<std::int32_t> withLikelyNext(std::int32_t member) const {
        std::vector<std::int32_t> group{member};
        const auto missing = m_headsWanted - static_cast<std::int64_t>(m_order.heads.size());
        const auto wanted = static_cast<std::size_t>(std::min(m_ahead.atOnce() - 1, missing));
        if (wanted == 0)
            return group;
        // Every block has one of its least value, so as many blocks as members are looked for have them all.
        Eigen::ArrayXf least = m_least;
        const auto blocks = static_cast<std::size_t>(least.size());
        float* const bound = least.data() + std::min(wanted + m_ahead.kept(), blocks) - 1;
        std::nth_element(least.data(), bound, least.data() + blocks);
        std::vector<std::pair<float, std::int32_t>> found;
        for (Eigen::Index block = 0; block < m_least.size(); ++block) {
            if (m_least[block] <= *bound)
                findWithin(block, *bound, found);
        }
        const std::size_t count = std::min(wanted, found.size());
        std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end());
        for (std::size_t i = 0; i < count; ++i)
            group.push_back(found[i].second);
        return group;
    }

    void findWithin(Eigen::Index block, float bound, std::vector<std::pair<float, std::int32_t>>& found) const {
        for (std::int64_t j = block * kBlock; j < std::min<std::int64_t>((block + 1) * kBlock, m_members); ++j) {
            const auto member = static_cast<std::int32_t>(j);
            if (m_pick[j] <= bound && m_pick[j] != kTaken && !m_ahead.has(member))
                found.emplace_back(m_pick[j], member);
        }
    }

    /// visit(member) while m_row is its row, for members in this order.
    template <typename Visit> void forEachRow(std::span<const std::int32_t> members, const Visit& visit) {
        const auto most = m_ahead.isUsed() ? static_cast<std::size_t>(m_ahead.atOnce()) : 1;
        for (std::size_t begin = 0; begin < members.size(); begin += most) {
            m_context.throwIfCancelled();
            const auto group = members.subspan(begin, std::min(most, members.size() - begin));
            if (!m_ahead.isUsed()) {
                m_block.row(group.front(), row());
                visit(group.front());
                continue;
            }
            const std::span<const float> rows = m_ahead.group(group);
            for (std::size_t i = 0; i < group.size(); ++i) {
                std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(i * row().size()), row().size(), row().begin());
                visit(group[i]);
            }
        }
    }

    bool isCandidate(std::int64_t i) const { return m_candidate[static_cast<std::size_t>(i)] != 0; }
    float diagonal(std::int64_t i) const { return m_block.diagonal[static_cast<std::size_t>(i)]; }

    const SimilarityBlock& m_block;
    Rule m_rule;
    const base::JobContext& m_context;
    std::int64_t m_members;
    Eigen::Index m_padded;
    Eigen::ArrayXf m_row;
    Eigen::ArrayXf m_similarity; ///< to the own head; before the second phase, of other members to the best candidate
    Eigen::ArrayXf m_pick;       ///< the same for members that may become the next head
    std::vector<char> m_closer;  ///< by block, of the present row
    Eigen::ArrayXf m_least;      ///< smallest m_pick of each block; few blocks change in a step
    std::vector<std::int32_t> m_head;
    std::vector<char> m_candidate;
    bool m_secondPhase = false;  ///< every member takes part
    std::int64_t m_headsWanted = 0;
    RowsAhead m_ahead;
    FarthestPointOrder m_order;
};

void checkBlock(const SimilarityBlock& block, std::span<const char> candidates) {
    const auto size = static_cast<std::size_t>(block.size);
    if (block.diagonal.size() != size || (!candidates.empty() && candidates.size() != size))
        throw base::ShapeError("farthest-point clustering: diagonal, candidates and block differ in size");
}

} // namespace

std::vector<std::int32_t> FarthestPointOrder::assignment(std::size_t count, std::size_t members) const {
    std::vector<std::int32_t> head(members, heads.empty() ? -1 : heads.front());
    if (heads.empty())
        return head;
    count = std::clamp<std::size_t>(count, 1, heads.size());
    const auto firstPhase = std::min(count, static_cast<std::size_t>(candidateCount));
    const auto replay = [&](std::size_t from, std::size_t to) {
        for (std::size_t step = from; step < to; ++step) {
            head[static_cast<std::size_t>(heads[step])] = heads[step];
            for (std::int64_t m = firstMove[step]; m < firstMove[step + 1]; ++m)
                head[static_cast<std::size_t>(moves[static_cast<std::size_t>(m)].member)] = heads[step];
        }
    };
    replay(0, firstPhase);
    for (std::size_t i = 0; i < attachedTo.size(); ++i) {
        if (attachedTo[i] >= 0)
            head[i] = head[static_cast<std::size_t>(attachedTo[i])];
    }
    replay(firstPhase, count);
    return head;
}

FarthestPointOrder farthestPointOrder(const SimilarityBlock& block, std::span<const char> candidates,
                                      std::int64_t maxHeads, const base::JobContext& context) {
    checkBlock(block, candidates);
    return FarthestPoint(block, candidates, FarthestPoint::Rule::paper, context).run(maxHeads);
}

FarthestPointOrder farthestPointOrderReference(const SimilarityBlock& block, std::int64_t maxHeads,
                                               const base::JobContext& context) {
    checkBlock(block, {});
    return FarthestPoint(block, {}, FarthestPoint::Rule::reference, context).run(maxHeads);
}

} // namespace lpntk::analysis
