#include <core/formats/figure_note.h>

#include <string_view>
#include <utility>

namespace lpntk::formats {

namespace {

/// Keys of PNG, names of XML elements, and where they stand. "Title", "Software" and "Source" are PNG's own words.
struct Field {
    const char* key;
    const char* element;
    std::string FigureNote::*text;
};
constexpr Field kFields[] = {{"Title", "title", &FigureNote::title},
                             {"Software", "program", &FigureNote::program},
                             {"Source", "run", &FigureNote::run},
                             {"Recipe-SHA256", "recipeSha256", &FigureNote::recipeSha256},
                             {"Recipe", "recipe", &FigureNote::recipe}};
constexpr std::pair<std::string_view, char> kEntities[] = {
    {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};

std::string plainText(std::string_view xml) {
    std::string text;
    while (!xml.empty()) {
        std::size_t taken = 0;
        for (const auto& [entity, letter] : kEntities) {
            if (!taken && xml.starts_with(entity)) {
                text += letter;
                taken = entity.size();
            }
        }
        if (!taken) {
            text += xml.front();
            taken = 1;
        }
        xml.remove_prefix(taken);
    }
    return text;
}

std::string elementIn(std::string_view xml, const std::string& name) {
    const std::string begin = "<lpntk:" + name + ">", end = "</lpntk:" + name + ">";
    const std::size_t from = xml.find(begin);
    const std::size_t to = from == std::string_view::npos ? from : xml.find(end, from);
    if (to == std::string_view::npos)
        return {};
    return plainText(xml.substr(from + begin.size(), to - from - begin.size()));
}

} // namespace

std::vector<PngText> pngTextsOf(const FigureNote& note) {
    std::vector<PngText> texts;
    for (const Field& field : kFields)
        texts.push_back({field.key, note.*field.text});
    return texts;
}

std::string xmlEscaped(const std::string& text) {
    std::string xml;
    for (const char letter : text) {
        std::string_view shown(&letter, 1);
        for (const auto& [entity, plain] : kEntities)
            if (letter == plain)
                shown = entity;
        const auto code = static_cast<unsigned char>(letter);
        xml += code < 0x20 && letter != '\n' && letter != '\t' ? std::string_view(" ") : shown;
    }
    return xml;
}

std::string xmlOf(const FigureNote& note) {
    std::string xml;
    for (const Field& field : kFields)
        xml += "<lpntk:" + std::string(field.element) + ">" + xmlEscaped(note.*field.text) +
               "</lpntk:" + field.element + ">\n";
    return xml;
}

std::optional<FigureNote> readFigureNote(std::span<const std::byte> file, const std::string& where) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    FigureNote note;
    if (text.starts_with("\x89PNG")) {
        for (const PngText& entry : readPngText(file, where))
            for (const Field& field : kFields)
                if (entry.key == field.key)
                    note.*field.text = entry.text;
    } else if (text.starts_with("%PDF") || text.substr(0, 1024).find("<svg") != std::string_view::npos) {
        for (const Field& field : kFields)
            note.*field.text = elementIn(text, field.element);
    }
    // Other programs write titles too; the recipe is ours.
    return note.recipeSha256.empty() || note.recipe.empty() ? std::nullopt : std::optional(std::move(note));
}

} // namespace lpntk::formats
