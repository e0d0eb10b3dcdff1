#pragma once

#include <widgets/views/map_colours.h>

#include <QWidget>

#include <cstdint>
#include <vector>

namespace lpntk::views {

/// The scale of a score: the colours from low to high with figures at both ends and in the middle, and how many samples
/// lie where (square-root counts, said so). Lives in the strip of the sample map.
class MapScale : public QWidget {
    Q_OBJECT
public:
    explicit MapScale(QWidget* parent);
    void setScores(MapColour colour, const std::vector<float>& scores, const MapRange& range);
    const MapRange& range() const { return m_range; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    MapColour m_colour = MapColour::margin;
    MapRange m_range;
    std::vector<std::int64_t> m_bins;
};

} // namespace lpntk::views
