#pragma once

#include <core/base/cache_line.h>
#include <core/gradient/signals.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace lpntk::kernel {

/// One matrix of signals: all explicit layers side by side, or one side of an implicit layer.
struct Part {
    std::int64_t width = 0;
    std::int64_t stride = 0;
    std::int64_t start = 0; ///< elements per row before this part; times the number of rows it is the offset
};

/// Where each layer's numbers are. explicitPart first, then left and right of each implicit layer.
struct PartLayout {
    explicit PartLayout(const std::vector<gradient::SignalLayer>& layers) {
        for (const auto& layer : layers) {
            explicitOffset.push_back(layer.implicit ? -1 : explicitPart.width);
            if (!layer.implicit)
                explicitPart.width += layer.leftWidth;
        }
        add(explicitPart);
        for (const auto& layer : layers) {
            if (!layer.implicit)
                continue;
            implicitParts.push_back({{layer.leftWidth}, {layer.rightWidth}, layer.positions});
            add(implicitParts.back().left);
            add(implicitParts.back().right);
        }
    }

    struct Pair {
        Part left, right;
        std::shared_ptr<const gradient::Positions> positions; ///< null where there is one; else rows have no gaps
    };
    Part explicitPart;
    std::vector<std::int64_t> explicitOffset; ///< by layer, -1 for implicit ones
    std::vector<Pair> implicitParts;
    std::int64_t elementsPerRow = 0;

private:
    void add(Part& part) {
        part.stride = base::toCacheLine(part.width);
        part.start = elementsPerRow;
        elementsPerRow += part.stride;
    }
};

} // namespace lpntk::kernel
