#include <core/formats/checkpoints.h>

#include <core/base/error.h>
#include <core/base/files.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

namespace lpntk::formats {

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 6> kExtensions{".safetensors", ".pt", ".pth", ".th", ".ckpt", ".bin"};

/// Words of file names and the unit that they stand for.
constexpr std::array<std::pair<std::string_view, const char*>, 5> kWords{
    {{"epoch", "epoch"}, {"ep", "epoch"}, {"iteration", "iteration"}, {"iter", "iteration"}, {"step", "iteration"}}};

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Numbers of a name by the word before them, "" where there is none: "epoch=3-step=900" -> epoch 3, step 900.
std::map<std::string, std::int64_t> numbersOf(const std::string& name) {
    std::map<std::string, std::int64_t> numbers;
    std::string word;
    for (std::size_t i = 0; i < name.size();) {
        if (isLetter(name[i])) {
            word.clear();
            for (; i < name.size() && isLetter(name[i]); ++i)
                word += lower(name[i]);
        } else if (isDigit(name[i])) {
            const char* begin = name.data() + i;
            std::int64_t number = 0;
            const auto [end, problem] = std::from_chars(begin, name.data() + name.size(), number);
            i += static_cast<std::size_t>(end - begin);
            const auto known = std::ranges::find(kWords, word, [](const auto& entry) { return entry.first; });
            if (problem == std::errc())
                numbers[known == kWords.end() ? "" : known->second] = number; // of several bare numbers the last
            word.clear();
        } else {
            ++i;
        }
    }
    return numbers;
}

/// Whether a name fits a pattern of *, ? and other characters.
bool fits(std::string_view name, std::string_view pattern) {
    std::size_t n = 0, p = 0, star = std::string_view::npos, resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] != '*' && pattern[p] == name[n]))) {
            ++n;
            ++p;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

std::vector<fs::path> filesOf(const fs::path& folder, const std::string& pattern) {
    std::error_code code;
    fs::directory_iterator entries(folder.empty() ? fs::path(".") : folder, code);
    if (code)
        throw base::IoError(fmt::format("{}: cannot be read as a folder of checkpoints ({})", base::quoted(folder), code.message()));
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : entries) {
        const fs::path& path = entry.path();
        const bool wanted = pattern.empty() ? std::ranges::find(kExtensions, path.extension().string()) != kExtensions.end()
                                            : fits(path.filename().string(), pattern);
        if (wanted && entry.is_regular_file(code))
            files.push_back(path);
    }
    return files;
}

} // namespace

bool namesHistory(const fs::path& path) {
    std::error_code code;
    if (fs::exists(path, code))
        return fs::is_directory(path, code);
    return path.filename().string().find_first_of("*?") != std::string::npos;
}

std::vector<Checkpoint> findCheckpoints(const fs::path& folderOrPattern) {
    std::error_code code;
    const bool folder = fs::is_directory(folderOrPattern, code);
    const auto files = folder ? filesOf(folderOrPattern, {})
                              : filesOf(folderOrPattern.parent_path(), folderOrPattern.filename().string());
    std::map<fs::path, std::map<std::string, std::int64_t>> numbered;
    for (const fs::path& file : files) {
        if (auto numbers = numbersOf(file.stem().string()); !numbers.empty())
            numbered.emplace(file, std::move(numbers));
    }
    if (numbered.empty())
        throw base::FormatError(fmt::format("{}: holds no checkpoints with an epoch or iteration in their names, such as "
                                            "epoch-003.safetensors; name one file, or a pattern such as \"model_*.pth\"",
                                            base::quoted(folderOrPattern)));
    // Iterations order finer than epochs, and both better than a number that says nothing of itself.
    for (const char* unit : {"iteration", "epoch", ""}) {
        if (!std::ranges::all_of(numbered, [&](const auto& file) { return file.second.contains(unit); }))
            continue;
        std::vector<Checkpoint> checkpoints;
        for (const auto& [file, numbers] : numbered)
            checkpoints.push_back({file, numbers.at(unit), unit});
        std::ranges::stable_sort(checkpoints, {}, &Checkpoint::number);
        const auto same = std::ranges::adjacent_find(checkpoints, {}, &Checkpoint::number);
        if (same != checkpoints.end())
            throw base::FormatError(fmt::format(
                "{}: {} and {} have the same number; name one training with a pattern such as \"model_*.pth\"",
                base::quoted(folderOrPattern), base::quoted(same->file.filename()), base::quoted(std::next(same)->file.filename())));
        return checkpoints;
    }
    throw base::FormatError(fmt::format("{}: some checkpoints are numbered by epochs, others by iterations or bare numbers; name "
                                        "one kind with a pattern such as \"epoch-*.safetensors\"",
                                        base::quoted(folderOrPattern)));
}

} // namespace lpntk::formats
