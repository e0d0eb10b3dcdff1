#include <core/curation/filter_completion.h>

#include <core/base/nearest_name.h>
#include <core/curation/filter_tokens.h>

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace lpntk::curation {

namespace {

using Kind = FilterToken::Kind;
using Item = FilterCompletions::Item;
using Tokens = std::span<const FilterToken>;

/// More do not fit a list that is looked through.
constexpr std::size_t kMostItems = 200;

std::string quoted(const std::string& name, char quote) {
    std::string text(1, quote);
    for (const char c : name) {
        if (c == quote || c == '\\')
            text += '\\';
        text += c;
    }
    return text + quote;
}

/// A name as a value: without quotes where it would be read as one word and as no column.
std::string writtenValue(const std::string& name, const FilterTable& table) {
    return isFilterWord(name) && !table.find(name) ? name : quoted(name, '"');
}

const FilterColumn* columnAt(const FilterToken& token, const FilterTable& table) {
    return token.kind == Kind::name || token.kind == Kind::column ? table.find(token.text) : nullptr;
}

bool isComparison(const FilterToken& token) {
    for (const char* sign : {"==", "!=", "<", "<=", ">", ">=", "~"})
        if (token.is(sign))
            return true;
    return false;
}

/// The column that a value at the end of `before` is compared with, null when none is.
const FilterColumn* comparedColumn(Tokens before, const FilterTable& table) {
    if (before.size() >= 2 && isComparison(before.back()))
        return columnAt(before[before.size() - 2], table);
    std::size_t at = before.size();
    if (at == 0 || !(before[at - 1].is("(") || before[at - 1].is(",")))
        return nullptr;
    while (at > 0 && !before[at - 1].is("("))
        --at;
    if (at < 3 || !before[at - 2].is("in"))
        return nullptr;
    const bool negated = before[at - 3].is("not");
    return at < (negated ? 4u : 3u) ? nullptr : columnAt(before[at - (negated ? 4 : 3)], table);
}

/// A condition is complete, or a column waits for its operator.
bool endsOperand(Tokens before) {
    if (before.empty())
        return false;
    const FilterToken& last = before.back();
    return last.kind != Kind::symbol || last.is(")") || last.is("true") || last.is("false");
}

std::vector<Item> operators(Tokens before, const FilterTable& table) {
    const FilterColumn* column = columnAt(before.back(), table);
    const bool compared = before.size() >= 2 && isComparison(before[before.size() - 2]);
    if (!column || compared || column->type == FilterType::flag)
        return {{"and", "both hold"}, {"or", "one of both holds"}};
    switch (column->type) {
    case FilterType::number:
        return {{"<", "less"},
                {"<=", "at most"},
                {">", "more"},
                {">=", "at least"},
                {"==", "equal"},
                {"!=", "not equal"},
                {"between", "from ... and ..."}};
    case FilterType::choice:
        return {{"==", "is"}, {"!=", "is not"}, {"in", "one of a list (a, b)"}, {"~", "its name contains"}};
    default:
        return {{"==", "is"}, {"!=", "is not"}, {"~", "contains"}, {"in", "one of a list (\"a\", \"b\")"}};
    }
}

std::vector<Item> values(const FilterColumn& column, const FilterTable& table) {
    std::vector<Item> items;
    if (column.type == FilterType::flag)
        return {{"true", {}}, {"false", {}}};
    const auto names = column.type == FilterType::tags ? column.knownTags
                       : column.choices                ? column.choices()
                                                       : std::vector<std::string>();
    for (std::size_t i = 0; i < names.size(); ++i)
        items.push_back({writtenValue(names[i], table),
                         column.type == FilterType::choice ? fmt::format("{}", static_cast<int>(i) + column.firstChoice)
                                                           : std::string()});
    return items;
}

std::vector<Item> columns(const FilterTable& table) {
    std::vector<Item> items;
    for (const FilterColumn& column : table.columns())
        items.push_back({isFilterWord(column.name) ? column.name : quoted(column.name, '`'),
                         column.missing.empty() ? column.meaning : column.missing});
    std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.text < b.text; });
    items.push_back({"not", "the condition after it does not hold"});
    items.push_back({"known(", "the column has a value"});
    return items;
}

/// Letters only: what is typed in quotes finds what is not.
std::string plain(std::string_view text) {
    std::string result = base::lowerCase(text);
    std::erase_if(result, [](char c) { return c == '"' || c == '\'' || c == '`'; });
    return result;
}

std::vector<Item> matching(std::vector<Item> items, const std::string& typed) {
    std::vector<Item> beginning, containing;
    for (Item& item : items) {
        const std::size_t place = plain(item.text).find(typed);
        if (place != std::string::npos)
            (place == 0 ? beginning : containing).push_back(std::move(item));
    }
    beginning.insert(beginning.end(), std::make_move_iterator(containing.begin()),
                     std::make_move_iterator(containing.end()));
    if (beginning.size() > kMostItems)
        beginning.resize(kMostItems);
    return beginning;
}

} // namespace

FilterCompletions filterCompletions(std::string_view text, std::size_t cursor, const FilterTable& table) {
    const std::string_view before = text.substr(0, std::min(cursor, text.size()));
    std::vector<FilterToken> tokens = filterTokensSoFar(before);
    tokens.pop_back(); // the end
    FilterCompletions result;
    result.begin = before.size();
    std::string typed;
    if (!tokens.empty()) {
        const FilterToken& last = tokens.back();
        const bool touches = last.begin + last.length == before.size();
        const bool word =
            last.kind == Kind::name || last.kind == Kind::text || last.kind == Kind::column ||
            (last.kind == Kind::symbol && !last.text.empty() && last.text[0] >= 'a' && last.text[0] <= 'z');
        if (touches && word) {
            result.begin = last.begin;
            result.isWord = true;
            typed = plain(before.substr(last.begin));
            tokens.pop_back();
        }
    }
    if (const FilterColumn* column = comparedColumn(tokens, table))
        result.items = matching(values(*column, table), typed);
    else if (endsOperand(tokens))
        result.items = matching(operators(tokens, table), typed);
    else
        result.items = matching(columns(table), typed);
    // Nothing to complete where the only choice stands there already.
    if (result.items.size() == 1 && result.items.front().text == before.substr(result.begin))
        result.items.clear();
    return result;
}

} // namespace lpntk::curation
