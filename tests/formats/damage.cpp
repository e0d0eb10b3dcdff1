#include "damage.h"

#include <core/base/error.h>
#include <core/base/files.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <random>
#include <unistd.h>

namespace lpntk::tests {

namespace fs = std::filesystem;

fs::path fixture(const std::string& name) {
    return fs::path(LPNTK_SOURCE_DIR) / "tests/formats/fixtures" / name;
}

Bytes bytesOf(const fs::path& path) {
    return base::readFile(path, std::int64_t{1} << 30);
}

Bytes textBytes(std::string_view text) {
    const auto view = std::as_bytes(std::span(text.data(), text.size()));
    return {view.begin(), view.end()};
}

Scratch::Scratch() {
    static std::atomic<int> next = 0;
    m_folder = fs::temp_directory_path() / ("lpntk-test-" + std::to_string(::getpid()) + "-" + std::to_string(next++));
    fs::create_directories(m_folder);
}

Scratch::~Scratch() {
    std::error_code code;
    fs::remove_all(m_folder, code);
}

fs::path Scratch::write(const std::string& name, const Bytes& bytes) const {
    const fs::path path = m_folder / name;
    fs::create_directories(path.parent_path());
    // Removed first: some file systems flush a file that is cut to nothing and written again.
    fs::remove(path);
    base::File::create(path).append(bytes);
    return path;
}

fs::path Scratch::write(const std::string& name, std::string_view text) const {
    return write(name, textBytes(text));
}

std::string refusal(const std::function<void()>& read) {
    try {
        read();
        return {};
    } catch (const base::Error& problem) {
        return problem.what();
    }
}

std::int64_t firstAcceptedTruncation(const Bytes& bytes, const std::string& name, const Reader& read,
                                     std::size_t step) {
    const Scratch scratch;
    for (std::size_t length = 0; length < bytes.size(); length += step) {
        const fs::path path =
            scratch.write(name, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)));
        if (refusal([&] { read(path); }).empty())
            return static_cast<std::int64_t>(length);
    }
    return -1;
}

int refusedOfFuzzed(const Bytes& bytes, const std::string& name, const Reader& read, int rounds) {
    const Scratch scratch;
    std::mt19937 random(20240607);
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random()) % std::max<std::size_t>(limit, 1);
    };
    int refused = 0;
    // LPNTK_FUZZ=20 for a long search; a plain test run does a few hundred per reader.
    if (const char* factor = std::getenv("LPNTK_FUZZ"))
        rounds *= std::max(1, std::atoi(factor));
    for (int round = 0; round < rounds; ++round) {
        Bytes damaged = bytes;
        const std::size_t changes = 1 + below(4);
        for (std::size_t i = 0; i < changes && !damaged.empty(); ++i) {
            // Half of the changes near the start, where headers are.
            const std::size_t at = below(random() % 2 ? damaged.size() : std::min<std::size_t>(damaged.size(), 128));
            const auto place = damaged.begin() + static_cast<std::ptrdiff_t>(at);
            const auto run = static_cast<std::ptrdiff_t>(std::min<std::size_t>(1 + below(16), damaged.size() - at));
            switch (random() % 5) {
            case 0:
                *place ^= static_cast<std::byte>(1u << below(8));
                break;
            case 1:
                *place = static_cast<std::byte>(below(256));
                break;
            case 2:
                std::fill(place, place + run, random() % 2 ? std::byte{0xff} : std::byte{0});
                break;
            case 3:
                damaged.erase(place, place + run);
                break;
            default: {
                const Bytes copy(place, place + run);
                damaged.insert(place, copy.begin(), copy.end());
            }
            }
        }
        const fs::path path = scratch.write(name, damaged);
        refused += !refusal([&] { read(path); }).empty();
    }
    return refused;
}

} // namespace lpntk::tests
