#include <core/base/checked.h>
#include <core/run/plan.h>

#include <fmt/format.h>

#include <numeric>

namespace lpntk::run {

namespace {

using base::requiredKey;

base::Json toJson(const LayerPlan& layer) {
    return {{"name", layer.name},
            {"operation", layer.operation},
            {"way", layer.way},
            {"parameters", layer.parameters},
            {"macs_per_pair", layer.macsPerPair},
            {"signal_floats", layer.signalFloats}};
}

LayerPlan layerFromJson(const base::Json& json, const std::string& where) {
    LayerPlan layer;
    layer.name = requiredKey<std::string>(json, "name", where);
    layer.operation = requiredKey<std::string>(json, "operation", where);
    layer.way = requiredKey<std::string>(json, "way", where);
    layer.parameters = requiredKey<std::int64_t>(json, "parameters", where);
    layer.macsPerPair = requiredKey<std::int64_t>(json, "macs_per_pair", where);
    layer.signalFloats = requiredKey<std::int64_t>(json, "signal_floats", where);
    return layer;
}

base::Json array(const base::Json& json, const char* key, const std::string& where) {
    base::Json value = requiredKey<base::Json>(json, key, where);
    if (!value.is_array())
        throw base::FormatError(fmt::format("{}: the key \"{}\" should be a list", where, key));
    return value;
}

/// Names become enums; an unknown name is damage of the file here, not a wrong option.
template <typename T>
T named(const base::Json& json, const char* key, T (*fromName)(const std::string&), const std::string& where) {
    try {
        return fromName(requiredKey<std::string>(json, key, where));
    } catch (const base::OptionError& problem) {
        throw base::FormatError(fmt::format("{}: {}", where, problem.what()));
    }
}

void checkPlan(const KernelPlan& plan, const std::string& where) {
    const auto refuse = [&](const std::string& what) { throw base::FormatError(fmt::format("{}: the plan {}", where, what)); };
    if (plan.rows < 1 || plan.rows > std::int64_t{1} << 31)
        refuse(fmt::format("has {} rows; 1 to 2^31 were expected", plan.rows));
    if (plan.classes < 1)
        refuse(fmt::format("has {} classes; at least 1 was expected", plan.classes));
    if (plan.top < 1)
        refuse(fmt::format("keeps {} neighbours; at least 1 was expected", plan.top));
    if (plan.tile < 1 || plan.batch < 0 || plan.panelRows < 0 || plan.columnChunk < 1)
        refuse("has a tile, batch, panel or column size that is not positive");
    std::int64_t end = 0;
    for (const RowRange& block : plan.blocks) {
        if (block.begin != end || block.end <= block.begin)
            refuse(fmt::format("has a block of rows {} to {}; blocks should follow each other without a gap", block.begin,
                               block.end));
        end = block.end;
    }
    if (end != plan.rows)
        refuse(fmt::format("covers {} of {} rows by its blocks", end, plan.rows));
}

} // namespace

std::int64_t KernelPlan::macsPerPair() const {
    return std::accumulate(layers.begin(), layers.end(), std::int64_t{0},
                           [](std::int64_t sum, const LayerPlan& layer) { return sum + layer.macsPerPair; });
}

std::int64_t KernelPlan::signalFloats() const {
    return std::accumulate(layers.begin(), layers.end(), std::int64_t{0},
                           [](std::int64_t sum, const LayerPlan& layer) { return sum + layer.signalFloats; });
}

std::int64_t KernelPlan::tiles() const {
    std::int64_t sum = 0;
    for (const RowRange& block : blocks) {
        const std::int64_t side = (block.size() + tile - 1) / tile;
        sum += side * (side + 1) / 2;
    }
    return sum;
}

base::Json toJson(const KernelPlan& plan) {
    base::Json layers = base::Json::array();
    for (const LayerPlan& layer : plan.layers)
        layers.push_back(toJson(layer));
    base::Json blocks = base::Json::array();
    for (const RowRange& block : plan.blocks)
        blocks.push_back({block.begin, block.end});
    return {{"rows", plan.rows},
            {"classes", plan.classes},
            {"parameters", plan.parameters},
            {"chosen_parameters", plan.chosenParameters},
            {"kernel", nameOf(plan.kernel)},
            {"precision", nameOf(plan.precision)},
            {"store", nameOf(plan.store)},
            {"device", plan.device},
            {"capture", plan.capture},
            {"backend", plan.backend},
            {"top", plan.top},
            {"audit_rows", plan.auditRows},
            {"known_rows", plan.knownRows},
            {"block_kind", nameOf(plan.blockKind)},
            {"blocks", std::move(blocks)},
            {"tile", plan.tile},
            {"batch", plan.batch},
            {"column_chunk", plan.columnChunk},
            {"layers", std::move(layers)},
            {"prediction",
             {{"panel_rows", plan.panelRows},
              {"threads", plan.threads},
              {"memory_bytes", plan.memoryBytes},
              {"memory_budget", plan.memoryBudget},
              {"disk_bytes", plan.diskBytes},
              {"signal_seconds", plan.signalSeconds},
              {"contraction_seconds", plan.contractionSeconds},
              {"signal_passes", plan.signalPasses}}}};
}

KernelPlan planFromJson(const base::Json& json, const std::string& where) {
    KernelPlan plan;
    plan.rows = requiredKey<std::int64_t>(json, "rows", where);
    plan.classes = requiredKey<int>(json, "classes", where);
    plan.parameters = requiredKey<std::int64_t>(json, "parameters", where);
    // Not in runs of version 0.1.
    if (json.contains("chosen_parameters"))
        plan.chosenParameters = requiredKey<std::string>(json, "chosen_parameters", where);
    plan.kernel = named(json, "kernel", kernelKindFromName, where);
    plan.precision = named(json, "precision", precisionFromName, where);
    plan.store = named(json, "store", storeTypeFromName, where);
    plan.device = requiredKey<std::string>(json, "device", where);
    plan.capture = requiredKey<std::string>(json, "capture", where);
    plan.backend = requiredKey<std::string>(json, "backend", where);
    plan.top = requiredKey<int>(json, "top", where);
    plan.auditRows = requiredKey<int>(json, "audit_rows", where);
    if (json.contains("known_rows"))
        plan.knownRows = requiredKey<std::int64_t>(json, "known_rows", where);
    plan.blockKind = named(json, "block_kind", blocksFromName, where);
    for (const base::Json& block : array(json, "blocks", where)) {
        if (!block.is_array() || block.size() != 2 || !block[0].is_number_integer() || !block[1].is_number_integer())
            throw base::FormatError(fmt::format("{}: a block should be a pair of row numbers", where));
        plan.blocks.push_back({block[0].get<std::int64_t>(), block[1].get<std::int64_t>()});
    }
    plan.tile = requiredKey<int>(json, "tile", where);
    plan.batch = requiredKey<std::int64_t>(json, "batch", where);
    plan.columnChunk = requiredKey<std::int64_t>(json, "column_chunk", where);
    for (const base::Json& layer : array(json, "layers", where))
        plan.layers.push_back(layerFromJson(layer, where));
    const auto prediction = requiredKey<base::Json>(json, "prediction", where);
    plan.panelRows = requiredKey<std::int64_t>(prediction, "panel_rows", where);
    plan.threads = requiredKey<int>(prediction, "threads", where);
    plan.memoryBytes = requiredKey<std::int64_t>(prediction, "memory_bytes", where);
    plan.memoryBudget = requiredKey<std::int64_t>(prediction, "memory_budget", where);
    plan.diskBytes = requiredKey<std::int64_t>(prediction, "disk_bytes", where);
    plan.signalSeconds = requiredKey<double>(prediction, "signal_seconds", where);
    plan.contractionSeconds = requiredKey<double>(prediction, "contraction_seconds", where);
    plan.signalPasses = requiredKey<double>(prediction, "signal_passes", where);
    checkPlan(plan, where);
    return plan;
}

} // namespace lpntk::run
