#include "tiny_data.h"

#include <core/base/files.h>
#include <core/data/array_source.h>

#include <algorithm>
#include <random>
#include <vector>

namespace lpntk::tests {

namespace {

data::Split tinySplit(const std::string& name, std::int64_t count, int classes, int side, unsigned seed) {
    std::mt19937 generator(seed);
    const auto noise = [&generator] {
        return static_cast<float>(generator() >> 8) / static_cast<float>(1 << 24) - 0.5f;
    };
    const auto pixels = std::make_shared<std::vector<float>>();
    data::Split split;
    split.name = name;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto label = static_cast<std::int64_t>(generator() % static_cast<unsigned>(classes));
        split.labels.push_back(label);
        for (int row = 0; row < side; ++row)
            for (int column = 0; column < side; ++column)
                pixels->push_back(noise() + (row % classes == label ? 1.5f : 0.0f));
    }
    data::PixelBlock block{std::as_bytes(std::span(*pixels)), pixels, count, "tiny"};
    split.images = std::make_shared<data::ArraySource>(std::vector{block}, data::PixelLayout::planar({1, side, side}),
                                                       data::ArraySource::Element::float32);
    return split;
}

void appendBigEndian(std::vector<std::byte>& bytes, std::int64_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::byte>((value >> shift) & 0xff));
}

void writeIdxPair(const std::filesystem::path& folder, const std::string& prefix, const data::Split& split,
                  std::int64_t count) {
    const auto shape = split.images->shape(0);
    std::vector<std::byte> images;
    std::vector<std::byte> labels;
    for (const std::int64_t number :
         {std::int64_t{0x803}, count, std::int64_t{shape.height}, std::int64_t{shape.width}})
        appendBigEndian(images, number);
    for (const std::int64_t number : {std::int64_t{0x801}, count})
        appendBigEndian(labels, number);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto pixels = split.images->bytes(i);
        images.insert(images.end(), pixels.begin(), pixels.end());
        labels.push_back(static_cast<std::byte>(split.labels[static_cast<std::size_t>(i)]));
    }
    base::writeFileAtomically(folder / (prefix + "-images-idx3-ubyte"), images);
    base::writeFileAtomically(folder / (prefix + "-labels-idx1-ubyte"), labels);
}

} // namespace

std::shared_ptr<const data::Dataset> tinyDataset(std::int64_t count, int classes, int side) {
    auto dataset = std::make_shared<data::Dataset>();
    dataset->name = "Tiny";
    dataset->kind = "npz";
    for (int k = 0; k < classes; ++k)
        dataset->classNames.push_back("class " + std::to_string(k));
    dataset->splits.push_back(tinySplit("train", count, classes, side, 1));
    dataset->splits.push_back(tinySplit("test", std::max<std::int64_t>(count / 3, 1), classes, side, 2));
    return dataset;
}

void writeIdxFolder(const std::filesystem::path& folder, const data::Dataset& dataset, std::int64_t train,
                    std::int64_t test) {
    std::filesystem::create_directories(folder);
    writeIdxPair(folder, "train", dataset.split("train"), train);
    writeIdxPair(folder, "t10k", dataset.split("test"), test);
}

} // namespace lpntk::tests
