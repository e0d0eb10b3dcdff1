#include <core/data/loaders.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace lpntk::data {

namespace {

struct Known {
    const char* name;
    const char* word;                          ///< what a folder's name contains, as plainWord gives it
    std::span<const std::int64_t> firstLabels; ///< of the 60,000 training labels; empty where only the name tells
    std::array<const char*, 10> classNames;
};

constexpr std::array<std::int64_t, 20> kFashionLabels{9, 0, 0, 3, 0, 2, 7, 2, 5, 5, 0, 9, 5, 5, 7, 9, 1, 0, 6, 4};
constexpr std::array<std::int64_t, 20> kMnistLabels{5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5, 3, 6, 1, 7, 2, 8, 6, 9};

// The longer words come first: "fashionmnist" contains "mnist".
constexpr std::array kKnown{
    Known{"Fashion-MNIST",
          "fashionmnist",
          kFashionLabels,
          {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}},
    Known{"KMNIST", "kmnist", {}, {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"}},
    Known{"MNIST", "mnist", kMnistLabels, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
};

KnownSet named(const Known& known) {
    return {known.name, {known.classNames.begin(), known.classNames.end()}};
}

} // namespace

std::string plainWord(const std::string& text) {
    std::string word;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)))
            word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
    return word;
}

std::optional<KnownSet> recogniseKnownSet(const std::filesystem::path& path,
                                          std::span<const std::int64_t> trainLabels) {
    for (const Known& known : kKnown) {
        if (trainLabels.size() == 60000 && !known.firstLabels.empty() &&
            std::equal(known.firstLabels.begin(), known.firstLabels.end(), trainLabels.begin()))
            return named(known);
    }
    std::filesystem::path folder = path;
    for (int level = 0; level < 3 && !folder.empty(); ++level, folder = folder.parent_path()) {
        const std::string word = plainWord(folder.filename().string());
        if (word.find("emnist") != std::string::npos || word.find("qmnist") != std::string::npos)
            return std::nullopt;
        for (const Known& known : kKnown) {
            if (word.find(known.word) != std::string::npos)
                return named(known);
        }
    }
    return std::nullopt;
}

} // namespace lpntk::data
