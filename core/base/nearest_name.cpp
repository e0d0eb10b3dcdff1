#include <core/base/nearest_name.h>

#include <algorithm>
#include <vector>

namespace lpntk::base {

namespace {

/// Longer words are not typed by hand, and the distance costs the product of both lengths.
constexpr std::size_t kLongest = 64;

/// Damerau-Levenshtein distance in bytes (Damerau 1964; the restricted form, in which no piece is edited twice).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t exchanged = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, exchanged});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

} // namespace

std::string lowerCase(std::string_view text) {
    std::string result(text);
    for (char& letter : result)
        if (letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter - 'A' + 'a');
    return result;
}

std::string nearestName(std::string_view word, std::span<const std::string> names) {
    if (word.empty() || word.size() > kLongest)
        return {};
    const std::string wanted = lowerCase(word);
    std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
    std::string nearest;
    for (const std::string& name : names) {
        if (name.size() >= word.size() + least || name.size() + least <= word.size())
            continue;
        if (const std::size_t edits = distance(wanted, lowerCase(name)); edits < least) {
            least = edits;
            nearest = name;
        }
    }
    return nearest;
}

} // namespace lpntk::base
