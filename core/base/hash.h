#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lpntk::base {

/// SHA-256 of a stream of bytes.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void add(std::span<const std::byte> bytes);
    void add(std::string_view text);
    /// 64 lower-case hex digits; call once.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// SHA-256 of a whole file, streamed. Throws IoError.
std::string sha256OfFile(const std::filesystem::path& path);

/// CRC-32 (zlib), for detecting damage, not for identity.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t start = 0);

} // namespace lpntk::base
