#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::formats {

/// A CSV file (RFC 4180) with a header line; every row has as many fields as the header.
struct CsvTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::int64_t> lines; ///< line of the file (from 1) at which each row starts

    /// Index of the column with this name, empty when there is none.
    std::optional<std::size_t> column(std::string_view name) const;
};

/// Quoted fields may hold commas, quotes and line ends; LF or CRLF; a byte order mark is skipped. Throws FormatError
/// with the line for rows of another length, unclosed quotes, text after a closing quote, duplicate column names.
CsvTable parseCsv(std::string_view text, const std::string& where);
/// The same for a file of at most `limit` bytes. Throws IoError too.
CsvTable readCsv(const std::filesystem::path& path, std::int64_t limit = std::int64_t{1} << 30);

/// One field, quoted where it must be.
std::string csvField(std::string_view field);
/// Fields joined by commas and ended by CRLF-free "\n".
std::string csvLine(std::span<const std::string> fields);

} // namespace lpntk::formats
