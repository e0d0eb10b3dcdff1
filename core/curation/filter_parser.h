#pragma once

#include <core/curation/filter_nodes.h>
#include <core/curation/filter_tokens.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::curation {

/// Reads a filter by recursive descent and checks names and kinds on the way; the grammar stands at Filter. Lives while
/// one filter is read.
class FilterParser {
public:
    FilterParser(std::string_view text, const FilterTable& table);

    /// Throws FilterError.
    FilterNodePtr parse();
    /// Names of the columns that were used.
    const std::set<std::string>& columns() const { return m_columns; }

private:
    /// A column or a value as it stands in the text.
    struct Operand {
        const FilterColumn* column = nullptr;
        const FilterToken* token = nullptr;
        bool isText() const {
            return !column && (token->kind == FilterToken::Kind::text || token->kind == FilterToken::Kind::name);
        }
        bool isNumber() const { return !column && token->kind == FilterToken::Kind::number; }
    };

    FilterNodePtr parseOr();
    FilterNodePtr parseAnd();
    FilterNodePtr parseNot();
    FilterNodePtr parseTest();
    FilterNodePtr parseKnown();
    FilterNodePtr parseComparisons(Operand left);
    FilterNodePtr parseIn(const Operand& left);
    FilterNodePtr parseBetween(const Operand& left);
    FilterNodePtr parseContains(const Operand& left);
    Operand parseOperand(const std::string& expected);

    FilterNodePtr comparison(const Operand& left, const FilterToken& sign, const Operand& right);
    FilterNodePtr textComparison(const FilterColumn& column, const FilterToken& sign, const Operand& value);
    FilterNodePtr columnComparison(const Operand& left, const FilterToken& sign, const Operand& right);
    double numberOf(const FilterColumn& column, const Operand& value, bool mustExist) const;
    double choiceOf(const FilterColumn& column, const FilterToken& name) const;
    const FilterColumn& columnOf(const Operand& operand);

    const FilterToken& here() const { return m_tokens[m_at]; }
    const FilterToken& take() { return m_tokens[m_at++]; }
    bool takeIf(std::string_view symbol);
    void expect(std::string_view symbol, const std::string& expected);
    [[noreturn]] void fail(const FilterToken& token, const std::string& sentence) const;
    [[noreturn]] void failUnexpected(const std::string& expected) const;
    [[noreturn]] void failUnknown(const FilterToken& name) const;

    std::string_view m_text;
    const FilterTable& m_table;
    std::vector<FilterToken> m_tokens;
    std::size_t m_at = 0;
    int m_depth = 0;
    std::set<std::string> m_columns;
};

} // namespace lpntk::curation
