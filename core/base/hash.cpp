#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <vector>

namespace lpntk::base {

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : m_state(std::make_unique<State>()) {
    if (!m_state->context || EVP_DigestInit_ex(m_state->context, EVP_sha256(), nullptr) != 1)
        throw Error("SHA-256 is not available in this machine's OpenSSL");
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(m_state->context, bytes.data(), bytes.size());
}

void Sha256::add(std::string_view text) {
    add(std::as_bytes(std::span(text.data(), text.size())));
}

std::string Sha256::hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_DigestFinal_ex(m_state->context, digest, &length);
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < length; ++i) {
        text += kDigits[digest[i] >> 4];
        text += kDigits[digest[i] & 15];
    }
    return text;
}

std::string sha256OfFile(const std::filesystem::path& path) {
    const File file = File::openRead(path);
    Sha256 hash;
    std::vector<std::byte> buffer(1 << 20);
    const std::int64_t size = file.size();
    for (std::int64_t offset = 0; offset < size;) {
        const auto part = std::min<std::int64_t>(static_cast<std::int64_t>(buffer.size()), size - offset);
        const std::span<std::byte> piece = std::span(buffer).first(static_cast<std::size_t>(part));
        file.readAt(offset, piece);
        hash.add(piece);
        offset += part;
    }
    return hash.hex();
}

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t start) {
    return static_cast<std::uint32_t>(
        ::crc32_z(start, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

} // namespace lpntk::base
