#pragma once

#include <core/kernel/cross_plan.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// kernel.npy of a cross job, allocated before the work; places of it are written from several threads.
class CrossStore {
public:
    CrossStore(const std::filesystem::path& folder, const CrossPlan& plan);

    /// Bytes of all files of a finished job.
    static std::int64_t diskBytes(const CrossPlan& plan);
    /// Creates the file in its full size. Throws IoError when the disk is full.
    void create() const;
    /// Throws FormatError when the file is missing or of another size.
    void checkSize() const;
    std::int64_t elementBytes() const { return m_elementBytes; }
    /// Writes an array of these rows and columns; `bytes` begins with the first, its rows are `stride` bytes apart.
    void write(const run::RowRange& rows, const run::RowRange& columns, std::span<const std::byte> bytes,
               std::int64_t stride) const;
    /// CRC-32 of the first `tiles` pieces of a band, as they are stored.
    std::vector<std::uint32_t> checksums(int band, int tiles) const;
    /// Gives the system's cache of these rows back.
    void releasePages(const run::RowRange& rows) const;
    void sync() const;

private:
    std::int64_t offsetOf(std::int64_t row, std::int64_t column) const;
    std::int64_t fileBytes() const { return offsetOf(m_plan.rows, 0); }

    std::filesystem::path m_path;
    const CrossPlan& m_plan;
    std::vector<std::byte> m_header;
    std::int64_t m_elementBytes;
};

/// The journal: a line "piece BAND COLUMN CRC" per stored piece. Appended while the job runs, read on resume, written
/// again in canonical order at the end.
class CrossJournal {
public:
    CrossJournal(const std::filesystem::path& folder, const CrossPlan& plan)
        : m_path(folder / "journal"), m_plan(plan) {}

    /// By piece (band after band), -1 where there is none; a torn last line is left out.
    using Checksums = std::vector<std::int64_t>;
    std::size_t placeOf(int band, int columnTile) const;
    Checksums read() const;
    void rewrite(const Checksums& checksums) const;
    static std::string lineOf(int band, int columnTile, std::uint32_t checksum);
    void append(const std::string& lines) const;

private:
    std::filesystem::path m_path;
    const CrossPlan& m_plan;
};

} // namespace lpntk::kernel
