#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::tests {

using Bytes = std::vector<std::byte>;

/// A file of tests/formats/fixtures.
std::filesystem::path fixture(const std::string& name);
Bytes bytesOf(const std::filesystem::path& path);
Bytes textBytes(std::string_view text);

/// A folder that is gone after the test.
class Scratch {
public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const std::filesystem::path& folder() const { return m_folder; }
    std::filesystem::path write(const std::string& name, const Bytes& bytes) const;
    std::filesystem::path write(const std::string& name, std::string_view text) const;

private:
    std::filesystem::path m_folder;
};

using Reader = std::function<void(const std::filesystem::path&)>;

/// The sentence of the base::Error that reading throws, "" when it reads. Anything else thrown passes through and
/// fails the test.
std::string refusal(const std::function<void()>& read);

/// Reads the file cut off at every length (every `step`-th); returns the first length that was not refused, -1 when
/// all were.
std::int64_t firstAcceptedTruncation(const Bytes& bytes, const std::string& name, const Reader& read,
                                     std::size_t step = 1);

/// Reads `rounds` copies with some random bits flipped, bytes replaced, runs removed or repeated. Each must read or be
/// refused by a base::Error. Returns how many were refused. The seed is fixed.
int refusedOfFuzzed(const Bytes& bytes, const std::string& name, const Reader& read, int rounds);

} // namespace lpntk::tests
