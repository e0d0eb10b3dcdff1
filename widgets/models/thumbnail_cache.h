#pragma once

#include <core/base/ids.h>
#include <core/data/dataset.h>

#include <QCache>
#include <QImage>
#include <QObject>
#include <QSet>

#include <memory>
#include <vector>

namespace lpntk::models {

class JobRunner;

/// Pictures of samples for painting. Array data (IDX, CIFAR, NPZ) is converted at once; files are decoded on a worker
/// and announced by ready(). Bounded by bytes; window's thread only.
class ThumbnailCache : public QObject {
    Q_OBJECT
public:
    explicit ThumbnailCache(JobRunner* jobs, QObject* parent = nullptr);

    /// Exchanges the pictures; a null split empties the cache.
    void setSource(std::shared_ptr<const data::Dataset> data, const std::string& split);

    /// The sample's picture at its own size, null until decoded (ready() follows), and for ever when it cannot be read.
    QImage image(base::SampleId sample);
    /// Scaled for a square of `side` logical pixels at `pixelRatio`: the nearest whole multiple of the image side within
    /// 15 % without smoothing, nearest-neighbour from 3x up, else smooth (look: tokens "thumbnail.note"). Its device
    /// pixel ratio is set; it may be some pixels smaller or larger than the square, painters centre it.
    QImage thumbnail(base::SampleId sample, int side, qreal pixelRatio);

    /// Most bytes that the pictures take, own size and scaled together.
    static std::int64_t budget();
    /// No picture that was asked for is still being decoded.
    bool isIdle() const { return !m_decoding && m_wanted.empty(); }

    /// The scaling rule of thumbnail() for one picture.
    static QImage scaled(const QImage& image, int side, qreal pixelRatio);

Q_SIGNALS:
    void ready(lpntk::base::SampleId sample);

private:
    void want(base::SampleId sample);
    void decodeWanted();

    std::shared_ptr<const data::Dataset> m_data;
    const data::Split* m_split = nullptr;
    JobRunner* m_jobs = nullptr;
    QCache<qint64, QImage> m_images;  ///< cost in KB; a null image: cannot be read
    QCache<quint64, QImage> m_scaled; ///< cost in KB
    std::vector<base::SampleId> m_wanted; ///< latest last
    QSet<qint64> m_underWay;
    bool m_decoding = false;
    std::uint64_t m_generation = 0;
};

} // namespace lpntk::models
