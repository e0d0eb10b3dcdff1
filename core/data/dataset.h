#pragma once

#include <core/base/ids.h>
#include <core/base/job_context.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace lpntk::data {

struct ImageShape {
    int channels = 0; ///< 1 or 3
    int height = 0;
    int width = 0;
    bool operator==(const ImageShape&) const = default;
};

/// An 8-bit picture for eyes: rows top to bottom, channels interleaved (H, W, C).
struct Image {
    ImageShape shape;
    std::vector<std::uint8_t> pixels;
};

/// The pictures of one split. Immutable after loading and safe to use from any thread; array formats hold or map the
/// bytes, folders decode lazily.
class ImageSource {
public:
    virtual ~ImageSource() = default;
    virtual std::int64_t count() const = 0;
    /// Size of picture `index`; for folders read from the file's header.
    virtual ImageShape shape(std::int64_t index) const = 0;
    /// True when all pictures have the shape of picture 0.
    virtual bool uniform() const = 0;
    /// For display. Float images are scaled from their own range to 0..255. Throws IoError, FormatError.
    virtual Image image(std::int64_t index) const = 0;
    /// For the network: planar (C, H, W) floats; 8-bit pictures in [0, 1], float pictures as stored.
    /// `out` has shape(index) elements. Throws IoError, FormatError, ShapeError.
    virtual void floats(std::int64_t index, std::span<float> out) const = 0;
    /// True when the stored floats are already what the network wants (formats.md section 2, NPY).
    virtual bool preprocessed() const { return false; }
    /// Path of the file, or "train-images-idx3-ubyte.gz, image 865".
    virtual std::string location(std::int64_t index) const = 0;
    /// The bytes that identify the sample: the file for folders, the raw pixels for arrays.
    virtual std::vector<std::byte> bytes(std::int64_t index) const = 0;
    /// The image file itself where each sample is one, else empty.
    virtual std::filesystem::path file(std::int64_t) const { return {}; }
};

/// Any further value per sample, to filter and colour by; one entry per sample of the split.
struct Column {
    std::string name;
    std::variant<std::vector<double>, std::vector<std::string>> values;
};

struct Split {
    std::string name; ///< "train", "test", ...
    std::shared_ptr<const ImageSource> images;
    std::vector<std::int64_t> labels; ///< in [0, classes)
    std::vector<Column> columns;

    std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// A data set as found on disk: one or more splits with the same classes. Immutable; shared by reference count.
struct Dataset {
    std::string name;            ///< "Fashion-MNIST" where it can be told, else the folder's name
    std::string kind;            ///< "idx", "cifar10", "cifar100", "imagefolder", "npz", "npy", "manifest"
    std::filesystem::path path;  ///< as given, absolute
    std::vector<std::string> classNames;
    std::vector<Split> splits;
    /// Files that were read, absolute; what a recipe hashes.
    std::vector<std::filesystem::path> files;

    int classes() const { return static_cast<int>(classNames.size()); }
    /// Throws OptionError listing the splits there are.
    const Split& split(const std::string& splitName) const;
};

/// Sources are read only. Throws OptionError when `place`, which is to be written, is the data set or lies inside it.
void checkOutside(const Dataset& dataset, const std::filesystem::path& place);

struct LoadOptions {
    /// Overrides the class count from labels and names, 0 = find out.
    int classes = 0;
};

/// Opens `source`: a path whose kind is found by looking, or "kind:path" with a kind of Dataset::kind. Nothing in the
/// files is executed. Throws IoError, FormatError, ShapeError, OptionError (unknown kind; nothing recognisable there).
std::shared_ptr<const Dataset> loadDataset(const std::string& source, const LoadOptions& options = {},
                                           const base::JobContext& context = {});

/// SHA-256 over all files of the data set in a fixed order (relative path, size, content).
std::string datasetHash(const Dataset& dataset, const base::JobContext& context = {});

} // namespace lpntk::data
