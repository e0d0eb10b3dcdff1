#include "table.h"

#include <algorithm>

namespace lpntk::cli {

namespace {

/// Characters of UTF-8 text.
std::size_t widthOf(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

} // namespace

Table::Table(std::vector<std::string> header, std::vector<bool> right) : m_right(std::move(right)) {
    m_rows.push_back(std::move(header));
}

void Table::add(std::vector<std::string> row) {
    m_rows.push_back(std::move(row));
}

std::vector<std::string> Table::lines() const {
    std::vector<std::size_t> widths(m_right.size(), 0);
    for (const auto& row : m_rows) {
        for (std::size_t c = 0; c < row.size(); ++c)
            widths[c] = std::max(widths[c], widthOf(row[c]));
    }
    std::vector<std::string> lines;
    for (const auto& row : m_rows) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c) {
            const std::string padding(widths[c] - widthOf(row[c]), ' ');
            line += (c ? "  " : "") + (m_right[c] ? padding + row[c] : row[c] + padding);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(std::move(line));
    }
    return lines;
}

void say(const Console& console, const Table& table) {
    for (const std::string& line : table.lines())
        console.say(line);
}

} // namespace lpntk::cli
