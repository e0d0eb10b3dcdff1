#pragma once

#include <core/base/ids.h>
#include <core/data/dataset.h>

#include <QCache>
#include <QImage>
#include <QObject>

#include <memory>

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

    /// The sample's picture at its own size, null until decoded (ready() follows).
    QImage image(base::SampleId sample);
    /// Scaled for a square of `side` logical pixels at `pixelRatio`: the nearest whole multiple of the image side within
    /// 15 % without smoothing, nearest-neighbour from 3x up, else smooth (look: tokens "thumbnail.note").
    QImage thumbnail(base::SampleId sample, int side, qreal pixelRatio);

Q_SIGNALS:
    void ready(lpntk::base::SampleId sample);

private:
    struct Key;
    std::shared_ptr<const data::Dataset> m_data;
    const data::Split* m_split = nullptr;
    JobRunner* m_jobs = nullptr;
    QCache<qint64, QImage> m_images;
    QCache<quint64, QImage> m_scaled;
};

} // namespace lpntk::models
