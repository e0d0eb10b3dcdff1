#include <core/curation/filter.h>

#include <core/curation/filter_nodes.h>
#include <core/curation/filter_parser.h>

#include <algorithm>

namespace lpntk::curation {

namespace {

/// Rows that are looked at together: their columns stay in the cache.
constexpr std::int64_t kBlock = 4096;

} // namespace

Filter::Filter(std::string text, std::shared_ptr<const FilterTable> table)
    : m_text(std::move(text)), m_table(std::move(table)) {
    FilterParser parser(m_text, *m_table);
    m_root = parser.parse();
    m_columns = parser.columns();
}

Filter::~Filter() = default;
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;

std::vector<char> Filter::rows(const base::JobContext& context) const {
    const std::int64_t count = m_table->rows();
    std::vector<char> result(static_cast<std::size_t>(count));
    for (std::int64_t begin = 0; begin < count; begin += kBlock) {
        context.throwIfCancelled();
        const auto size = static_cast<std::size_t>(std::min(kBlock, count - begin));
        m_root->mark(begin, std::span(result).subspan(static_cast<std::size_t>(begin), size));
    }
    return result;
}

std::vector<base::SampleId> Filter::samples(const base::JobContext& context) const {
    const std::vector<char> marked = rows(context);
    const auto numbers = m_table->source().run->samples();
    std::vector<base::SampleId> result;
    for (std::size_t row = 0; row < marked.size(); ++row)
        if (marked[row])
            result.emplace_back(numbers[row]);
    std::sort(result.begin(), result.end());
    return result;
}

} // namespace lpntk::curation
