#include <core/curation/filter_tokens.h>

#include <core/base/nearest_name.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace lpntk::curation {

namespace {

using Kind = FilterToken::Kind;

struct Spelling {
    std::string_view written, means;
};
/// Longer ones first. Some are what the program itself shows or what other languages write.
constexpr std::array<Spelling, 20> kSymbols{{{"==", "=="},  {"!=", "!="}, {"<>", "!="}, {"<=", "<="}, {">=", ">="},
                                             {"&&", "and"}, {"||", "or"}, {"≤", "<="},  {"≥", ">="},  {"≠", "!="},
                                             {"=", "=="},   {"<", "<"},   {">", ">"},   {"~", "~"},   {"(", "("},
                                             {")", ")"},    {",", ","},   {"!", "not"}, {"&", "and"}, {"|", "or"}}};
constexpr std::array<std::string_view, 7> kWords{"and", "or", "not", "in", "between", "true", "false"};
constexpr std::string_view kMinus = "−", kNoBreakSpace = "\u00A0";

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool startsWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
/// There is no arithmetic, so that T-shirt/top and odd/1.png are words.
bool continuesWord(char c) {
    return startsWord(c) || isDigit(c) || c == '.' || c == '-' || c == '/';
}

/// Reads one piece after the other.
class Lexer {
public:
    Lexer(std::string_view text, bool typing) : m_text(text), m_typing(typing) {}

    std::vector<FilterToken> tokens() {
        if (m_text.size() > kLongestFilter)
            throw FilterError(
                m_text, kLongestFilter, 0,
                fmt::format("a filter has at most {} characters; save part of it as a tag", kLongestFilter));
        std::vector<FilterToken> result;
        for (skipBlanks(); m_at < m_text.size(); skipBlanks())
            result.push_back(next());
        result.push_back({Kind::end, m_text.size(), 0, {}, 0});
        return result;
    }

private:
    bool startsWith(std::string_view piece) const { return m_text.substr(m_at).starts_with(piece); }

    void skipBlanks() {
        while (m_at < m_text.size()) {
            if (isBlank(m_text[m_at]))
                ++m_at;
            else if (startsWith(kNoBreakSpace))
                m_at += kNoBreakSpace.size();
            else
                return;
        }
    }

    /// Length of a sign at this place, 0 when there is none.
    std::size_t signLength() const {
        return startsWith("-") || startsWith("+") ? 1 : startsWith(kMinus) ? kMinus.size() : 0;
    }

    bool startsNumber() const {
        const std::string_view rest = m_text.substr(m_at + signLength());
        return !rest.empty() && (isDigit(rest[0]) || (rest.size() > 1 && rest[0] == '.' && isDigit(rest[1])));
    }

    FilterToken next() {
        const char c = m_text[m_at];
        if (c == '"' || c == '\'' || c == '`')
            return quoted(c);
        if (startsNumber())
            return number();
        for (const Spelling& symbol : kSymbols)
            if (startsWith(symbol.written))
                return taken(Kind::symbol, symbol.written.size(), std::string(symbol.means));
        if (startsWord(c) && !startsWith(kMinus))
            return word();
        const std::size_t length = std::max<std::size_t>(signLength(), 1);
        throw FilterError(
            m_text, m_at, length,
            signLength() > 0
                ? "a sign stands before a number only; class names with such characters stand in quotes"
                : fmt::format("the character {} means nothing here; names with such characters stand in quotes",
                              m_text.substr(m_at, length)));
    }

    FilterToken taken(Kind kind, std::size_t length, std::string text, double value = 0) {
        FilterToken token{kind, m_at, length, std::move(text), value};
        m_at += length;
        return token;
    }

    FilterToken quoted(char quote) {
        std::string content;
        for (std::size_t at = m_at + 1; at < m_text.size(); ++at) {
            if (m_text[at] == quote)
                return taken(quote == '`' ? Kind::column : Kind::text, at + 1 - m_at, std::move(content));
            if (m_text[at] == '\\' && at + 1 < m_text.size() && (m_text[at + 1] == quote || m_text[at + 1] == '\\'))
                ++at;
            content += m_text[at];
        }
        if (m_typing)
            return taken(quote == '`' ? Kind::column : Kind::text, m_text.size() - m_at, std::move(content));
        throw FilterError(m_text, m_at, 1, fmt::format("the quote {} has no end", quote));
    }

    FilterToken number() {
        const std::size_t sign = signLength();
        std::size_t end = m_at + sign;
        while (end < m_text.size() && (continuesWord(m_text[end]) || isPlusOfExponent(end)) && !endsWord(end))
            ++end;
        // The sign of the number is a character of its own kind, so the digits are read apart.
        const std::string_view digits = m_text.substr(m_at + sign, end - m_at - sign);
        double value = 0;
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error == std::errc::result_out_of_range)
            throw FilterError(m_text, m_at, end - m_at, fmt::format("the number {} is too large or too small", digits));
        if (error != std::errc() || stop != digits.data() + digits.size())
            throw FilterError(m_text, m_at, end - m_at, fmt::format("{} is no number; texts stand in quotes", digits));
        const bool negative = sign > 0 && m_text[m_at] != '+';
        std::string written(m_text.substr(m_at, end - m_at));
        return taken(Kind::number, end - m_at, std::move(written), negative ? -value : value);
    }

    bool isPlusOfExponent(std::size_t at) const {
        return m_text[at] == '+' && (m_text[at - 1] == 'e' || m_text[at - 1] == 'E');
    }

    FilterToken word() {
        std::size_t end = m_at;
        while (end < m_text.size() && continuesWord(m_text[end]) && !endsWord(end))
            ++end;
        const std::string_view text = m_text.substr(m_at, end - m_at);
        const std::string lower = base::lowerCase(text);
        if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end())
            return taken(Kind::symbol, text.size(), lower);
        return taken(Kind::name, text.size(), std::string(text));
    }

    /// A sign or blank that is written in several bytes, which would otherwise count as letters.
    bool endsWord(std::size_t at) const {
        const std::string_view rest = m_text.substr(at);
        return rest.starts_with(kNoBreakSpace) || rest.starts_with(kMinus) || rest.starts_with("≤") ||
               rest.starts_with("≥") || rest.starts_with("≠");
    }

    std::string_view m_text;
    bool m_typing = false;
    std::size_t m_at = 0;
};

/// Code points before a byte.
std::size_t charactersBefore(std::string_view text, std::size_t byte) {
    const auto before = text.substr(0, byte);
    return static_cast<std::size_t>(std::count_if(
        before.begin(), before.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

} // namespace

FilterError::FilterError(std::string_view text, std::size_t begin, std::size_t length, const std::string& sentence)
    : OptionError(
          fmt::format("the filter cannot be read at character {}: {}", charactersBefore(text, begin) + 1, sentence)),
      m_begin(begin), m_length(length), m_character(charactersBefore(text, begin) + 1), m_sentence(sentence) {}

std::vector<FilterToken> filterTokens(std::string_view text) {
    return Lexer(text, false).tokens();
}

std::vector<FilterToken> filterTokensSoFar(std::string_view text) {
    try {
        return Lexer(text, true).tokens();
    } catch (const FilterError& error) {
        auto tokens = Lexer(text.substr(0, std::min(error.begin(), kLongestFilter)), true).tokens();
        return tokens;
    }
}

bool isFilterWord(std::string_view word) {
    try {
        const auto tokens = filterTokens(word);
        return tokens.size() == 2 && tokens[0].kind == Kind::name && tokens[0].length == word.size();
    } catch (const FilterError&) {
        return false;
    }
}

} // namespace lpntk::curation
