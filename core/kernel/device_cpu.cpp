#include <core/kernel/device_cpu.h>

#include <core/base/error.h>
#include <core/base/inner_product.h>
#include <core/kernel/aligned.h>
#include <core/kernel/loops.h>
#include <core/kernel/parts.h>
#include <core/kernel/products.h>

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

namespace lpntk::kernel {

namespace {

void multiply(const Products& products, std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
              std::int64_t aStride, const float* b, std::int64_t bStride, float* c, std::int64_t cStride) {
    products.multiply(m, n, k, a, aStride, b, bStride, c, cStride);
}

void multiply(const Products&, std::int64_t m, std::int64_t n, std::int64_t k, const double* a, std::int64_t aStride,
              const double* b, std::int64_t bStride, double* c, std::int64_t cStride) {
    multiplyFloat64(m, n, k, a, aStride, b, bStride, c, cStride);
}

/// Rows of a tile whose entries and products stay in the cache; of fewer the signals are packed too often.
std::int64_t cachedRows(std::int64_t columns) {
    constexpr std::int64_t kCachedEntries = std::int64_t{1} << 18, kFewest = 64;
    return std::max(kCachedEntries / columns, kFewest);
}

/// Whose signals take so long to bring into the cache that it is done once for the whole tile.
bool isWide(const PartLayout::Pair& parts, std::int64_t chunk) {
    return std::max(parts.left.width, parts.right.width) > chunk;
}

template <typename T> double squaredLength(const T* values, std::int64_t count) {
    return base::innerProduct(values, values, count);
}

/// How many samples of a tile a layer at several positions is computed for at once.
struct PositionBlock {
    std::int64_t rows = 1, columns = kMostShiftedColumns;
    std::int64_t bytes = 0; ///< scratch memory

    PositionBlock(const gradient::Positions& positions, std::size_t elementSize) {
        constexpr std::int64_t kGramBytes = std::int64_t{2} << 20, kMostRows = 256;
        const auto element = static_cast<std::int64_t>(elementSize);
        const auto gramBytes = [&](std::int64_t count) { return count * count * columns * element; };
        const std::int64_t largest = std::max(gramBytes(positions.inputs), gramBytes(positions.outputs));
        rows = std::clamp<std::int64_t>(kGramBytes / std::max<std::int64_t>(largest, 1), 1, kMostRows);
        bytes =
            rows * (gramBytes(positions.inputs) + gramBytes(positions.outputs)) +
            columns * element * (positions.inputs * positions.inputDepth + positions.outputs * positions.outputDepth);
    }
};

template <typename T> class CpuRows : public SignalRows {
public:
    CpuRows(const PartLayout& layout, std::int64_t rows)
        : m_layout(layout), m_rows(rows), m_memory(allocateAligned<T>(layout.elementsPerRow * rows)) {}

    std::vector<gradient::SignalTarget> targets(std::int64_t row, std::int64_t) override {
        std::vector<gradient::SignalTarget> targets;
        std::size_t pair = 0;
        for (const std::int64_t offset : m_layout.explicitOffset) {
            if (offset >= 0) {
                targets.push_back({at(m_layout.explicitPart, row) + offset, m_layout.explicitPart.stride, nullptr, 0});
            } else {
                const auto& parts = m_layout.implicitParts[pair++];
                targets.push_back({at(parts.left, row), parts.left.stride, at(parts.right, row), parts.right.stride});
            }
        }
        return targets;
    }

    void keep(std::int64_t row, std::span<double> selfKappa) override {
        for (double& value : selfKappa) {
            value = squaredLength(at(m_layout.explicitPart, row), m_layout.explicitPart.width);
            for (const auto& parts : m_layout.implicitParts) {
                if (parts.positions)
                    value += gradient::squaredGradient(*parts.positions, at(parts.left, row), at(parts.right, row));
                else
                    value += squaredLength(at(parts.left, row), parts.left.width) *
                             squaredLength(at(parts.right, row), parts.right.width);
            }
            ++row;
        }
    }

    void take(const SignalRows& from, std::span<const std::int64_t> rows, std::span<const std::int64_t> to) override {
        const auto& other = static_cast<const CpuRows&>(from);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto copy = [&](const Part& part) {
                std::copy_n(other.at(part, rows[i]), part.width, at(part, to[i]));
            };
            copy(m_layout.explicitPart);
            for (const auto& parts : m_layout.implicitParts) {
                copy(parts.left);
                copy(parts.right);
            }
        }
    }

    T* at(const Part& part, std::int64_t row) const { return m_memory.get() + part.start * m_rows + row * part.stride; }

private:
    const PartLayout& m_layout;
    std::int64_t m_rows;
    std::unique_ptr<T[], FreeAligned> m_memory;
};

template <typename T> class CpuWorker : public TileWorker {
public:
    CpuWorker(const PartLayout& layout, const Products& products, std::int64_t columnChunk)
        : m_layout(layout), m_products(products), m_chunk(columnChunk) {}

    void contract(const SignalRows& a, std::int64_t rows, const SignalRows& b, std::int64_t columns,
                  const base::JobContext& context, std::span<double> tile, const RowsDone& done) override {
        m_a = static_cast<const CpuRows<T>*>(&a);
        m_b = static_cast<const CpuRows<T>*>(&b);
        m_rows = rows;
        m_columns = columns;
        m_context = &context;
        m_halved = &a == &b && rows == columns && rows >= 2 * kNarrowStrip;
        const std::vector<Strip> all = m_halved ? halfStrips() : wholeStrips(m_rows);
        addExplicit(all, tile);
        for (const auto& parts : m_layout.implicitParts) {
            if (parts.positions)
                addPositions(parts, tile);
            else if (isWide(parts, m_chunk))
                std::for_each(all.begin(), all.end(), [&](const Strip& strip) { addHadamard(parts, strip, tile); });
        }
        for (const Strip& strip : m_halved ? all : wholeStrips(cachedRows(m_columns))) {
            for (const auto& parts : m_layout.implicitParts) {
                if (!parts.positions && !isWide(parts, m_chunk))
                    addHadamard(parts, strip, tile);
            }
            if (done)
                done(strip.row, strip.row + strip.rows);
        }
    }

private:
    /// Strips narrower than this lose more in the products than the half that they leave out costs.
    static constexpr std::int64_t kNarrowStrip = 16, kWideStrip = 128;

    /// Rows of the tile and the column from which on they are computed.
    struct Strip {
        std::int64_t row = 0, rows = 0, column = 0;
    };
    /// Memory that grows with what it is asked for.
    class Room {
    public:
        T* of(std::int64_t numbers) {
            if (m_numbers < numbers) {
                m_memory = allocateAligned<T>(numbers);
                m_numbers = numbers;
            }
            return m_memory.get();
        }

    private:
        std::unique_ptr<T[], FreeAligned> m_memory;
        std::int64_t m_numbers = 0;
    };

    std::vector<Strip> wholeStrips(std::int64_t side) const {
        std::vector<Strip> strips;
        for (std::int64_t row = 0; row < m_rows; row += side)
            strips.push_back({row, std::min(side, m_rows - row), 0});
        return strips;
    }

    /// Of rows with themselves little more than the half that the diagonal cuts off.
    std::vector<Strip> halfStrips() const {
        constexpr std::int64_t kStrips = 8;
        std::vector<Strip> strips =
            wholeStrips(std::clamp(m_rows / kStrips / kNarrowStrip * kNarrowStrip, kNarrowStrip, kWideStrip));
        for (Strip& strip : strips)
            strip.column = strip.row;
        return strips;
    }

    std::int64_t widthOf(const Strip& strip) const { return m_columns - strip.column; }

    /// add(neighbouring entries of the strip in `tile`, where they begin in the strip).
    template <typename Add> void forEachRun(std::span<double> tile, const Strip& strip, const Add& add) const {
        const std::int64_t width = widthOf(strip);
        const std::int64_t runs = strip.column == 0 ? 1 : strip.rows;
        const auto size = static_cast<std::size_t>(strip.rows * width / runs);
        for (std::int64_t run = 0; run < runs; ++run)
            add(tile.subspan(static_cast<std::size_t>((strip.row + run) * m_columns + strip.column), size),
                static_cast<std::size_t>(run) * size);
    }

    /// Product over columns [begin, begin + width) of a part, into `room`: the strip's entries, row after row.
    const T* product(const Part& part, std::int64_t begin, std::int64_t width, const Strip& strip, Room& room) {
        m_context->throwIfCancelled();
        const std::int64_t columns = widthOf(strip);
        T* const out = room.of(strip.rows * columns);
        multiply(m_products, strip.rows, columns, width, m_a->at(part, strip.row) + begin, part.stride,
                 m_b->at(part, strip.column) + begin, part.stride, out, columns);
        return out;
    }

    /// Inner products over the explicit layers, in float64 chunk by chunk.
    void addExplicit(const std::vector<Strip>& strips, std::span<double> tile) {
        const Part& part = m_layout.explicitPart;
        if (part.width == 0)
            std::fill(tile.begin(), tile.end(), 0.0);
        for (std::int64_t begin = 0; begin < part.width; begin += m_chunk) {
            for (const Strip& strip : strips) {
                const T* const values = product(part, begin, std::min(m_chunk, part.width - begin), strip, m_first);
                forEachRun(tile, strip, [&](std::span<double> run, std::size_t at) {
                    if (begin == 0)
                        widen(run, values + at);
                    else
                        addTo(run, values + at);
                });
            }
        }
    }

    /// Inner products of a strip over one side of an implicit layer, in float64 chunk by chunk.
    const double* wide(const Part& part, const Strip& strip, std::vector<double>& sum) {
        sum.resize(static_cast<std::size_t>(strip.rows * widthOf(strip)));
        for (std::int64_t begin = 0; begin < part.width; begin += m_chunk) {
            const T* const values = product(part, begin, std::min(m_chunk, part.width - begin), strip, m_first);
            if (begin == 0)
                widen(sum, values);
            else
                addTo(sum, values);
        }
        return sum.data();
    }

    /// The products of both sides meet in the tile while they are in the cache.
    void addHadamard(const PartLayout::Pair& parts, const Strip& strip, std::span<double> tile) {
        const auto add = [&](const auto* left, const auto* right) {
            forEachRun(tile, strip,
                       [&](std::span<double> run, std::size_t at) { addProductTo(run, left + at, right + at); });
        };
        const bool narrowLeft = parts.left.width <= m_chunk, narrowRight = parts.right.width <= m_chunk;
        if (narrowLeft && narrowRight) {
            const T* const left = product(parts.left, 0, parts.left.width, strip, m_first);
            add(left, product(parts.right, 0, parts.right.width, strip, m_second));
        } else if (narrowRight) {
            const double* const left = wide(parts.left, strip, m_wideFirst);
            add(left, product(parts.right, 0, parts.right.width, strip, m_second));
        } else {
            const double* const left = wide(parts.left, strip, m_wideFirst);
            add(left, static_cast<const double*>(wide(parts.right, strip, m_wideSecond)));
        }
    }

    /// In blocks whose Gram matrices stay in the last-level cache.
    void addPositions(const PartLayout::Pair& parts, std::span<double> tile) {
        const gradient::Positions& positions = *parts.positions;
        const PositionBlock block(positions, sizeof(T));
        const Side inputs{parts.left, positions.inputs, positions.inputDepth},
            outputs{parts.right, positions.outputs, positions.outputDepth};
        for (std::int64_t column = 0; column < m_columns; column += block.columns) {
            const std::int64_t columns = std::min(block.columns, m_columns - column);
            const T* const columnInputs = columnsByPosition(inputs, column, columns, m_inputs);
            const T* const columnOutputs = columnsByPosition(outputs, column, columns, m_outputs);
            for (std::int64_t row = 0; row < m_rows; row += block.rows) {
                m_context->throwIfCancelled();
                const std::int64_t rows = std::min(block.rows, m_rows - row);
                if (m_halved && column + columns <= row)
                    continue; // below the diagonal
                addShifted(positions, gram(inputs, row, rows, columnInputs, columns, m_first),
                           gram(outputs, row, rows, columnOutputs, columns, m_second), rows, columns,
                           tile.data() + row * m_columns + column, m_columns);
            }
        }
    }

    /// One side of a layer at several positions; a sample's positions lie one after the other.
    struct Side {
        const Part& part;
        std::int64_t positions, depth;
    };

    /// (positions * samples, depth): all samples at the first position, at the second, ...
    const T* columnsByPosition(const Side& side, std::int64_t first, std::int64_t samples, Room& room) {
        T* to = room.of(side.positions * samples * side.depth);
        T* const all = to;
        for (std::int64_t position = 0; position < side.positions; ++position) {
            for (std::int64_t sample = first; sample < first + samples; ++sample)
                to = std::copy_n(m_b->at(side.part, sample) + position * side.depth, side.depth, to);
        }
        return all;
    }

    /// (rows * positions, positions * columns)
    const T* gram(const Side& side, std::int64_t row, std::int64_t rows, const T* byPosition, std::int64_t columns,
                  Room& room) {
        const std::int64_t left = rows * side.positions, right = side.positions * columns;
        T* const out = room.of(left * right);
        multiply(m_products, left, right, side.depth, m_a->at(side.part, row), side.depth, byPosition, side.depth, out,
                 right);
        return out;
    }

    const PartLayout& m_layout;
    const Products& m_products;
    std::int64_t m_chunk;
    const CpuRows<T>* m_a = nullptr;
    const CpuRows<T>* m_b = nullptr;
    std::int64_t m_rows = 0, m_columns = 0;
    bool m_halved = false; ///< only the diagonal and what is above it is wanted
    const base::JobContext* m_context = nullptr;
    Room m_first, m_second, m_inputs, m_outputs;
    std::vector<double> m_wideFirst, m_wideSecond;
};

template <typename T> class CpuDevice : public Device {
public:
    CpuDevice(const std::vector<gradient::SignalLayer>& layers, const Arithmetic& arithmetic)
        : m_layout(layers), m_products(productsNamed(arithmetic.backend)), m_chunk(arithmetic.columnChunk) {}

    std::unique_ptr<SignalRows> allocate(std::int64_t rows) const override {
        return std::make_unique<CpuRows<T>>(m_layout, rows);
    }
    std::unique_ptr<TileWorker> worker() const override {
        return std::make_unique<CpuWorker<T>>(m_layout, m_products, m_chunk);
    }
    std::int64_t bytesPerRow() const override { return m_layout.elementsPerRow * static_cast<std::int64_t>(sizeof(T)); }

    std::int64_t workerBytes(std::int64_t tile) const override {
        const bool wide = std::any_of(m_layout.implicitParts.begin(), m_layout.implicitParts.end(),
                                      [&](const auto& parts) { return !parts.positions && isWide(parts, m_chunk); });
        std::int64_t positions = 0;
        for (const auto& parts : m_layout.implicitParts) {
            if (parts.positions)
                positions = std::max(positions, PositionBlock(*parts.positions, sizeof(T)).bytes);
        }
        const std::int64_t second = wide ? tile : std::min(cachedRows(tile), tile);
        return tile * tile * static_cast<std::int64_t>(sizeof(T) + (wide ? 2 * sizeof(double) : 0)) +
               second * tile * static_cast<std::int64_t>(sizeof(T)) + positions;
    }

    std::optional<std::int64_t> ownMemory() const override { return std::nullopt; }
    int signalThreads(int threads) const override { return threads; }

    double probeRate() const override {
        constexpr std::int64_t kSide = 512, kDepth = 1024;
        constexpr int kRepeats = 4;
        if constexpr (std::is_same_v<T, float>)
            return measuredRate(m_products, kSide, kSide, kDepth, kRepeats);
        else
            return measuredRateFloat64(kSide, kSide, kDepth, kRepeats);
    }

private:
    PartLayout m_layout;
    const Products& m_products;
    std::int64_t m_chunk;
};

} // namespace

std::unique_ptr<Device> makeProcessorDevice(const Arithmetic& arithmetic,
                                            const std::vector<gradient::SignalLayer>& layers) {
    if (arithmetic.precision == run::Precision::fp64)
        return std::make_unique<CpuDevice<double>>(layers, arithmetic);
    if (arithmetic.precision == run::Precision::fp32)
        return std::make_unique<CpuDevice<float>>(layers, arithmetic);
    throw base::OptionError(fmt::format("--precision {} is for CUDA devices; the processor knows fp32 and fp64",
                                        run::nameOf(arithmetic.precision)));
}

} // namespace lpntk::kernel
