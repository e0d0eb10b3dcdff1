#include <core/curation/filter_parser.h>

#include <core/base/nearest_name.h>
#include <core/curation/filter.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lpntk::curation {

namespace {

using Kind = FilterToken::Kind;

constexpr std::array<std::string_view, 6> kComparisons{"==", "!=", "<", "<=", ">", ">="};
constexpr const char* kTest = "a column, a value, \"not\" or \"(\"";

bool isComparison(const FilterToken& token) {
    return token.kind == Kind::symbol &&
           std::find(kComparisons.begin(), kComparisons.end(), token.text) != kComparisons.end();
}

/// "; did you mean "margin"?", or nothing.
std::string suggestion(std::string_view word, std::span<const std::string> names) {
    const std::string nearest = base::nearestName(word, names);
    return nearest.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", nearest);
}

} // namespace

FilterParser::FilterParser(std::string_view text, const FilterTable& table)
    : m_text(text), m_table(table), m_tokens(filterTokens(text)) {}

FilterNodePtr FilterParser::parse() {
    FilterNodePtr root = parseOr();
    if (here().is(")"))
        fail(here(), "this bracket closes nothing");
    if (here().kind != Kind::end)
        failUnexpected("\"and\", \"or\" or the end");
    return root;
}

FilterNodePtr FilterParser::parseOr() {
    std::vector<FilterNodePtr> parts;
    do
        parts.push_back(parseAnd());
    while (takeIf("or"));
    return makeAny(std::move(parts));
}

FilterNodePtr FilterParser::parseAnd() {
    std::vector<FilterNodePtr> parts;
    do
        parts.push_back(parseNot());
    while (takeIf("and"));
    return makeAll(std::move(parts));
}

FilterNodePtr FilterParser::parseNot() {
    if (++m_depth > Filter::kDeepest)
        fail(here(), fmt::format("brackets and \"not\" stand within each other more than {} deep", Filter::kDeepest));
    FilterNodePtr node;
    if (takeIf("not")) {
        node = makeNot(parseNot());
    } else if (takeIf("(")) {
        node = parseOr();
        expect(")", "\")\", \"and\" or \"or\"");
    } else {
        node = parseTest();
    }
    --m_depth;
    return node;
}

FilterNodePtr FilterParser::parseTest() {
    if (here().kind == Kind::name && base::lowerCase(here().text) == "known" && m_tokens[m_at + 1].is("("))
        return parseKnown();
    const Operand left = parseOperand(kTest);
    if (isComparison(here()))
        return parseComparisons(left);
    if (!left.column) {
        if (left.token->kind == Kind::name)
            failUnknown(*left.token);
        fail(*left.token, "a value alone says nothing; compare it with a column");
    }
    if (here().is("~"))
        return parseContains(left);
    const bool negated = here().is("not") && (m_tokens[m_at + 1].is("in") || m_tokens[m_at + 1].is("between"));
    if (negated)
        take();
    if (here().is("in") || here().is("between")) {
        FilterNodePtr node = here().is("in") ? parseIn(left) : parseBetween(left);
        return negated ? makeNot(std::move(node)) : std::move(node);
    }
    if (left.column->type == FilterType::flag)
        return makeFlag(columnOf(left));
    // Said where something is missing, not where the column stands.
    const char* comparisons = left.column->type == FilterType::number   ? "==, !=, <, <=, >, >=, \"in\" or \"between\""
                              : left.column->type == FilterType::choice ? "==, !=, ~, \"in\" or a comparison"
                                                                        : "==, !=, ~ or \"in\"";
    failUnexpected(fmt::format("{} after {}, which is {}", comparisons, left.column->name, nameOf(left.column->type)));
}

FilterNodePtr FilterParser::parseKnown() {
    take();
    take();
    const Operand operand = parseOperand("a column");
    if (!operand.column)
        failUnknown(*operand.token);
    expect(")", "\")\"");
    return makeKnown(columnOf(operand));
}

FilterNodePtr FilterParser::parseComparisons(Operand left) {
    std::vector<FilterNodePtr> parts;
    while (isComparison(here())) {
        const FilterToken& sign = take();
        const Operand right = parseOperand(fmt::format("a value or a column after {}", sign.text));
        parts.push_back(comparison(left, sign, right));
        left = right;
    }
    return makeAll(std::move(parts));
}

FilterNodePtr FilterParser::parseIn(const Operand& left) {
    take();
    const FilterColumn& column = columnOf(left);
    expect("(", "\"(\" and a list, such as (Coat, Shirt)");
    std::vector<double> numbers;
    std::vector<std::string> texts;
    do {
        const Operand value = parseOperand("a value");
        if (value.column)
            fail(*value.token, "a list holds values, not columns; a name that is also a column stands in quotes");
        if (column.type == FilterType::text || column.type == FilterType::tags) {
            if (!value.isText())
                fail(*value.token, fmt::format("{} is {}; put the value in quotes", column.name, nameOf(column.type)));
            texts.push_back(value.token->text);
        } else {
            numbers.push_back(numberOf(column, value, true));
        }
    } while (takeIf(","));
    expect(")", "\",\" or \")\"");
    return texts.empty() ? makeNumberIn(column, std::move(numbers)) : makeTextIn(column, std::move(texts));
}

FilterNodePtr FilterParser::parseBetween(const Operand& left) {
    FilterToken sign = take();
    const FilterColumn& column = columnOf(left);
    if (column.type != FilterType::number && column.type != FilterType::choice)
        fail(sign, fmt::format("{} is {} and lies between nothing", column.name, nameOf(column.type)));
    const Operand low = parseOperand("the lower end, a number");
    expect("and", "\"and\" and the upper end");
    const Operand high = parseOperand("the upper end, a number");
    std::vector<FilterNodePtr> parts;
    sign.text = ">=";
    parts.push_back(comparison(left, sign, low));
    sign.text = "<=";
    parts.push_back(comparison(left, sign, high));
    return makeAll(std::move(parts));
}

FilterNodePtr FilterParser::parseContains(const Operand& left) {
    const FilterToken& sign = take();
    const FilterColumn& column = columnOf(left);
    if (column.type == FilterType::number || column.type == FilterType::flag)
        fail(sign, fmt::format("~ asks for a part of a text, but {} is {}", column.name, nameOf(column.type)));
    const FilterToken& value = here();
    if (value.kind != Kind::text && value.kind != Kind::name && value.kind != Kind::number)
        failUnexpected("a text after ~");
    take();
    return makeContains(column, value.text);
}

FilterParser::Operand FilterParser::parseOperand(const std::string& expected) {
    const FilterToken& token = here();
    switch (token.kind) {
    case Kind::number:
    case Kind::text:
        return {nullptr, &take()};
    case Kind::name:
        return {m_table.find(token.text), &take()};
    case Kind::column: {
        const FilterColumn* column = m_table.find(token.text);
        if (!column)
            failUnknown(token);
        return {column, &take()};
    }
    case Kind::symbol:
        if (token.is("true") || token.is("false"))
            return {nullptr, &take()};
        break;
    case Kind::end:
        break;
    }
    failUnexpected(expected);
}

bool FilterParser::takeIf(std::string_view symbol) {
    if (!here().is(symbol))
        return false;
    take();
    return true;
}

void FilterParser::expect(std::string_view symbol, const std::string& expected) {
    if (!takeIf(symbol))
        failUnexpected(expected);
}

void FilterParser::fail(const FilterToken& token, const std::string& sentence) const {
    throw FilterError(m_text, token.begin, token.length, sentence);
}

void FilterParser::failUnexpected(const std::string& expected) const {
    const FilterToken& token = here();
    fail(token, token.kind == Kind::end
                    ? fmt::format("the filter ends, expected {}", expected)
                    : fmt::format("expected {}, found {}", expected, m_text.substr(token.begin, token.length)));
}

void FilterParser::failUnknown(const FilterToken& name) const {
    std::vector<std::string> names;
    for (const FilterColumn& column : m_table.columns())
        names.push_back(column.name);
    const auto& classes = m_table.source().run->manifest().classNames;
    const std::string lower = base::lowerCase(name.text);
    const bool isClass =
        std::any_of(classes.begin(), classes.end(), [&](const auto& other) { return base::lowerCase(other) == lower; });
    fail(name, fmt::format("there is no column \"{}\"{}", name.text,
                           isClass ? fmt::format("; for the class write class == {}", name.text)
                                   : suggestion(name.text, names)));
}

} // namespace lpntk::curation
