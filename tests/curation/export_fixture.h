#pragma once

#include <helpers/synthetic_run.h>

#include <core/curation/export.h>

#include <QTemporaryDir>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace lpntk::tests {

/// Pictures of 4 x 5 pixels: 8-bit grey or colour arrays, float arrays, or files.
enum class PictureKind { grey, colour, floats, files };

/// A run, its data set (IDX files in "data" whatever the kind, so that recipes can be replayed; the pictures come from
/// memory for the other kinds) and a subset by cluster heads. The split has samples that the run does not.
struct ExportFixture {
    explicit ExportFixture(PictureKind kind = PictureKind::grey);

    std::filesystem::path path(const char* name) const;
    const data::ImageSource& images() const { return *source.data->splits[0].images; }
    const std::vector<std::int64_t>& labels() const { return source.data->splits[0].labels; }
    /// The bytes that a lossless array of this kind holds of one picture.
    std::vector<std::byte> exactPixels(std::int64_t sample) const;
    std::string pngName(std::int64_t sample) const;
    void pruneBy(curation::Method method);
    /// Puts another data set of equal size in the place of the right one.
    void changeLabels();

    QTemporaryDir folder;
    PictureKind kind;
    std::shared_ptr<const run::Run> run;
    curation::SubsetSource source;
    curation::Subset subset;
};

} // namespace lpntk::tests
