#pragma once

#include "project_file.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>

namespace lpntk::gui {

/// Writes project files from any thread, one after the other, and never an older state over a newer one: the window may
/// write at once while it closes although a worker was asked a moment before.
class ProjectWriter {
public:
    /// Its place in the order, to be taken together with the state to be written.
    std::uint64_t next() { return ++m_last; }
    /// Waits for a write that goes on. False, with nothing written, when a later turn has been taken. Throws as
    /// writeProjectFile().
    bool write(std::uint64_t turn, const std::filesystem::path& file, const ProjectFile& project) {
        const std::lock_guard lock(m_mutex);
        if (turn != m_last)
            return false;
        writeProjectFile(file, project);
        return true;
    }

private:
    std::mutex m_mutex;
    std::atomic<std::uint64_t> m_last{0};
};

} // namespace lpntk::gui
