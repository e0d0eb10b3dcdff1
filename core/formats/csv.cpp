#include <core/base/error.h>
#include <core/base/files.h>
#include <core/formats/csv.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace lpntk::formats {

using base::FormatError;

namespace {

class CsvParser {
public:
    CsvParser(std::string_view text, const std::string& where) : m_text(text), m_where(where) {
        if (m_text.starts_with("\xef\xbb\xbf"))
            m_text.remove_prefix(3);
    }

    bool done() const { return m_at == m_text.size(); }
    std::int64_t line() const { return m_line; }

    std::vector<std::string> record() {
        std::vector<std::string> fields;
        do {
            fields.push_back(m_at < m_text.size() && m_text[m_at] == '"' ? quotedField() : plainField());
        } while (accept(','));
        accept('\r');
        if (!done() && !accept('\n'))
            fail("a comma or the end of the line expected");
        return fields;
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw FormatError(fmt::format("{}, line {}: {}", m_where, m_line, what));
    }
    bool accept(char wanted) {
        if (m_at == m_text.size() || m_text[m_at] != wanted)
            return false;
        m_line += wanted == '\n';
        ++m_at;
        return true;
    }
    std::string plainField() {
        const std::size_t end = std::min(m_text.find_first_of(",\r\n\"", m_at), m_text.size());
        if (end < m_text.size() && m_text[end] == '"')
            fail("a quote inside a field that does not start with one");
        std::string field(m_text.substr(m_at, end - m_at));
        m_at = end;
        return field;
    }
    std::string quotedField() {
        std::string field;
        const std::int64_t start = m_line;
        ++m_at;
        while (true) {
            if (done())
                throw FormatError(fmt::format("{}, line {}: a quoted field is never closed", m_where, start));
            const char c = m_text[m_at++];
            m_line += c == '\n';
            if (c != '"')
                field.push_back(c);
            else if (m_at < m_text.size() && m_text[m_at] == '"')
                field.push_back(m_text[m_at++]);
            else
                return field;
        }
    }

    std::string_view m_text;
    const std::string& m_where;
    std::size_t m_at = 0;
    std::int64_t m_line = 1;
};

} // namespace

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
    const auto found = std::find(header.begin(), header.end(), name);
    return found == header.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - header.begin()));
}

CsvTable parseCsv(std::string_view text, const std::string& where) {
    if (text.find('\0') != std::string_view::npos)
        throw FormatError(where + " is not a text file (it holds a zero byte)");
    CsvParser parser(text, where);
    if (parser.done())
        throw FormatError(where + " is empty; a header line was expected");
    CsvTable table;
    table.header = parser.record();
    const std::set<std::string> names(table.header.begin(), table.header.end());
    if (names.size() != table.header.size())
        throw FormatError(where + ", line 1: two columns have the same name");
    while (!parser.done()) {
        const std::int64_t line = parser.line();
        std::vector<std::string> fields = parser.record();
        if (fields.size() == 1 && fields[0].empty() && table.header.size() > 1)
            continue; // an empty line
        if (fields.size() != table.header.size())
            throw FormatError(fmt::format("{}, line {}: {} fields; the header has {}", where, line, fields.size(),
                                          table.header.size()));
        table.rows.push_back(std::move(fields));
        table.lines.push_back(line);
    }
    return table;
}

CsvTable readCsv(const std::filesystem::path& path, std::int64_t limit) {
    return parseCsv(base::readTextFile(path, limit), base::quoted(path));
}

std::string csvField(std::string_view field) {
    if (field.find_first_of(",\"\r\n") == std::string_view::npos)
        return std::string(field);
    std::string quoted = "\"";
    for (const char c : field) {
        if (c == '"')
            quoted.push_back('"');
        quoted.push_back(c);
    }
    return quoted + "\"";
}

std::string csvLine(std::span<const std::string> fields) {
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0)
            line.push_back(',');
        line += csvField(fields[i]);
    }
    return line + "\n";
}

} // namespace lpntk::formats
