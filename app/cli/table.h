#pragma once

#include "command.h"

#include <string>
#include <vector>

namespace lpntk::cli {

/// Lines of a text table: columns padded to their widest cell (counted in characters, not bytes), two blanks between.
/// `right` says per column whether it is flushed right, as numbers are.
class Table {
public:
    Table(std::vector<std::string> header, std::vector<bool> right);
    void add(std::vector<std::string> row);
    std::vector<std::string> lines() const;

private:
    std::vector<bool> m_right;
    std::vector<std::vector<std::string>> m_rows;
};

void say(const Console& console, const Table& table);

} // namespace lpntk::cli
