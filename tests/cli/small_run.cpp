#include "small_run.h"

#include "program.h"

#include <core/data/dataset.h>
#include <helpers/real_data.h>
#include <helpers/tiny_data.h>

#include <QFile>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace lpntk::tests {

namespace {

constexpr int kIdxImagesHeader = 16, kIdxLabelsHeader = 8, kPixels = 28 * 28;

QByteArray bytesOf(const QString& name) {
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

template <typename T> std::vector<T> readArray(const QString& file) {
    constexpr int kPrefix = 10; // magic, version, two bytes of header length
    const QByteArray bytes = bytesOf(file);
    if (!bytes.startsWith("\x93NUMPY\x01") || bytes.size() < kPrefix)
        return {};
    const int header = static_cast<std::uint8_t>(bytes[8]) | static_cast<std::uint8_t>(bytes[9]) << 8;
    const QByteArray values = bytes.mid(kPrefix + header);
    if (!bytes.mid(kPrefix, header).contains(QByteArray::number(static_cast<int>(sizeof(T))) + "'"))
        return {};
    std::vector<T> array(static_cast<std::size_t>(values.size()) / sizeof(T));
    std::memcpy(array.data(), values.constData(), array.size() * sizeof(T));
    return array;
}

template std::vector<float> readArray(const QString& file);
template std::vector<std::int64_t> readArray(const QString& file);
template std::vector<std::uint8_t> readArray(const QString& file);

QString SmallRun::makeWithSubset() {
    if (const QString problem = make(); !problem.isEmpty() || m_missing)
        return problem;
    const auto pruned = runProgram({"prune", folder(), "--method", "heads", "--keep", "0.3", "--out", subset()});
    return pruned.exitCode == 0 ? QString() : QString::fromUtf8(pruned.err);
}

QString SmallRun::weights() {
    return QString::fromStdString(sampleCheckpoint().string());
}

QString SmallRun::make() {
    const auto source = fashionMnist();
    m_missing = !source;
    if (m_missing)
        return "Fashion-MNIST is not installed (Debian package dataset-fashion-mnist)";
    writeIdxFolder(data().toStdString(), *lpntk::data::loadDataset(source->string()), kTrain, kTest);
    for (const char label : bytesOf(path("data/train-labels-idx1-ubyte")).mid(kIdxLabelsHeader))
        m_trainLabels.push_back(label);
    const QByteArray pixels = bytesOf(path("data/train-images-idx3-ubyte")).mid(kIdxImagesHeader);
    m_pixels.assign(pixels.begin(), pixels.end());
    const Outcome made = runProgram(
        {"kernel", "--data", data(), "--weights", weights(), "--limit", QString::number(kRows), "--out", folder()});
    if (made.exitCode != 0)
        return QString::fromUtf8(made.err);
    m_kappa = readArray<float>(path("run/kernel.npy"));
    samples = readArray<std::int64_t>(path("run/samples.npy"));
    labels = readArray<std::int64_t>(path("run/labels.npy"));
    const bool whole = m_kappa.size() == kRows * kRows && samples.size() == kRows && labels.size() == kRows;
    return whole ? QString() : QString("the run's arrays do not have the expected sizes");
}

std::vector<std::uint8_t> SmallRun::trainPixels(std::int64_t sample) const {
    const auto begin = m_pixels.begin() + sample * kPixels;
    return {begin, begin + kPixels};
}

double SmallRun::cosine(std::int64_t i, std::int64_t j) const {
    return kappa(i, j) / std::sqrt(kappa(i, i) * kappa(j, j));
}

std::int64_t SmallRun::rowOf(std::int64_t sample) const {
    return std::find(samples.begin(), samples.end(), sample) - samples.begin();
}

std::vector<std::int64_t> SmallRun::rowsOfClass(std::int64_t wanted) const {
    std::vector<std::int64_t> rows;
    for (std::int64_t row = 0; row < kRows; ++row)
        if (label(row) == wanted)
            rows.push_back(row);
    return rows;
}

} // namespace lpntk::tests
