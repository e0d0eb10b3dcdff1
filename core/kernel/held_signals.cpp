#include <core/kernel/held_signals.h>

#include <core/base/error.h>
#include <core/base/parallel.h>
#include <core/base/text.h>
#include <core/engine/environment.h>
#include <core/kernel/capture_rows.h>
#include <core/kernel/plan_memory.h>
#include <core/kernel/plan_sizes.h>
#include <core/kernel/planner.h>

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace lpntk::kernel {

namespace {

constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;
constexpr std::int64_t kSmallestBatch = 2;
constexpr std::int64_t kAnswerRows = 192; ///< rows of answers that whoever asks may keep within the same budget

std::size_t at(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// Memory of one kind that holding takes: signals of all rows, then either capture calls or gathered rows and products.
struct HoldNeeds {
    std::int64_t budget = 0, base = 0;
    std::int64_t perRow = 0;     ///< signals
    std::int64_t perAnswer = 0;  ///< what whoever asks keeps for each row
    std::int64_t perCapture = 0; ///< of a thread that computes signals
    std::int64_t perProduct = 0; ///< of a thread that multiplies
    int captures = 1;            ///< threads that compute signals even where one thread is asked for

    std::int64_t capturing(std::int64_t rows, std::int64_t threads) const {
        return base + rows * (perRow + perAnswer) + std::max<std::int64_t>(captures, threads) * perCapture;
    }
    std::int64_t multiplying(std::int64_t rows, std::int64_t group, std::int64_t threads) const {
        return base + rows * (perRow + perAnswer) + group * perRow + threads * perProduct;
    }
    std::int64_t least(std::int64_t rows) const { return std::max(capturing(rows, 1), multiplying(rows, 1, 1)); }
    std::int64_t rowsFitting() const {
        const std::int64_t each = std::max<std::int64_t>(perRow + perAnswer, 1);
        return std::max<std::int64_t>((budget - least(0)) / each, 0);
    }
};

/// Main memory, and a card's where the device has memory of its own.
using AllKinds = std::vector<HoldNeeds>;

AllKinds needsOf(const HoldPlan& plan, const SignalSource& source, const Device& device, std::int64_t held) {
    const auto side = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(plan.group * plan.tile))));
    HoldNeeds main;
    main.budget = plan.memoryBudget;
    main.base = held;
    main.perAnswer = kAnswerRows * static_cast<std::int64_t>(sizeof(float));
    main.perProduct = plan.group * plan.tile * static_cast<std::int64_t>(sizeof(double));
    HoldNeeds signals;
    signals.perRow = device.bytesPerRow();
    signals.perCapture = source.workingBytes(plan.batch);
    signals.perProduct = device.workerBytes(side);
    if (const std::optional<std::int64_t> own = device.ownMemory()) {
        signals.budget = static_cast<std::int64_t>(kDeviceShare * static_cast<double>(*own));
        signals.captures = device.signalThreads(2);
        return {main, signals};
    }
    main.perRow = signals.perRow;
    main.perCapture = signals.perCapture;
    main.perProduct += signals.perProduct;
    return {main};
}

bool canCapture(const AllKinds& all, std::int64_t rows, std::int64_t threads) {
    return std::all_of(all.begin(), all.end(),
                       [&](const HoldNeeds& needs) { return needs.capturing(rows, threads) <= needs.budget; });
}

bool canMultiply(const AllKinds& all, std::int64_t rows, std::int64_t group, std::int64_t threads) {
    return std::all_of(all.begin(), all.end(),
                       [&](const HoldNeeds& needs) { return needs.multiplying(rows, group, threads) <= needs.budget; });
}

[[noreturn]] void refuse(const HoldPlan& plan, const HoldNeeds& needs, std::int64_t rows, bool onCard) {
    const auto bytes = [](std::int64_t count) { return base::formatBytes(static_cast<double>(count)); };
    const std::int64_t least = needs.least(rows);
    const std::string fewer = fmt::format("take fewer samples ({} fit)", base::formatCount(needs.rowsFitting()));
    const std::string instead = "compute a run, which needs less memory: lpntk kernel --blocks class";
    if (onCard)
        throw base::BudgetError(fmt::format(
            "--device {}: {} of its memory can be used, but to hold the signals of {} samples takes {}. Use "
            "--precision fp16 or --device cpu, {}, or {}",
            plan.device, bytes(needs.budget), base::formatCount(rows), bytes(least), fewer, instead));
    throw base::BudgetError(fmt::format(
        "--memory {} is not enough: the signals of {} samples take {}, with what computes them {}. Give at least "
        "--memory {}M, {}, or {}",
        bytes(needs.budget), base::formatCount(rows), bytes(rows * needs.perRow), bytes(least), advisedMegabytes(least),
        fewer, instead));
}

/// Rows of one capture call: of one tile, so that their bounds hang on nothing else.
std::vector<run::RowRange> batchesOf(const TiledSignals& signals, std::int64_t batch) {
    std::vector<run::RowRange> batches;
    for (std::int64_t tile = 0; tile < signals.tiles(); ++tile) {
        const run::RowRange rows = signals.rowsOf(tile);
        for (std::int64_t begin = rows.begin; begin < rows.end; begin += batch)
            batches.push_back({begin, std::min(begin + batch, rows.end)});
    }
    return batches;
}

/// One capture call into `parts`, which have the source's layers one after the other; kappa of each row with itself by
/// part into `self`.
void captureBatch(const SignalSource& source, const Rows& rows, run::RowRange batch,
                  const std::vector<TiledSignals>& parts, std::vector<std::vector<double>>& self) {
    const auto first = at(batch.begin), count = at(batch.size());
    const std::int64_t tile = batch.begin / parts.front().tileSize();
    std::vector<CapturePart> into;
    for (std::size_t part = 0; part < parts.size(); ++part)
        into.push_back({&parts[part].tile(tile), std::span(self[part]).subspan(first, count)});
    captureRows(source, std::span(rows.samples).subspan(first, count), std::span(rows.labels).subspan(first, count),
                into, batch.begin - parts.front().rowsOf(tile).begin);
}

/// (parts, rows) kappa of each row with itself.
std::vector<std::vector<double>> capture(const SignalSource& source, const Rows& rows, const HoldPlan& plan,
                                         const std::vector<TiledSignals>& parts, const base::JobContext& context) {
    const std::vector<run::RowRange> batches = batchesOf(parts.front(), plan.batch);
    std::vector<std::vector<double>> self(parts.size(), std::vector<double>(rows.samples.size()));
    std::mutex lock;
    std::int64_t done = 0;
    const int threads = parts.front().device().signalThreads(plan.threads);
    base::parallelFor(static_cast<std::int64_t>(batches.size()), threads, context, [&](std::int64_t i, int) {
        captureBatch(source, rows, batches[at(i)], parts, self);
        const std::lock_guard guard(lock);
        done += batches[at(i)].size();
        context.progress("signals", static_cast<double>(done), static_cast<double>(rows.samples.size()), "samples");
    });
    return self;
}

/// Two tiles of rows among themselves, one layer at a time.
struct LayerProduct {
    std::size_t layer = 0;
    std::int64_t row = 0, column = 0; ///< tiles, row <= column
};

std::vector<LayerProduct> productsOf(const std::vector<TiledSignals>& layers) {
    std::vector<LayerProduct> products;
    for (std::int64_t row = 0; row < layers.front().tiles(); ++row) {
        for (std::int64_t column = row; column < layers.front().tiles(); ++column) {
            for (std::size_t layer = 0; layer < layers.size(); ++layer)
                products.push_back({layer, row, column});
        }
    }
    return products;
}

/// Into a symmetric matrix (n, n): what is above the diagonal also below it, `self` onto it.
void putSymmetric(std::span<const double> tile, run::RowRange rows, run::RowRange columns, std::span<const double> self,
                  std::span<float> out) {
    const std::size_t n = self.size();
    for (std::int64_t i = rows.begin; i < rows.end; ++i) {
        for (std::int64_t j = std::max(columns.begin, i); j < columns.end; ++j) {
            const double value = i == j ? self[at(i)] : tile[at((i - rows.begin) * columns.size() + j - columns.begin)];
            out[at(i) * n + at(j)] = out[at(j) * n + at(i)] = static_cast<float>(value);
        }
    }
}

} // namespace

HoldPlan planHold(const SignalSource& source, std::int64_t rows, const run::KernelOptions& options) {
    options.check();
    HoldPlan plan;
    plan.device = options.device;
    plan.arithmetic = Arithmetic::of(planWithoutSizes(source, 0, options));
    plan.memoryBudget = options.memoryBytes;
    const auto device = makeDevice(plan.device, plan.arithmetic, source.layers());
    const bool hasCard = device->ownMemory().has_value();
    // A processor has a tile's signals in its cache while it multiplies them; a card wants much at once.
    constexpr std::int64_t kTile = 256, kCardTile = 4096, kGroup = 64;
    plan.tile = std::clamp<std::int64_t>(rows, 1, hasCard ? kCardTile : kTile);
    plan.batch = std::min(preferredBatch(source, rows, plan.device), plan.tile);
    plan.group = std::min(kGroup, rows);
    const std::int64_t held = heldMemory();
    const auto needs = [&] { return needsOf(plan, source, *device, held); };
    while (plan.batch > kSmallestBatch && !canCapture(needs(), rows, 1))
        plan.batch /= 2;
    while (plan.group > 1 && !canMultiply(needs(), rows, plan.group, 1))
        plan.group /= 2;
    const AllKinds all = needs();
    for (const HoldNeeds& kind : all) {
        if (!canCapture({kind}, rows, 1) || !canMultiply({kind}, rows, plan.group, 1))
            refuse(plan, kind, rows, &kind != &all.front());
    }
    plan.threads = options.threads > 0 ? options.threads : base::availableThreads();
    while (plan.threads > 1 &&
           !(canCapture(all, rows, plan.threads) && canMultiply(all, rows, plan.group, plan.threads)))
        --plan.threads;
    return plan;
}

TiledSignals::TiledSignals(std::unique_ptr<const Device> device, std::int64_t rows, std::int64_t tile)
    : m_device(std::move(device)), m_rows(rows), m_tile(tile) {
    for (std::int64_t begin = 0; begin < rows; begin += tile)
        m_signals.push_back(m_device->allocate(std::min(tile, rows - begin)));
}

run::RowRange TiledSignals::rowsOf(std::int64_t tile) const {
    return {tile * m_tile, std::min((tile + 1) * m_tile, m_rows)};
}

HeldSignals::HeldSignals(const SignalSource& source, Rows rows, HoldPlan plan, const base::JobContext& context)
    : m_source(source), m_rows(std::move(rows)), m_plan(std::move(plan)) {
    const auto count = static_cast<std::int64_t>(m_rows.samples.size());
    m_signals.emplace_back(makeDevice(m_plan.device, m_plan.arithmetic, source.layers()), count, m_plan.tile);
    const auto self = capture(source, m_rows, m_plan, m_signals, context);
    for (const double kappa : self.front())
        m_diagonal.push_back(static_cast<float>(kappa));
    m_workers.resize(at(m_plan.threads));
}

void HeldSignals::kappa(std::span<const std::int64_t> members, run::RowRange with, std::span<float> out,
                        const base::JobContext& context) {
    assert(with.begin >= 0 && with.end <= static_cast<std::int64_t>(m_diagonal.size()));
    assert(out.size() == members.size() * at(with.size()));
    for (std::size_t begin = 0; begin < members.size(); begin += at(m_plan.group)) {
        const auto some = members.subspan(begin, std::min(at(m_plan.group), members.size() - begin));
        gather(some);
        multiply(some, with, out.subspan(begin * at(with.size()), some.size() * at(with.size())), context);
    }
}

void HeldSignals::gather(std::span<const std::int64_t> members) {
    const OneThread one;
    const TiledSignals& signals = m_signals.front();
    if (!m_gathered)
        m_gathered = signals.device().allocate(m_plan.group);
    struct Moves {
        std::vector<std::int64_t> from, to;
    };
    std::map<std::int64_t, Moves> byTile;
    for (std::size_t i = 0; i < members.size(); ++i) {
        Moves& moves = byTile[members[i] / m_plan.tile];
        moves.from.push_back(members[i] % m_plan.tile);
        moves.to.push_back(static_cast<std::int64_t>(i));
    }
    for (const auto& [tile, moves] : byTile)
        m_gathered->take(signals.tile(tile), moves.from, moves.to);
}

void HeldSignals::multiply(std::span<const std::int64_t> members, run::RowRange with, std::span<float> out,
                           const base::JobContext& context) {
    if (with.size() == 0)
        return;
    const TiledSignals& signals = m_signals.front();
    const auto count = static_cast<std::int64_t>(members.size());
    const std::int64_t first = with.begin / m_plan.tile, last = (with.end - 1) / m_plan.tile;
    base::parallelFor(last - first + 1, m_plan.threads, context, [&](std::int64_t i, int number) {
        const OneThread one;
        Worker& worker = m_workers[at(number)];
        if (!worker.tiles) {
            worker.tiles = signals.device().worker();
            worker.tile.resize(at(m_plan.group * m_plan.tile));
        }
        run::RowRange columns = signals.rowsOf(first + i);
        columns.end = std::min(columns.end, with.end);
        const auto tile = std::span(worker.tile).first(at(count * columns.size()));
        worker.tiles->contract(*m_gathered, count, signals.tile(first + i), columns.size(), context, tile);
        for (std::int64_t row = 0; row < count; ++row) {
            for (std::int64_t column = std::max(columns.begin, with.begin); column < columns.end; ++column)
                out[at(row * with.size() + column - with.begin)] =
                    static_cast<float>(tile[at(row * columns.size() + column - columns.begin)]);
            if (const std::int64_t self = members[at(row)]; columns.contains(self) && with.contains(self))
                out[at(row * with.size() + self - with.begin)] = m_diagonal[at(self)];
        }
    });
}

void HeldSignals::kappaByLayer(std::span<const std::int64_t> members, std::span<float> out,
                               const base::JobContext& context) const {
    const auto count = static_cast<std::int64_t>(members.size());
    const std::size_t entries = members.size() * members.size();
    assert(out.size() == m_source.layers().size() * entries);
    if (members.empty())
        return;
    checkMemoryByLayer(count);
    Rows rows;
    for (const std::int64_t member : members) {
        rows.samples.push_back(m_rows.samples[at(member)]);
        rows.labels.push_back(m_rows.labels[at(member)]);
    }
    std::vector<TiledSignals> layers;
    for (const gradient::SignalLayer& layer : m_source.layers())
        layers.emplace_back(makeDevice(m_plan.device, m_plan.arithmetic, {layer}), count, std::min(m_plan.tile, count));
    const auto self = capture(m_source, rows, m_plan, layers, context);
    const std::vector<LayerProduct> products = productsOf(layers);
    base::parallelFor(static_cast<std::int64_t>(products.size()), m_plan.threads, context, [&](std::int64_t i, int) {
        const OneThread one;
        const LayerProduct& product = products[at(i)];
        const TiledSignals& layer = layers[product.layer];
        const run::RowRange tileRows = layer.rowsOf(product.row), columns = layer.rowsOf(product.column);
        std::vector<double> tile(at(tileRows.size() * columns.size()));
        layer.device().worker()->contract(layer.tile(product.row), tileRows.size(), layer.tile(product.column),
                                          columns.size(), context, tile);
        putSymmetric(tile, tileRows, columns, self[product.layer], out.subspan(product.layer * entries, entries));
    });
}

void HeldSignals::checkMemoryByLayer(std::int64_t members) const {
    std::int64_t perRow = 0;
    std::int64_t largest = 0;
    std::optional<std::int64_t> free;
    const std::int64_t side = std::min(m_plan.tile, members);
    for (const gradient::SignalLayer& layer : m_source.layers()) {
        const auto device = makeDevice(m_plan.device, m_plan.arithmetic, {layer});
        perRow += device->bytesPerRow();
        largest = std::max(largest, device->workerBytes(side));
        free = device->ownMemory();
    }
    const std::int64_t needed =
        members * perRow + m_plan.threads * std::max(largest + side * side * 8, m_source.workingBytes(m_plan.batch));
    const std::int64_t left = free ? static_cast<std::int64_t>(kDeviceShare * static_cast<double>(*free))
                                   : m_plan.memoryBudget - residentMemory() + engine::keptMemory();
    if (needed <= left)
        return;
    const auto bytes = [](std::int64_t amount) {
        return base::formatBytes(static_cast<double>(std::max<std::int64_t>(amount, 0)));
    };
    throw base::BudgetError(fmt::format(
        "the layers' parts of the kernel of {} samples need {} beside what is held, but {} {} left. {}take fewer "
        "samples",
        base::formatCount(members), bytes(needed), bytes(left), free ? "of the card's memory are" : "are",
        free ? std::string()
             : fmt::format("Give at least --memory {}M, or ", (m_plan.memoryBudget + needed - left) / kMegabyte + 1)));
}

} // namespace lpntk::kernel
