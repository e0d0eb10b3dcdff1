#include "export_fixture.h"

#include <core/base/files.h>
#include <core/formats/idx.h>
#include <core/formats/images.h>

#include <fmt/format.h>

#include <cstring>

namespace lpntk::tests {

namespace fs = std::filesystem;

namespace {

constexpr int kHeight = 4, kWidth = 5;

std::uint8_t pixel(std::int64_t sample, std::size_t place) {
    return static_cast<std::uint8_t>(sample * 31 + static_cast<std::int64_t>(place) * 7);
}

std::vector<std::uint8_t> pixels(std::int64_t sample, int channels) {
    std::vector<std::uint8_t> values(static_cast<std::size_t>(kHeight * kWidth * channels));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = pixel(sample, i);
    return values;
}

/// Pictures made from their number.
class MadeSource : public data::ImageSource {
public:
    MadeSource(PictureKind kind, std::int64_t count, fs::path folder) : m_kind(kind), m_count(count), m_folder(std::move(folder)) {}

    std::int64_t count() const override { return m_count; }
    data::ImageShape shape(std::int64_t) const override { return {channels(), kHeight, kWidth}; }
    bool uniform() const override { return true; }
    data::Image image(std::int64_t index) const override { return {shape(index), pixels(index, channels())}; }
    void floats(std::int64_t index, std::span<float> out) const override {
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<float>(pixel(index, i)) / 999.0f - 0.05f;
    }
    bool preprocessed() const override { return m_kind == PictureKind::floats; }
    std::string location(std::int64_t index) const override { return fmt::format("made, \"picture\" {}", index); }
    std::vector<std::byte> bytes(std::int64_t index) const override {
        if (m_kind == PictureKind::files)
            return base::readFile(file(index), 1 << 20);
        if (m_kind == PictureKind::floats) {
            std::vector<float> values(static_cast<std::size_t>(3 * kHeight * kWidth));
            floats(index, values);
            const auto raw = std::as_bytes(std::span(values));
            return {raw.begin(), raw.end()};
        }
        const auto values = pixels(index, channels());
        const auto raw = std::as_bytes(std::span(values));
        return {raw.begin(), raw.end()};
    }
    fs::path file(std::int64_t index) const override {
        return m_kind == PictureKind::files ? m_folder / std::to_string(index) / (index % 2 ? "odd.png" : "even.png") : fs::path();
    }

private:
    int channels() const { return m_kind == PictureKind::grey ? 1 : 3; }
    PictureKind m_kind;
    std::int64_t m_count;
    fs::path m_folder;
};

} // namespace

ExportFixture::ExportFixture(PictureKind pictureKind) : kind(pictureKind) {
    SyntheticRun dense = makeSyntheticRun(90, 3, 7);
    dense.classNames = {"class/0", "class 1", "class 2"};
    std::int64_t count = 0;
    for (const std::int64_t sample : dense.samples)
        count = std::max(count, sample + 3);
    std::vector<std::int64_t> labels(static_cast<std::size_t>(count), 1);
    for (std::size_t i = 0; i < dense.samples.size(); ++i)
        labels[static_cast<std::size_t>(dense.samples[i])] = dense.labels[i];

    fs::create_directories(path("data"));
    std::vector<std::byte> bytes, labelBytes;
    for (std::int64_t sample = 0; sample < count; ++sample) {
        for (const std::uint8_t value : pixels(sample, 1))
            bytes.push_back(static_cast<std::byte>(value));
        labelBytes.push_back(static_cast<std::byte>(labels[static_cast<std::size_t>(sample)]));
    }
    const std::int64_t shape[] = {count, kHeight, kWidth};
    formats::writeIdx(path("data") / "train-images-idx3-ubyte", shape, bytes);
    formats::writeIdx(path("data") / "train-labels-idx1-ubyte", std::span(shape, 1), labelBytes);
    SyntheticOptions options;
    options.dataSource = "idx:" + path("data").string();
    writeSyntheticRun(path("run"), dense, options);
    run = run::Run::open(path("run"));

    auto dataset = std::make_shared<data::Dataset>();
    dataset->kind = "made";
    dataset->path = path("data");
    dataset->classNames = dense.classNames;
    dataset->splits.push_back({"train", std::make_shared<MadeSource>(kind, count, path("data")), labels, {}});
    source.data = dataset;
    for (std::int64_t sample = 0; sample < count && kind == PictureKind::files; ++sample) {
        fs::create_directories(images().file(sample).parent_path());
        base::writeFileAtomically(images().file(sample), formats::encodePng({3, kHeight, kWidth}, pixels(sample, 3)));
    }
    source.run = run;
    source.clustering = analysis::Clustering::compute(run, analysis::Mode::paper, nullptr, 1);
    pruneBy(curation::Method::heads);
}

fs::path ExportFixture::path(const char* name) const {
    return fs::path(folder.path().toStdString()) / name;
}

std::vector<std::byte> ExportFixture::exactPixels(std::int64_t sample) const {
    if (kind != PictureKind::files)
        return images().bytes(sample);
    const auto values = pixels(sample, 3);
    const auto raw = std::as_bytes(std::span(values));
    return {raw.begin(), raw.end()};
}

std::string ExportFixture::pngName(std::int64_t sample) const {
    return fmt::format("{:03}.png", sample);
}

void ExportFixture::pruneBy(curation::Method method) {
    curation::PruneOptions options;
    options.method = method;
    options.keep = 0.4;
    options.seed = 3;
    if (curation::needsScores(method)) {
        for (std::int64_t i = 0; i < run->rows(); ++i)
            options.scores.push_back(static_cast<float>((i * 7) % 13));
    }
    subset = curation::prune(*source.clustering, options, source.decisions, true, 1);
}

void ExportFixture::changeLabels() {
    auto other = std::make_shared<data::Dataset>(*source.data);
    for (std::int64_t& label : other->splits[0].labels)
        label = (label + 1) % 3;
    source.data = other;
}

} // namespace lpntk::tests
