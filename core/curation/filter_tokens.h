#pragma once

#include <core/base/error.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::curation {

/// What is wrong with a filter and where. `what()` names the character, for the command line; the window underlines
/// the place and shows `sentence()`.
class FilterError : public base::OptionError {
public:
    /// `begin`, `length`: bytes of `text` that it is about; at the end of the text the length is 0.
    FilterError(std::string_view text, std::size_t begin, std::size_t length, const std::string& sentence);

    std::size_t begin() const { return m_begin; }
    std::size_t length() const { return m_length; }
    /// Counted from 1, in characters (code points).
    std::size_t character() const { return m_character; }
    const std::string& sentence() const { return m_sentence; }

private:
    std::size_t m_begin = 0, m_length = 0, m_character = 0;
    std::string m_sentence;
};

/// A piece of a filter. Other spellings of an operator are one: "&&" is and, "=" is ==, "≤" is <=.
struct FilterToken {
    enum class Kind {
        number,
        text,   ///< in quotes
        name,   ///< a word: column, class name
        column, ///< a word in backquotes, for columns with other characters in their names
        symbol, ///< operator, bracket, comma, and the words and, or, not, in, between, true, false
        end
    };
    Kind kind = Kind::end;
    std::size_t begin = 0, length = 0; ///< bytes in the filter
    std::string text;                  ///< without quotes; of a symbol its one spelling
    double value = 0;                  ///< of a number

    bool is(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
};

/// A filter may have so many bytes.
inline constexpr std::size_t kLongestFilter = 4096;

/// The pieces of a filter, the last one of kind end. Throws FilterError: a quote without its end, a character or number
/// that means nothing, a text that is too long.
std::vector<FilterToken> filterTokens(std::string_view text);

/// The same for a text that is being typed: ends before what cannot be read, a quote without end lasts to the end.
std::vector<FilterToken> filterTokensSoFar(std::string_view text);

/// Whether `word` can stand in a filter as it is, without quotes or backquotes.
bool isFilterWord(std::string_view word);

} // namespace lpntk::curation
