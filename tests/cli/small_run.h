#pragma once

#include <QString>
#include <QTemporaryDir>

#include <cstdint>
#include <vector>

namespace lpntk::tests {

/// The first images of Fashion-MNIST as an IDX folder, and a run that the real program made of them with the shipped
/// LeNet-5. The kernel is read here with plain code, so that expectations do not rest on the code under test.
class SmallRun {
public:
    static constexpr std::int64_t kTrain = 400; ///< images in the training file of data()
    static constexpr std::int64_t kTest = 100;
    static constexpr std::int64_t kRows = 300; ///< of the run: the first of the training file

    /// Empty when all went well, else what did not.
    QString make();
    /// Also prunes it to the heads of 30 %, into subset().
    QString makeWithSubset();
    /// Fashion-MNIST is not installed.
    bool isMissing() const { return m_missing; }

    QString path(const QString& name) const { return m_folder.filePath(name); }
    QString data() const { return path("data"); }
    QString folder() const { return path("run"); }
    QString subset() const { return path("subset"); }
    static QString weights();

    /// Labels by original index, as the IDX file has them, and the pixels of one image.
    const std::vector<std::int64_t>& trainLabels() const { return m_trainLabels; }
    std::vector<std::uint8_t> trainPixels(std::int64_t sample) const;

    /// Original indices by row; kappa of two rows, as kernel.npy stores it; their cosine.
    std::vector<std::int64_t> samples, labels;
    double kappa(std::int64_t i, std::int64_t j) const { return m_kappa[static_cast<std::size_t>(i * kRows + j)]; }
    double cosine(std::int64_t i, std::int64_t j) const;
    std::int64_t label(std::int64_t row) const { return labels[static_cast<std::size_t>(row)]; }
    std::int64_t sample(std::int64_t row) const { return samples[static_cast<std::size_t>(row)]; }
    std::int64_t rowOf(std::int64_t sample) const;
    /// Rows of a class, ascending.
    std::vector<std::int64_t> rowsOfClass(std::int64_t label) const;

private:
    QTemporaryDir m_folder;
    bool m_missing = false;
    std::vector<std::int64_t> m_trainLabels;
    std::vector<std::uint8_t> m_pixels;
    std::vector<float> m_kappa;
};

/// The elements of an .npy file of version 1, whose type must be T by its size. Empty when it cannot be read.
template <typename T> std::vector<T> readArray(const QString& file);
extern template std::vector<float> readArray(const QString& file);
extern template std::vector<std::int64_t> readArray(const QString& file);
extern template std::vector<std::uint8_t> readArray(const QString& file);

} // namespace lpntk::tests
