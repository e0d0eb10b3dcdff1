#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// Writes the saved state of a job beside its place without renaming it, so that the slow part can be done under a
/// lock; commitState makes it the one that counts. `head` is what must be equal when it is read back.
void writeStateFile(const std::filesystem::path& folder, const std::string& head,
                    const std::vector<std::span<const std::byte>>& arrays);
void commitState(const std::filesystem::path& folder);
void removeState(const std::filesystem::path& folder);

/// Reads the saved state into arrays of the same sizes. False when there is none, or when it is damaged or of another
/// job: then what the arrays hold means nothing.
bool readStateFile(const std::filesystem::path& folder, const std::string& head,
                   const std::vector<std::span<std::byte>>& arrays);

} // namespace lpntk::kernel
