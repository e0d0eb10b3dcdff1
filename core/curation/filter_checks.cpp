// Which values fit which columns: the part of the parser that knows kinds.
#include <core/curation/filter_parser.h>

#include <core/base/nearest_name.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lpntk::curation {

namespace {

using Kind = FilterToken::Kind;

bool isText(const FilterColumn& column) {
    return column.type == FilterType::text || column.type == FilterType::tags;
}

FilterToken turned(FilterToken sign) {
    for (char& c : sign.text)
        c = c == '<' ? '>' : c == '>' ? '<' : c;
    return sign;
}

FilterOperator operatorOf(const FilterToken& sign) {
    const std::string& text = sign.text;
    return text == "=="   ? FilterOperator::equal
           : text == "!=" ? FilterOperator::notEqual
           : text == "<"  ? FilterOperator::less
           : text == "<=" ? FilterOperator::lessEqual
           : text == ">"  ? FilterOperator::greater
                          : FilterOperator::greaterEqual;
}

bool isEquality(const FilterToken& sign) {
    return sign.is("==") || sign.is("!=");
}

} // namespace

const FilterColumn& FilterParser::columnOf(const Operand& operand) {
    if (!operand.column->missing.empty())
        fail(*operand.token, operand.column->missing);
    m_columns.insert(operand.column->name);
    return *operand.column;
}

FilterNodePtr FilterParser::comparison(const Operand& left, const FilterToken& sign, const Operand& right) {
    if (left.column && right.column)
        return columnComparison(left, sign, right);
    if (right.column) // the column first, so that what fits it is checked in one place
        return comparison(right, turned(sign), left);
    if (!left.column) {
        const Operand& word = left.token->kind == Kind::name ? left : right;
        if (word.token->kind == Kind::name)
            failUnknown(*word.token);
        fail(*left.token, "two values are compared; one side must be a column");
    }
    const FilterColumn& column = columnOf(left);
    if (isText(column))
        return textComparison(column, sign, right);
    const bool named = right.isText() || column.type == FilterType::flag;
    if (named && column.type != FilterType::number && !isEquality(sign))
        fail(sign, fmt::format("{} is {}; compare it with == or !=", column.name, nameOf(column.type)));
    return makeComparison({&column, 0}, operatorOf(sign), {nullptr, numberOf(column, right, isEquality(sign))});
}

FilterNodePtr FilterParser::textComparison(const FilterColumn& column, const FilterToken& sign, const Operand& value) {
    if (!isEquality(sign))
        fail(sign, fmt::format("{} is {}; compare it with ==, != or ~", column.name, nameOf(column.type)));
    if (!value.isText())
        fail(*value.token, fmt::format("{} is {}; put the value in quotes", column.name, nameOf(column.type)));
    FilterNodePtr equal = makeTextIn(column, {value.token->text});
    return sign.is("!=") ? makeNot(std::move(equal)) : std::move(equal);
}

FilterNodePtr FilterParser::columnComparison(const Operand& left, const FilterToken& sign, const Operand& right) {
    const FilterColumn &a = columnOf(left), &b = columnOf(right);
    if (isText(a) || isText(b))
        fail(isText(a) ? *left.token : *right.token,
             fmt::format("{} is {} and compares with a value only", isText(a) ? a.name : b.name,
                         nameOf(isText(a) ? a.type : b.type)));
    const bool sameKind = a.type == b.type && (a.type != FilterType::choice || a.choices() == b.choices());
    if (!sameKind)
        fail(*right.token, fmt::format("{} and {} do not compare", a.name, b.name));
    if (a.type == FilterType::flag && !isEquality(sign))
        fail(sign, fmt::format("{} is {}; compare it with == or !=", a.name, nameOf(a.type)));
    return makeComparison({&a, 0}, operatorOf(sign), {&b, 0});
}

double FilterParser::numberOf(const FilterColumn& column, const Operand& value, bool mustExist) const {
    const FilterToken& token = *value.token;
    if (column.type == FilterType::flag) {
        if (token.is("true") || token.is("false"))
            return token.is("true") ? 1 : 0;
        fail(token, fmt::format("{0} is yes or no; write {0} or not {0}", column.name));
    }
    if (column.type == FilterType::choice && value.isText())
        return choiceOf(column, token);
    if (!value.isNumber()) {
        if (token.kind == Kind::name)
            failUnknown(token);
        fail(token, fmt::format("{} is {}, so a number is expected", column.name, nameOf(column.type)));
    }
    if (column.type == FilterType::choice && mustExist) {
        const auto count = static_cast<double>(column.choices().size());
        if (token.value < column.firstChoice || token.value >= column.firstChoice + count ||
            token.value != std::floor(token.value))
            fail(token, fmt::format("there is no {} {}; they go from {} to {}", column.name, token.text,
                                    column.firstChoice, column.firstChoice + static_cast<int>(count) - 1));
    }
    return token.value;
}

double FilterParser::choiceOf(const FilterColumn& column, const FilterToken& name) const {
    const auto names = column.choices();
    const auto numberAt = [&](auto place) { return static_cast<double>(place - names.begin() + column.firstChoice); };
    const auto exact = std::find(names.begin(), names.end(), name.text);
    if (exact != names.end())
        return numberAt(exact);
    const std::string lower = base::lowerCase(name.text);
    const auto same = [&](const std::string& other) { return base::lowerCase(other) == lower; };
    if (std::count_if(names.begin(), names.end(), same) == 1)
        return numberAt(std::find_if(names.begin(), names.end(), same));
    const std::string nearest = base::nearestName(name.text, names);
    fail(name, fmt::format("{} has no name \"{}\"{}", column.name, name.text,
                           nearest.empty() ? std::string("; ~ asks for a part of a name")
                                           : fmt::format("; did you mean \"{}\"?", nearest)));
}

} // namespace lpntk::curation
