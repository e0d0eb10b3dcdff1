#include <core/kernel/device_cpu.h>

#include <core/base/error.h>
#include <core/base/inner_product.h>
#include <core/kernel/loops.h>
#include <core/kernel/parts.h>

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>

namespace lpntk::kernel {

namespace {

// Matrix products round differently at different alignments of their operands, so every array starts on a page and
// every row on a cache line; then the bits depend on sizes alone. at::mm is used throughout: oneDNN's inner product
// gives the same rate without AVX-512, and for strided weights it falls back to a reference loop 1000 times slower.
constexpr std::int64_t kPage = 4096;

struct FreeAligned {
    void operator()(void* memory) const { std::free(memory); }
};

template <typename T> std::unique_ptr<T[], FreeAligned> allocateAligned(std::int64_t count) {
    const auto bytes = static_cast<std::size_t>((count * static_cast<std::int64_t>(sizeof(T)) + kPage - 1) / kPage * kPage);
    void* memory = std::aligned_alloc(static_cast<std::size_t>(kPage), std::max<std::size_t>(bytes, kPage));
    if (!memory)
        throw std::bad_alloc();
    return std::unique_ptr<T[], FreeAligned>(static_cast<T*>(memory));
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

    T* at(const Part& part, std::int64_t row) const { return m_memory.get() + part.start * m_rows + row * part.stride; }

private:
    const PartLayout& m_layout;
    std::int64_t m_rows;
    std::unique_ptr<T[], FreeAligned> m_memory;
};

template <typename T> class CpuWorker : public TileWorker {
public:
    CpuWorker(const PartLayout& layout, std::int64_t columnChunk) : m_layout(layout), m_chunk(columnChunk) {}

    void contract(const SignalRows& a, std::int64_t rows, const SignalRows& b, std::int64_t columns,
                  const base::JobContext& context, std::span<double> tile) override {
        m_a = static_cast<const CpuRows<T>*>(&a);
        m_b = static_cast<const CpuRows<T>*>(&b);
        m_shape = {rows, columns};
        m_context = &context;
        m_strips = stripsOf(rows, columns, &a == &b);
        std::fill(tile.begin(), tile.end(), 0.0);
        addChunks(m_layout.explicitPart, tile);
        for (const auto& parts : m_layout.implicitParts) {
            if (parts.positions)
                addPositions(parts, tile);
            else
                addHadamard(parts, tile);
        }
    }

private:
    struct Shape {
        std::int64_t rows = 0, columns = 0;
        std::size_t size() const { return static_cast<std::size_t>(rows * columns); }
    };
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

    /// The whole tile at once; of rows with themselves little more than the half that the diagonal cuts off. Strips
    /// narrower than this lose more in the products than the other half costs.
    static std::vector<Strip> stripsOf(std::int64_t rows, std::int64_t columns, bool same) {
        constexpr std::int64_t kNarrow = 16, kWide = 64, kStrips = 16;
        if (!same || rows != columns || rows < 2 * kNarrow)
            return {{0, rows, 0}};
        const std::int64_t side = std::clamp(rows / kStrips / kNarrow * kNarrow, kNarrow, kWide);
        std::vector<Strip> strips;
        for (std::int64_t row = 0; row < rows; row += side)
            strips.push_back({row, std::min(side, rows - row), row});
        return strips;
    }

    /// add(entries of `sum` that are computed and lie side by side, where they begin in the tile).
    template <typename Add> void forEachRun(std::span<double> sum, const Add& add) const {
        if (m_strips.size() == 1) {
            add(sum, std::size_t{0});
            return;
        }
        for (const Strip& strip : m_strips) {
            for (std::int64_t row = strip.row; row < strip.row + strip.rows; ++row) {
                const auto begin = static_cast<std::size_t>(row * m_shape.columns + strip.column);
                add(sum.subspan(begin, static_cast<std::size_t>(m_shape.columns - strip.column)), begin);
            }
        }
    }

    /// Product over columns [begin, begin + width) of a part, into `room`: (rows, columns) of the tile.
    const T* product(const Part& part, std::int64_t begin, std::int64_t width, Room& room) {
        m_context->throwIfCancelled();
        const at::TensorOptions options(c10::CppTypeToScalarType<T>::value);
        T* const out = room.of(m_shape.rows * m_shape.columns);
        for (const Strip& strip : m_strips) {
            const at::Tensor left =
                at::from_blob(m_a->at(part, strip.row) + begin, {strip.rows, width}, {part.stride, 1}, options);
            const std::int64_t columns = m_shape.columns - strip.column;
            const at::Tensor right =
                at::from_blob(m_b->at(part, strip.column) + begin, {width, columns}, {1, part.stride}, options);
            at::Tensor target = at::from_blob(out + strip.row * m_shape.columns + strip.column, {strip.rows, columns},
                                              {m_shape.columns, 1}, options);
            at::mm_out(target, left, right);
        }
        return out;
    }

    void addProduct(std::span<double> sum, const T* values) const {
        forEachRun(sum, [&](std::span<double> run, std::size_t begin) { addTo(run, values + begin); });
    }

    template <typename Left, typename Right>
    void addProduct(std::span<double> sum, const Left* left, const Right* right) const {
        forEachRun(sum,
                   [&](std::span<double> run, std::size_t begin) { addProductTo(run, left + begin, right + begin); });
    }

    void addChunks(const Part& part, std::span<double> sum) {
        for (std::int64_t begin = 0; begin < part.width; begin += m_chunk)
            addProduct(sum, product(part, begin, std::min(m_chunk, part.width - begin), m_first));
    }

    /// Inner products over a wide part, in float64 chunk by chunk.
    std::span<const double> wide(const Part& part, std::vector<double>& sum) {
        sum.assign(m_shape.size(), 0.0);
        addChunks(part, sum);
        return sum;
    }

    void addHadamard(const PartLayout::Pair& parts, std::span<double> tile) {
        const bool narrowLeft = parts.left.width <= m_chunk, narrowRight = parts.right.width <= m_chunk;
        if (narrowLeft && narrowRight) {
            const T* const left = product(parts.left, 0, parts.left.width, m_first);
            addProduct(tile, left, product(parts.right, 0, parts.right.width, m_second));
        } else if (narrowRight) {
            const auto left = wide(parts.left, m_wideFirst);
            addProduct(tile, left.data(), product(parts.right, 0, parts.right.width, m_second));
        } else {
            const auto left = wide(parts.left, m_wideFirst);
            addProduct(tile, left.data(), wide(parts.right, m_wideSecond).data());
        }
    }

    /// The signals of one side of a layer at several positions.
    struct PositionRows {
        const CpuRows<T>* rows;
        const Part* part;
        std::int64_t positions, depth;
        at::TensorOptions options{c10::CppTypeToScalarType<T>::value};

        /// Of `samples` samples from `first` on: (samples * positions, depth).
        at::Tensor of(std::int64_t first, std::int64_t samples) const {
            return at::from_blob(rows->at(*part, first), {samples * positions, depth}, options);
        }
    };

    /// In blocks whose Gram matrices stay in the last-level cache.
    void addPositions(const PartLayout::Pair& parts, std::span<double> tile) {
        const gradient::Positions& positions = *parts.positions;
        const PositionBlock block(positions, sizeof(T));
        const PositionRows leftA{m_a, &parts.left, positions.inputs, positions.inputDepth},
            rightA{m_a, &parts.right, positions.outputs, positions.outputDepth};
        for (std::int64_t column = 0; column < m_shape.columns; column += block.columns) {
            const std::int64_t columns = std::min(block.columns, m_shape.columns - column);
            const at::Tensor inputs = columnsByPosition({m_b, &parts.left, positions.inputs, positions.inputDepth},
                                                        column, columns, m_inputs),
                             outputs = columnsByPosition({m_b, &parts.right, positions.outputs, positions.outputDepth},
                                                         column, columns, m_outputs);
            for (std::int64_t row = 0; row < m_shape.rows; row += block.rows) {
                m_context->throwIfCancelled();
                const std::int64_t rows = std::min(block.rows, m_shape.rows - row);
                if (m_strips.size() > 1 && column + columns <= row)
                    continue; // below the diagonal
                addShifted(positions, gram(leftA.of(row, rows), inputs, m_first),
                           gram(rightA.of(row, rows), outputs, m_second), rows, columns,
                           tile.data() + row * m_shape.columns + column, m_shape.columns);
            }
        }
    }

    /// (positions * samples, depth): all samples at the first position, at the second, ...
    at::Tensor columnsByPosition(const PositionRows& from, std::int64_t first, std::int64_t samples, Room& room) {
        const at::Tensor copy = at::from_blob(room.of(samples * from.positions * from.depth),
                                              {from.positions, samples, from.depth}, from.options);
        copy.copy_(from.of(first, samples).view({samples, from.positions, from.depth}).transpose(0, 1));
        return copy.view({from.positions * samples, from.depth});
    }

    const T* gram(const at::Tensor& rows, const at::Tensor& columns, Room& room) {
        at::Tensor out =
            at::from_blob(room.of(rows.size(0) * columns.size(0)), {rows.size(0), columns.size(0)}, rows.options());
        at::mm_out(out, rows, columns.t());
        return out.const_data_ptr<T>();
    }

    const PartLayout& m_layout;
    std::int64_t m_chunk;
    const CpuRows<T>* m_a = nullptr;
    const CpuRows<T>* m_b = nullptr;
    Shape m_shape;
    std::vector<Strip> m_strips;
    const base::JobContext* m_context = nullptr;
    Room m_first, m_second, m_inputs, m_outputs;
    std::vector<double> m_wideFirst, m_wideSecond;
};

template <typename T> class CpuDevice : public Device {
public:
    CpuDevice(const std::vector<gradient::SignalLayer>& layers, std::int64_t columnChunk)
        : m_layout(layers), m_chunk(columnChunk) {}

    std::unique_ptr<SignalRows> allocate(std::int64_t rows) const override {
        return std::make_unique<CpuRows<T>>(m_layout, rows);
    }
    std::unique_ptr<TileWorker> worker() const override { return std::make_unique<CpuWorker<T>>(m_layout, m_chunk); }
    std::int64_t bytesPerRow() const override { return m_layout.elementsPerRow * static_cast<std::int64_t>(sizeof(T)); }

    std::int64_t workerBytes(std::int64_t tile) const override {
        const bool wide = std::any_of(m_layout.implicitParts.begin(), m_layout.implicitParts.end(),
                                      [&](const auto& parts) { return std::max(parts.left.width, parts.right.width) > m_chunk; });
        std::int64_t positions = 0;
        for (const auto& parts : m_layout.implicitParts) {
            if (parts.positions)
                positions = std::max(positions, PositionBlock(*parts.positions, sizeof(T)).bytes);
        }
        return tile * tile * static_cast<std::int64_t>(2 * sizeof(T) + (wide ? 2 * sizeof(double) : 0)) + positions;
    }

    std::optional<std::int64_t> ownMemory() const override { return std::nullopt; }
    int signalThreads(int threads) const override { return threads; }

    double probeRate() const override {
        const OneThread one;
        constexpr std::int64_t side = 512, depth = 1024;
        const auto a = allocateAligned<T>(side * depth), c = allocateAligned<T>(side * side);
        std::fill_n(a.get(), side * depth, T(1));
        const at::TensorOptions options(c10::CppTypeToScalarType<T>::value);
        const at::Tensor left = at::from_blob(a.get(), {side, depth}, options);
        at::Tensor out = at::from_blob(c.get(), {side, side}, options);
        double best = 1e30;
        for (int attempt = 0; attempt < 4; ++attempt) {
            const auto start = std::chrono::steady_clock::now();
            at::mm_out(out, left, left.t());
            best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        }
        return static_cast<double>(side * side * depth) / best;
    }

private:
    PartLayout m_layout;
    std::int64_t m_chunk;
};

} // namespace

std::unique_ptr<Device> makeProcessorDevice(run::Precision precision, std::int64_t columnChunk,
                                            const std::vector<gradient::SignalLayer>& layers) {
    if (precision == run::Precision::fp64)
        return std::make_unique<CpuDevice<double>>(layers, columnChunk);
    if (precision == run::Precision::fp32)
        return std::make_unique<CpuDevice<float>>(layers, columnChunk);
    throw base::OptionError(fmt::format("--precision {} is for CUDA devices; the processor knows fp32 and fp64",
                                        run::nameOf(precision)));
}

} // namespace lpntk::kernel
