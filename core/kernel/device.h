#pragma once

#include <core/base/job_context.h>
#include <core/gradient/signals.h>
#include <core/run/plan.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// The signals of some rows where a device wants them. Filled by host code batch by batch, different rows from different
/// threads, then read by tile workers.
class SignalRows {
public:
    virtual ~SignalRows() = default;
    /// Where the signals of `count` rows from `row` on are written, one target per layer.
    virtual std::vector<gradient::SignalTarget> targets(std::int64_t row, std::int64_t count) = 0;
    /// Called once they are written: takes them over in the device's precision, and says kappa of each row with itself,
    /// summed in float64.
    virtual void keep(std::int64_t row, std::span<double> selfKappa) = 0;
    /// Copies what the same device keeps of `rows` of `from` to the rows `to` of these, bit for bit.
    virtual void take(const SignalRows& from, std::span<const std::int64_t> rows, std::span<const std::int64_t> to) = 0;
};

/// Rows [begin, end) of a tile.
using RowsDone = std::function<void(std::int64_t begin, std::int64_t end)>;

/// One thread's scratch memory for contracting tiles.
class TileWorker {
public:
    virtual ~TileWorker() = default;
    /// kappa of the first `rows` of a with the first `columns` of b into `tile` (rows, columns), row-major, in float64.
    /// Of rows with themselves (a is b, as many rows as columns) only the diagonal and what is above it need be there.
    /// Stops between products. The bits depend on the signals, the sizes and the plan only. `done` is called with
    /// stretches of rows as soon as they are complete, while they are in the cache, in ascending order.
    virtual void contract(const SignalRows& a, std::int64_t rows, const SignalRows& b, std::int64_t columns,
                          const base::JobContext& context, std::span<double> tile, const RowsDone& done = {}) = 0;
};

/// Where signals live and tiles are contracted. The job knows nothing else of CPU or GPU.
///
/// Precision of the products: fp32 and tf32 hold the signals in float32 (tf32 rounds on the way into products, the capture's too),
/// fp64 in float64. fp16 holds each row and part in half precision, scaled by a power of two so that its largest number
/// is near 2^13; fp16x3 holds what half precision leaves out as a second half-precision number and adds up three
/// products. All add products of columnChunk columns, summed in float32, into float64.
class Device {
public:
    virtual ~Device() = default;
    virtual std::unique_ptr<SignalRows> allocate(std::int64_t rows) const = 0;
    virtual std::unique_ptr<TileWorker> worker() const = 0;
    virtual std::int64_t bytesPerRow() const = 0;
    /// Scratch memory of one worker for tiles of this side, where the signals are too.
    virtual std::int64_t workerBytes(std::int64_t tile) const = 0;
    /// Bytes that are free for signals and scratch memory beside main memory; nothing where they are main memory.
    virtual std::optional<std::int64_t> ownMemory() const = 0;
    /// How many of `threads` compute signals at once.
    virtual int signalThreads(int threads) const = 0;
    /// Multiply-adds per second of one worker, from a probe of some milliseconds.
    virtual double probeRate() const = 0;
};

/// Longest float32 product before float64 takes over.
constexpr std::int64_t kColumnChunk = 4096;

/// How a device multiplies; see Device.
struct Arithmetic {
    run::Precision precision = run::Precision::fp32;
    std::int64_t columnChunk = kColumnChunk;
    std::string backend = "mm"; ///< kernel::Products, for float32 on the processor

    static Arithmetic of(const run::KernelPlan& plan) { return {plan.precision, plan.columnChunk, plan.backend}; }
};

/// Grade of the signals that a device wants for this precision.
gradient::SignalComputer::Grade gradeOf(run::Precision precision);

/// Throws OptionError for a device that is not there or does not know the precision or the backend.
std::unique_ptr<Device> makeDevice(const std::string& name, const Arithmetic& arithmetic,
                                   const std::vector<gradient::SignalLayer>& layers);

/// A device on libtorch's tensors, for every precision: makeDevice gives it for CUDA; on the processor ("cpu") it computes
/// the same numbers slowly, which shows what a card must give.
std::unique_ptr<Device> makeTensorDevice(const std::string& name, const Arithmetic& arithmetic,
                                         const std::vector<gradient::SignalLayer>& layers);

/// For as long as it lives the calling thread's libtorch calls use one thread: two workers with one thread each beat one
/// with two.
class OneThread {
public:
    OneThread();
    ~OneThread();
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

private:
    int m_before = 1;
};

} // namespace lpntk::kernel
