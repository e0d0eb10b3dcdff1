#include <core/curation/filter_nodes.h>

#include <core/base/nearest_name.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace lpntk::curation {

namespace {

/// Several conditions of which all (or one) must hold; those after the first look only while something is open.
class Junction : public FilterNode {
public:
    Junction(std::vector<FilterNodePtr> parts, bool all) : m_parts(std::move(parts)), m_all(all) {}

    void mark(std::int64_t begin, std::span<char> out) const override {
        m_parts.front()->mark(begin, out);
        std::vector<char> next(out.size());
        const char open = m_all ? 1 : 0;
        for (std::size_t i = 1; i < m_parts.size() && std::find(out.begin(), out.end(), open) != out.end(); ++i) {
            m_parts[i]->mark(begin, next);
            for (std::size_t row = 0; row < out.size(); ++row)
                out[row] = m_all ? out[row] & next[row] : out[row] | next[row];
        }
    }

private:
    std::vector<FilterNodePtr> m_parts;
    bool m_all;
};

class Negation : public FilterNode {
public:
    explicit Negation(FilterNodePtr part) : m_part(std::move(part)) {}

    void mark(std::int64_t begin, std::span<char> out) const override {
        m_part->mark(begin, out);
        for (char& row : out)
            row = !row;
    }

private:
    FilterNodePtr m_part;
};

/// A condition on the number of one column.
template <typename Condition> class NumberTest : public FilterNode {
public:
    NumberTest(const FilterColumn& column, Condition condition) : m_column(column), m_condition(std::move(condition)) {}

    void mark(std::int64_t begin, std::span<char> out) const override {
        std::vector<double> values(out.size());
        m_column.numbers(begin, values);
        for (std::size_t row = 0; row < out.size(); ++row)
            out[row] = m_condition(values[row]);
    }

private:
    const FilterColumn& m_column;
    Condition m_condition;
};

template <typename Condition> FilterNodePtr numberTest(const FilterColumn& column, Condition condition) {
    return std::make_unique<NumberTest<Condition>>(column, std::move(condition));
}

/// A condition on the text of one column, or on any of its tags.
template <typename Condition> class TextTest : public FilterNode {
public:
    TextTest(const FilterColumn& column, Condition condition) : m_column(column), m_condition(std::move(condition)) {}

    void mark(std::int64_t begin, std::span<char> out) const override {
        std::string buffer;
        for (std::size_t i = 0; i < out.size(); ++i) {
            const std::int64_t row = begin + static_cast<std::int64_t>(i);
            if (m_column.type == FilterType::tags) {
                const auto tags = m_column.tags(row);
                out[i] = std::any_of(tags.begin(), tags.end(), m_condition);
            } else {
                out[i] = m_condition(m_column.text(row, buffer));
            }
        }
    }

private:
    const FilterColumn& m_column;
    Condition m_condition;
};

template <typename Condition> FilterNodePtr textTest(const FilterColumn& column, Condition condition) {
    return std::make_unique<TextTest<Condition>>(column, std::move(condition));
}

bool compare(double left, FilterOperator comparison, double right) {
    switch (comparison) {
    case FilterOperator::equal:
        return left == right;
    case FilterOperator::notEqual:
        return left < right || left > right; // false where one is not known
    case FilterOperator::less:
        return left < right;
    case FilterOperator::lessEqual:
        return left <= right;
    case FilterOperator::greater:
        return left > right;
    case FilterOperator::greaterEqual:
        return left >= right;
    }
    return false;
}

class Comparison : public FilterNode {
public:
    Comparison(FilterOperand left, FilterOperator comparison, FilterOperand right)
        : m_left(left), m_right(right), m_comparison(comparison) {}

    void mark(std::int64_t begin, std::span<char> out) const override {
        std::vector<double> left(out.size(), m_left.number), right(out.size(), m_right.number);
        if (m_left.column)
            m_left.column->numbers(begin, left);
        if (m_right.column)
            m_right.column->numbers(begin, right);
        for (std::size_t row = 0; row < out.size(); ++row)
            out[row] = compare(left[row], m_comparison, right[row]);
    }

private:
    FilterOperand m_left, m_right;
    FilterOperator m_comparison;
};

/// `wanted` is in lower case.
bool contains(std::string_view text, const std::string& wanted) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; };
    return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same) != text.end();
}

} // namespace

FilterNodePtr makeAll(std::vector<FilterNodePtr> parts) {
    return parts.size() == 1 ? std::move(parts.front()) : std::make_unique<Junction>(std::move(parts), true);
}

FilterNodePtr makeAny(std::vector<FilterNodePtr> parts) {
    return parts.size() == 1 ? std::move(parts.front()) : std::make_unique<Junction>(std::move(parts), false);
}

FilterNodePtr makeNot(FilterNodePtr part) {
    return std::make_unique<Negation>(std::move(part));
}

FilterNodePtr makeFlag(const FilterColumn& column) {
    return numberTest(column, [](double value) { return value == 1; });
}

FilterNodePtr makeKnown(const FilterColumn& column) {
    if (column.type == FilterType::tags)
        return textTest(column, [](std::string_view) { return true; }); // has any
    if (column.type == FilterType::text)
        return textTest(column, [](std::string_view text) { return !text.empty(); });
    return numberTest(column, [](double value) { return !std::isnan(value); });
}

FilterNodePtr makeComparison(FilterOperand left, FilterOperator comparison, FilterOperand right) {
    return std::make_unique<Comparison>(left, comparison, right);
}

FilterNodePtr makeNumberIn(const FilterColumn& column, std::vector<double> numbers) {
    std::sort(numbers.begin(), numbers.end());
    // A value that is not known would find a place among sorted numbers.
    return numberTest(column, [numbers = std::move(numbers)](double value) {
        return !std::isnan(value) && std::binary_search(numbers.begin(), numbers.end(), value);
    });
}

FilterNodePtr makeTextIn(const FilterColumn& column, std::vector<std::string> texts) {
    return textTest(column, [wanted = std::set<std::string, std::less<>>(texts.begin(), texts.end())](
                                std::string_view text) { return wanted.contains(text); });
}

FilterNodePtr makeContains(const FilterColumn& column, const std::string& text) {
    const std::string wanted = base::lowerCase(text);
    if (column.type != FilterType::choice)
        return textTest(column, [wanted](std::string_view value) { return contains(value, wanted); });
    std::vector<double> numbers;
    const auto names = column.choices();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (contains(names[i], wanted))
            numbers.push_back(static_cast<double>(i) + column.firstChoice);
    return makeNumberIn(column, std::move(numbers));
}

} // namespace lpntk::curation
