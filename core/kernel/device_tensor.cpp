#include <core/kernel/device.h>

#include <core/base/error.h>
#include <core/kernel/parts.h>
#include <core/model/accelerator_torch.h>

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>

namespace lpntk::kernel {

namespace {

using run::Precision;

/// The largest number of a scaled row is in [2^13, 2^14): far from the largest half-precision number, and as far as can
/// be from those that lose bits.
constexpr int kScaledExponent = 14;
/// What the second number of fp16x3 is scaled up by: half precision has 11 bits.
constexpr int kRestExponent = 11;

at::ScalarType storedType(Precision precision) {
    switch (precision) {
    case Precision::fp64:
        return at::kDouble;
    case Precision::fp16:
    case Precision::fp16x3:
        return at::kHalf;
    default:
        return at::kFloat;
    }
}

/// 2^exponent in float32 for int32 exponents within [-126, 127], exactly.
at::Tensor powerOfTwo(const at::Tensor& exponent) { return at::bitwise_left_shift(exponent + 127, 23).view(at::kFloat); }

/// Exponents (rows) by which rows of `values` are scaled up. Rows of zeros stay as they are, and so do infinite ones.
at::Tensor scaleOf(const at::Tensor& values) {
    const at::Tensor exponent = std::get<1>(at::frexp(values.abs().amax(1)));
    return at::clamp(kScaledExponent - exponent, -126, 127).to(at::kInt);
}

/// What scaled numbers are multiplied by to be as they were.
at::Tensor unscaled(const at::Tensor& exponent) {
    return at::reciprocal(powerOfTwo(exponent)).to(at::kDouble);
}

/// Sums over positions of output times input Gram entries for pairs of samples, (rows, columns) in float64; inputs
/// (rows, inputs, columns, inputs), outputs (rows, outputs, columns, outputs).
at::Tensor shiftedSums(const gradient::Positions& positions, const at::Tensor& inputs, const at::Tensor& outputs) {
    // What meets the padding meets a position of zeros.
    const at::Tensor withPadding = at::constant_pad_nd(inputs, {0, 1, 0, 0, 0, 1});
    at::Tensor met = at::zeros_like(outputs);
    for (std::int64_t tap = 0; tap < positions.taps; ++tap) {
        std::vector<std::int64_t> places;
        for (std::int64_t p = 0; p < positions.outputs; ++p)
            places.push_back(positions.at(tap, p) < 0 ? positions.inputs : positions.at(tap, p));
        const at::Tensor index = at::tensor(places, at::TensorOptions(at::kLong).device(inputs.device()));
        met += withPadding.index_select(1, index).index_select(3, index);
    }
    return at::mul(outputs, met).sum({1, 3}, /*keepdim=*/false, at::kDouble);
}

/// One part of the signals of some rows.
struct StoredPart {
    at::Tensor values;   ///< (rows, stride)
    at::Tensor rest;     ///< fp16x3: what values leave out, times 2^kRestExponent
    at::Tensor exponent; ///< half precision: (rows) the stored numbers are 2^exponent times the signals

    StoredPart(const Part& part, std::int64_t rows, Precision precision, c10::Device device) {
        const at::TensorOptions options = at::TensorOptions(storedType(precision)).device(device);
        values = at::zeros({rows, part.stride}, options);
        if (precision == Precision::fp16x3)
            rest = at::zeros({rows, part.stride}, options);
        if (values.scalar_type() == at::kHalf)
            exponent = at::zeros({rows}, options.dtype(at::kInt));
    }

    void keep(std::int64_t row, const at::Tensor& signals) const {
        if (signals.numel() == 0)
            return; // of linear layers alone there is nothing beside them
        const std::int64_t count = signals.size(0);
        const at::Tensor own = scaleOf(signals);
        const at::Tensor scaled = signals * powerOfTwo(own).unsqueeze(1);
        exponent.narrow(0, row, count).copy_(own);
        const at::Tensor first = values.narrow(0, row, count);
        first.copy_(scaled);
        if (rest.defined())
            rest.narrow(0, row, count).copy_((scaled - first.to(at::kFloat)).mul_(1 << kRestExponent));
    }

    void take(const StoredPart& from, const at::Tensor& rows, const at::Tensor& to) const {
        const auto copy = [&](const at::Tensor& mine, const at::Tensor& other) {
            if (mine.defined())
                mine.index_copy_(0, to, other.index_select(0, rows));
        };
        copy(values, from.values);
        copy(rest, from.rest);
        copy(exponent, from.exponent);
    }
};

/// All parts of the signals of some rows, explicitPart first, then left and right of each implicit layer.
class TensorRows : public SignalRows {
public:
    TensorRows(const PartLayout& layout, std::int64_t rows, Precision precision, c10::Device device)
        : m_layout(layout), m_half(storedType(precision) == at::kHalf), m_device(device) {
        for (const Part* part : allParts())
            m_parts.emplace_back(*part, rows, precision, device);
    }

    std::vector<gradient::SignalTarget> targets(std::int64_t row, std::int64_t count) override {
        std::vector<at::Tensor> rows;
        if (m_half) {
            for (const Part* part : allParts())
                rows.push_back(at::zeros({count, part->stride}, at::TensorOptions(at::kFloat).device(m_device)));
            const std::lock_guard lock(m_lock);
            m_arriving[row] = rows;
        } else {
            rows = stored(row, count);
        }
        std::vector<gradient::SignalTarget> targets;
        std::size_t next = 1;
        for (const std::int64_t offset : m_layout.explicitOffset) {
            if (offset >= 0) {
                const auto bytes = offset * static_cast<std::int64_t>(rows[0].element_size());
                targets.push_back({static_cast<char*>(rows[0].data_ptr()) + bytes, rows[0].size(1), nullptr, 0});
            } else {
                const at::Tensor &left = rows[next++], &right = rows[next++];
                targets.push_back({left.data_ptr(), left.size(1), right.data_ptr(), right.size(1)});
            }
        }
        return targets;
    }

    void keep(std::int64_t row, std::span<double> selfKappa) override {
        const auto count = static_cast<std::int64_t>(selfKappa.size());
        std::vector<at::Tensor> rows;
        if (m_half) {
            const std::lock_guard lock(m_lock);
            rows = std::move(m_arriving.extract(row).mapped());
        } else {
            rows = stored(row, count);
        }
        const auto squares = [&](std::size_t part) { return at::square(rows[part].to(at::kDouble)).sum(1); };
        const auto squaresOfPositions = [&](std::size_t part, const gradient::Positions& positions) {
            const auto gram = [&](const at::Tensor& of, std::int64_t at, std::int64_t depth) {
                const at::Tensor matrix = of.to(at::kDouble).view({count, at, depth});
                return at::bmm(matrix, matrix.transpose(1, 2)).unsqueeze(2);
            };
            const at::Tensor inputs = gram(rows[part], positions.inputs, positions.inputDepth),
                             outputs = gram(rows[part + 1], positions.outputs, positions.outputDepth);
            at::Tensor sums = shiftedSums(positions, inputs, outputs);
            return (positions.bias ? sums.add_(outputs.sum({1, 3})) : sums).view({count});
        };
        at::Tensor sum = squares(0);
        std::size_t next = 1;
        for (const auto& pair : m_layout.implicitParts) {
            sum += pair.positions ? squaresOfPositions(next, *pair.positions) : squares(next) * squares(next + 1);
            next += 2;
        }
        for (std::size_t part = 0; m_half && part < rows.size(); ++part)
            m_parts[part].keep(row, rows[part]);
        at::from_blob(selfKappa.data(), {count}, at::kDouble).copy_(sum);
        model::waitFor(m_device);
    }

    void take(const SignalRows& from, std::span<const std::int64_t> rows, std::span<const std::int64_t> to) override {
        const auto& other = static_cast<const TensorRows&>(from);
        const auto onDevice = [&](std::span<const std::int64_t> numbers) {
            return at::tensor(c10::IntArrayRef(numbers.data(), numbers.size()), at::kLong).to(m_device);
        };
        const at::Tensor theirs = onDevice(rows), mine = onDevice(to);
        for (std::size_t part = 0; part < m_parts.size(); ++part)
            m_parts[part].take(other.m_parts[part], theirs, mine);
        model::waitFor(m_device);
    }

    const StoredPart& part(std::size_t number) const { return m_parts[number]; }

private:
    std::vector<const Part*> allParts() const {
        std::vector<const Part*> parts{&m_layout.explicitPart};
        for (const auto& pair : m_layout.implicitParts) {
            parts.push_back(&pair.left);
            parts.push_back(&pair.right);
        }
        return parts;
    }

    std::vector<at::Tensor> stored(std::int64_t row, std::int64_t count) const {
        std::vector<at::Tensor> rows;
        for (const StoredPart& part : m_parts)
            rows.push_back(part.values.narrow(0, row, count));
        return rows;
    }

    const PartLayout& m_layout;
    bool m_half;
    c10::Device m_device;
    std::vector<StoredPart> m_parts;
    std::mutex m_lock;
    std::map<std::int64_t, std::vector<at::Tensor>> m_arriving; ///< float32 signals by first row, until they are kept
};

/// Samples on each side of a block of pairs whose Gram matrices of positions are held at once: one of inputs and one
/// with padding, one of outputs, and two that are being summed.
constexpr std::int64_t kPositionBytes = std::int64_t{256} << 20;
std::int64_t positionSide(const gradient::Positions& positions) {
    const std::int64_t longest = std::max(positions.inputs + 1, positions.outputs);
    const double pairs =
        static_cast<double>(kPositionBytes) / (5.0 * sizeof(double) * static_cast<double>(longest * longest));
    return std::max<std::int64_t>(static_cast<std::int64_t>(std::sqrt(pairs)), 1);
}

/// A stream of its own for each worker, so that one's products run while another's tile is on its way to main memory.
std::optional<c10::Stream> ownStream(c10::Device device) {
    if (device.is_cpu())
        return std::nullopt;
    return c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

class TensorWorker : public TileWorker {
public:
    TensorWorker(const PartLayout& layout, std::int64_t columnChunk, Precision precision, c10::Device device)
        : m_layout(layout), m_chunk(columnChunk), m_precision(precision), m_device(device), m_stream(ownStream(device)) {}

    void contract(const SignalRows& a, std::int64_t rows, const SignalRows& b, std::int64_t columns,
                  const base::JobContext& context, std::span<double> tile, const RowsDone& done) override {
        const c10::OptionalStreamGuard guard(m_stream);
        m_a = &static_cast<const TensorRows&>(a);
        m_b = &static_cast<const TensorRows&>(b);
        m_rows = rows;
        m_columns = columns;
        m_context = &context;
        at::Tensor sum = inner(0, m_layout.explicitPart);
        std::size_t part = 1;
        for (const auto& pair : m_layout.implicitParts) {
            if (pair.positions)
                addPositions(part, *pair.positions, sum);
            else
                sum += inner(part, pair.left).mul_(inner(part + 1, pair.right));
            part += 2;
        }
        copyOut(sum, tile);
        if (done)
            done(0, rows);
    }

private:
    /// Inner products of one part, (rows, columns) in float64, of the signals as they were before they were scaled.
    at::Tensor inner(std::size_t number, const Part& part) {
        const StoredPart &left = m_a->part(number), &right = m_b->part(number);
        at::Tensor sum = at::zeros({m_rows, m_columns}, at::TensorOptions(at::kDouble).device(m_device));
        for (std::int64_t begin = 0; begin < part.width; begin += m_chunk) {
            const std::int64_t width = std::min(m_chunk, part.width - begin);
            addProducts(
                left, [&](const at::Tensor& of) { return of.narrow(0, 0, m_rows).narrow(1, begin, width); }, right,
                [&](const at::Tensor& of) { return of.narrow(0, 0, m_columns).narrow(1, begin, width); }, sum);
        }
        unscale(sum, number, {0, m_rows}, {0, m_columns});
        return sum;
    }

    /// A layer at several positions, in blocks of samples whose Gram matrices of positions fit into a fixed share.
    void addPositions(std::size_t part, const gradient::Positions& positions, const at::Tensor& sum) {
        const std::int64_t side = positionSide(positions);
        for (std::int64_t row = 0; row < m_rows; row += side) {
            const std::int64_t rows = std::min(side, m_rows - row);
            for (std::int64_t column = 0; column < m_columns; column += side) {
                const std::int64_t columns = std::min(side, m_columns - column);
                const at::Tensor outputs =
                    positionGram(part + 1, {row, rows}, {column, columns}, positions.outputs, positions.outputDepth);
                at::Tensor found = shiftedSums(
                    positions,
                    positionGram(part, {row, rows}, {column, columns}, positions.inputs, positions.inputDepth),
                    outputs);
                unscale(found, part, {row, rows}, {column, columns});
                if (positions.bias)
                    found += outputs.sum({1, 3}, /*keepdim=*/false, at::kDouble);
                unscale(found, part + 1, {row, rows}, {column, columns});
                sum.narrow(0, row, rows).narrow(1, column, columns).add_(found);
            }
        }
    }

    struct Range {
        std::int64_t begin, count;
    };

    void unscale(at::Tensor& values, std::size_t part, Range rows, Range columns) const {
        const at::Tensor &left = m_a->part(part).exponent, &right = m_b->part(part).exponent;
        if (!left.defined())
            return;
        values.mul_(unscaled(left.narrow(0, rows.begin, rows.count)).unsqueeze(1));
        values.mul_(unscaled(right.narrow(0, columns.begin, columns.count)));
    }

    /// (rows, positions, columns, positions) of the numbers as they are stored, in the type that products are summed
    /// in.
    at::Tensor positionGram(std::size_t part, Range rows, Range columns, std::int64_t positions,
                            std::int64_t depth) const {
        const StoredPart &left = m_a->part(part), &right = m_b->part(part);
        const auto matrixOf = [&](Range range) {
            return [=](const at::Tensor& of) {
                return of.narrow(0, range.begin, range.count).view({range.count * positions, depth});
            };
        };
        const at::ScalarType type = m_precision == Precision::fp64 ? at::kDouble : at::kFloat;
        const at::Tensor gram =
            at::zeros({rows.count * positions, columns.count * positions}, at::TensorOptions(type).device(m_device));
        addProducts(left, matrixOf(rows), right, matrixOf(columns), gram);
        return gram.view({rows.count, positions, columns.count, positions});
    }

    /// Adds the inner products of the matrices that the two functions cut out of what is stored, to `sum`.
    template <typename CutLeft, typename CutRight>
    void addProducts(const StoredPart& left, CutLeft cutLeft, const StoredPart& right, CutRight cutRight,
                     const at::Tensor& sum) const {
        sum.add_(product(cutLeft(left.values), cutRight(right.values)));
        if (m_precision != Precision::fp16x3)
            return;
        constexpr double kRest = 1.0 / (1 << kRestExponent);
        sum.add_(product(cutLeft(left.values), cutRight(right.rest)), kRest);
        sum.add_(product(cutLeft(left.rest), cutRight(right.values)), kRest);
    }

    /// a (rows, k) times b (columns, k) transposed, summed in float32 (fp64: in float64).
    at::Tensor product(const at::Tensor& a, const at::Tensor& b) const {
        m_context->throwIfCancelled();
        if (a.scalar_type() != at::kHalf)
            return at::mm(a, b.t());
        // The processor has no product of halves that sums in float32; the numbers are the same this way.
        return m_device.is_cpu() ? at::mm(a.to(at::kFloat), b.to(at::kFloat).t()) : at::mm(a, b.t(), at::kFloat);
    }

    void copyOut(const at::Tensor& sum, std::span<double> tile) {
        if (m_device.is_cpu()) {
            std::memcpy(tile.data(), sum.const_data_ptr<double>(), tile.size_bytes());
            return;
        }
        if (!m_pinned.defined() || m_pinned.numel() < sum.numel())
            m_pinned = at::empty({sum.numel()}, at::TensorOptions(at::kDouble).pinned_memory(true));
        m_pinned.narrow(0, 0, sum.numel()).copy_(sum.reshape({-1}), /*non_blocking=*/true);
        m_stream->synchronize();
        std::memcpy(tile.data(), m_pinned.const_data_ptr<double>(), tile.size_bytes());
    }

    const PartLayout& m_layout;
    std::int64_t m_chunk;
    Precision m_precision;
    c10::Device m_device;
    std::optional<c10::Stream> m_stream;
    const TensorRows* m_a = nullptr;
    const TensorRows* m_b = nullptr;
    std::int64_t m_rows = 0, m_columns = 0;
    const base::JobContext* m_context = nullptr;
    at::Tensor m_pinned;
};

class TensorDevice : public Device {
public:
    TensorDevice(const std::vector<gradient::SignalLayer>& layers, std::int64_t columnChunk, Precision precision,
                 c10::Device device)
        : m_layout(layers), m_chunk(columnChunk), m_precision(precision), m_device(device) {
        if (!device.is_cpu())
            at::globalContext().setAllowTF32CuBLAS(precision == Precision::tf32);
    }

    std::unique_ptr<SignalRows> allocate(std::int64_t rows) const override {
        return std::make_unique<TensorRows>(m_layout, rows, m_precision, m_device);
    }
    std::unique_ptr<TileWorker> worker() const override {
        return std::make_unique<TensorWorker>(m_layout, m_chunk, m_precision, m_device);
    }
    std::int64_t bytesPerRow() const override {
        const auto element = static_cast<std::int64_t>(c10::elementSize(storedType(m_precision)));
        return m_layout.elementsPerRow * element * (m_precision == Precision::fp16x3 ? 2 : 1);
    }
    /// Two float64 tiles, a product, and a half-precision run's scales.
    std::int64_t workerBytes(std::int64_t tile) const override {
        const bool positions = std::any_of(m_layout.implicitParts.begin(), m_layout.implicitParts.end(),
                                           [](const auto& parts) { return parts.positions != nullptr; });
        return tile * tile * 24 + tile * 32 + (positions ? kPositionBytes : 0);
    }
    std::optional<std::int64_t> ownMemory() const override {
        return m_device.is_cpu() ? std::nullopt : std::optional(model::freeDeviceMemory(m_device));
    }
    /// One fills the card's queue while the other reads pictures.
    int signalThreads(int threads) const override { return m_device.is_cpu() ? threads : std::min(threads, 2); }

    double probeRate() const override {
        constexpr std::int64_t side = 1024, depth = 4096;
        const at::Tensor a = at::ones({side, depth}, at::TensorOptions(storedType(m_precision)).device(m_device));
        double best = 1e30;
        for (int attempt = 0; attempt < 4; ++attempt) {
            const auto start = std::chrono::steady_clock::now();
            m_device.is_cpu() ? at::mm(a.to(at::kFloat), a.to(at::kFloat).t()) : at::mm(a, a.t());
            model::waitFor(m_device);
            best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        }
        return static_cast<double>(side * side * depth) / best / (m_precision == Precision::fp16x3 ? 3 : 1);
    }

private:
    PartLayout m_layout;
    std::int64_t m_chunk;
    Precision m_precision;
    c10::Device m_device;
};

} // namespace

std::unique_ptr<Device> makeTensorDevice(const std::string& name, const Arithmetic& arithmetic,
                                         const std::vector<gradient::SignalLayer>& layers) {
    return std::make_unique<TensorDevice>(layers, arithmetic.columnChunk, arithmetic.precision,
                                          model::openDevice(name));
}

} // namespace lpntk::kernel
