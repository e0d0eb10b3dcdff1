#include <widgets/models/thumbnail_cache.h>

#include <widgets/models/job_runner.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lpntk::models {

namespace {

constexpr int kImageBudget = 96 << 10;  // KB
constexpr int kScaledBudget = 160 << 10;
constexpr std::size_t kBatch = 32;
/// A gallery that was scrolled past does not need its pictures any more.
constexpr std::size_t kWantedLimit = 2048;

QImage toQImage(const data::Image& image) {
    const auto& shape = image.shape;
    const auto size = static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.channels);
    if (size == 0 || image.pixels.size() < size)
        return {};
    const auto format = shape.channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888;
    const QImage view(image.pixels.data(), shape.width, shape.height, static_cast<qsizetype>(shape.width) * shape.channels, format);
    return view.convertToFormat(QImage::Format_RGB32);
}

QImage read(const data::ImageSource& images, std::int64_t index) {
    try {
        return toQImage(images.image(index));
    } catch (const base::Error&) {
        return {}; // shown as an empty frame; the job that needs the numbers reports the file
    }
}

int cost(const QImage& image) {
    return 1 + static_cast<int>(image.sizeInBytes() >> 10);
}

} // namespace

ThumbnailCache::ThumbnailCache(JobRunner* jobs, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_images(kImageBudget), m_scaled(kScaledBudget) {}

std::int64_t ThumbnailCache::budget() {
    return std::int64_t{kImageBudget + kScaledBudget} << 10;
}

void ThumbnailCache::setSource(std::shared_ptr<const data::Dataset> data, const std::string& split) {
    ++m_generation;
    m_images.clear();
    m_scaled.clear();
    m_wanted.clear();
    m_underWay.clear();
    m_decoding = false;
    m_split = nullptr;
    m_data = std::move(data);
    if (!m_data)
        return;
    for (const auto& candidate : m_data->splits)
        if (candidate.name == split)
            m_split = &candidate;
}

QImage ThumbnailCache::image(base::SampleId sample) {
    if (!m_split || !m_split->images || sample.value() < 0 || sample.value() >= m_split->images->count())
        return {};
    if (const QImage* known = m_images.object(sample.value()))
        return *known;
    if (!m_split->images->file(sample.value()).empty()) {
        want(sample);
        return {};
    }
    const QImage picture = read(*m_split->images, sample.value());
    m_images.insert(sample.value(), new QImage(picture), cost(picture));
    return picture;
}

QImage ThumbnailCache::thumbnail(base::SampleId sample, int side, qreal pixelRatio) {
    const auto ratio = static_cast<quint64>(std::clamp(qRound(pixelRatio * 16), 1, 255));
    const quint64 key = (static_cast<quint64>(sample.value()) << 24) | (static_cast<quint64>(side & 0xFFFF) << 8) | ratio;
    if (const QImage* known = m_scaled.object(key))
        return *known;
    const QImage whole = image(sample);
    if (whole.isNull())
        return {};
    const QImage result = scaled(whole, side, pixelRatio);
    m_scaled.insert(key, new QImage(result), cost(result));
    return result;
}

QImage ThumbnailCache::scaled(const QImage& image, int side, qreal pixelRatio) {
    const int own = std::max(image.width(), image.height());
    const double target = std::max(1.0, side * pixelRatio);
    const int whole = std::max(1, static_cast<int>(std::lround(target / own)));
    const bool fits = std::abs(whole * own - target) <= 0.15 * target;
    const double factor = fits ? whole : target / own;
    const QSize size(std::max(1, qRound(image.width() * factor)), std::max(1, qRound(image.height() * factor)));
    QImage result = image;
    if (size != image.size())
        result = image.scaled(size, Qt::IgnoreAspectRatio, fits || factor >= 3 ? Qt::FastTransformation : Qt::SmoothTransformation);
    result.setDevicePixelRatio(pixelRatio);
    return result;
}

void ThumbnailCache::want(base::SampleId sample) {
    if (m_underWay.contains(sample.value()))
        return;
    m_underWay.insert(sample.value());
    m_wanted.push_back(sample);
    if (m_wanted.size() > kWantedLimit) {
        m_underWay.remove(m_wanted.front().value());
        m_wanted.erase(m_wanted.begin());
    }
    decodeWanted();
}

void ThumbnailCache::decodeWanted() {
    if (m_decoding || m_wanted.empty() || !m_jobs)
        return;
    m_decoding = true;
    const std::size_t count = std::min(kBatch, m_wanted.size());
    std::vector<base::SampleId> batch(m_wanted.end() - static_cast<std::ptrdiff_t>(count), m_wanted.end());
    m_wanted.resize(m_wanted.size() - count);
    using Pictures = std::vector<std::pair<base::SampleId, QImage>>;
    m_jobs->start<Pictures>(
        tr("Decode pictures"), false, this,
        [images = m_split->images, batch](const base::JobContext& context) {
            Pictures pictures;
            for (const auto sample : batch) {
                context.throwIfCancelled();
                pictures.emplace_back(sample, read(*images, sample.value()));
            }
            return pictures;
        },
        [this, generation = m_generation](Pictures pictures) {
            if (generation != m_generation)
                return;
            m_decoding = false;
            for (const auto& [sample, picture] : pictures) {
                m_underWay.remove(sample.value());
                m_images.insert(sample.value(), new QImage(picture), cost(picture));
            }
            for (const auto& [sample, picture] : pictures)
                Q_EMIT ready(sample);
            decodeWanted();
        });
}

} // namespace lpntk::models
