#include <core/base/error.h>
#include <core/base/files.h>
#include <core/formats/cifar.h>
#include <core/formats/pickle_numpy.h>

#include <fmt/format.h>

namespace lpntk::formats {

using base::FormatError;
using Kind = PickleValue::Kind;

namespace {

constexpr std::size_t kPixels = 3 * 32 * 32;
constexpr std::int64_t kLargestMeta = 1 << 20;

std::vector<std::int64_t> labelList(const PickleValue& dict, const char* key, const std::string& where) {
    const PickleValue* list = dict.find(key);
    if (!list || list->kind != Kind::list)
        throw FormatError(fmt::format(
            "{}: the key \"{}\" with a list of labels is missing; is it a batch of the other CIFAR set?", where, key));
    std::vector<std::int64_t> labels;
    labels.reserve(list->items.size());
    for (const PickleValue* item : list->items) {
        if (item->kind != Kind::integer)
            throw FormatError(fmt::format("{}: label {} is a {} and no int", where, labels.size(), nameOf(item->kind)));
        labels.push_back(item->integer);
    }
    return labels;
}

} // namespace

CifarBatch readCifarBinary(const std::filesystem::path& path, bool hundred) {
    const std::string where = base::quoted(path);
    const auto file = base::MappedFile::open(path);
    const std::span<const std::byte> bytes = file->bytes();
    const std::size_t labelBytes = hundred ? 2 : 1;
    const std::size_t record = labelBytes + kPixels;
    if (bytes.empty() || bytes.size() % record != 0)
        throw FormatError(
            fmt::format("{} has {} bytes, not a whole number of {}-byte records: the file is truncated or of the other "
                        "CIFAR set",
                        where, bytes.size(), record));
    const std::size_t count = bytes.size() / record;
    CifarBatch batch;
    auto pixels = std::make_shared<std::vector<std::byte>>();
    pixels->reserve(count * kPixels);
    const int classes = hundred ? 100 : 10;
    for (std::size_t i = 0; i < count; ++i) {
        const std::span<const std::byte> one = bytes.subspan(i * record, record);
        const int label = static_cast<int>(one[labelBytes - 1]);
        if (label >= classes || (hundred && static_cast<int>(one[0]) >= 20))
            throw FormatError(fmt::format("{}: record {} (byte {}) has label {}; 0 to {} were expected", where, i,
                                          i * record, label, classes - 1));
        batch.labels.push_back(label);
        if (hundred)
            batch.coarse.push_back(static_cast<std::int64_t>(one[0]));
        pixels->insert(pixels->end(), one.begin() + static_cast<std::ptrdiff_t>(labelBytes), one.end());
    }
    batch.pixels = *pixels;
    batch.owner = std::move(pixels);
    return batch;
}

CifarBatch readCifarPython(const std::filesystem::path& path, bool hundred) {
    const std::string where = base::quoted(path);
    const auto file = base::MappedFile::open(path);
    const auto document = readPickle(file->bytes(), where);
    const PickleValue* data = document->root->find("data");
    if (!data)
        throw FormatError(
            where + ": is a pickle without the key \"data\"; a batch of the Python version of CIFAR was expected");
    CifarBatch batch;
    batch.labels = labelList(*document->root, hundred ? "fine_labels" : "labels", where);
    if (hundred)
        batch.coarse = labelList(*document->root, "coarse_labels", where);
    auto array = std::make_shared<PickledArray>(numpyArray(*data, where));
    if (array->type != DType::u8 || array->shape.size() != 2 || array->shape[1] != static_cast<std::int64_t>(kPixels))
        throw FormatError(where + ": the data are not uint8 rows of 3,072 pixels");
    if (array->shape[0] != static_cast<std::int64_t>(batch.labels.size()) ||
        (hundred && batch.coarse.size() != batch.labels.size()))
        throw FormatError(fmt::format("{}: {} images and {} labels; the counts must be equal", where, array->shape[0],
                                      batch.labels.size()));
    batch.pixels = array->bytes;
    batch.owner = std::move(array);
    return batch;
}

std::vector<std::string> readCifarPythonNames(const std::filesystem::path& path, const char* key) {
    const std::string where = base::quoted(path);
    const std::vector<std::byte> bytes = base::readFile(path, kLargestMeta);
    const auto document = readPickle(bytes, where);
    const PickleValue* list = document->root->find(key);
    if (!list || list->kind != Kind::list)
        throw FormatError(fmt::format("{}: the key \"{}\" with a list of names is missing", where, key));
    std::vector<std::string> names;
    for (const PickleValue* item : list->items) {
        if (!item->isString())
            throw FormatError(fmt::format("{}: a name is a {}", where, nameOf(item->kind)));
        names.emplace_back(item->text);
    }
    return names;
}

} // namespace lpntk::formats
