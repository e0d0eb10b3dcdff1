#pragma once

#include <core/formats/png_text.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lpntk::formats {

/// What a saved figure says about itself: text chunks of a PNG, elements of the metadata of an SVG or a PDF.
struct FigureNote {
    std::string title;        ///< "Heatmap of fashion-10k"
    std::string program;      ///< "lpNTK Explorer 0.9"
    std::string run;          ///< name of the run's folder, without its path
    std::string recipeSha256; ///< hash of `recipe`, 64 hexadecimal digits
    std::string recipe;       ///< JSON: what is shown and how to make it again
    bool operator==(const FigureNote&) const = default;
};

/// Texts for withPngText().
std::vector<PngText> pngTextsOf(const FigureNote& note);

/// The same as elements of the name space below, for XML that declares the prefix "lpntk".
std::string xmlOf(const FigureNote& note);
inline constexpr const char* kFigureNamespace = "urn:lpntk-explorer:figure";

/// `text` with what XML reserves replaced; letters that XML does not allow become spaces.
std::string xmlEscaped(const std::string& text);

/// The note of a PNG, SVG or PDF; nothing when it is another kind of file or carries none. Throws FormatError for a
/// damaged PNG.
std::optional<FigureNote> readFigureNote(std::span<const std::byte> file, const std::string& where);

} // namespace lpntk::formats
