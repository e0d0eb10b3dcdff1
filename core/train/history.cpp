#include <core/train/history.h>

#include <core/base/files.h>
#include <core/base/json_file.h>
#include <core/base/version.h>

#include <fmt/format.h>

#include <cmath>

namespace lpntk::train {

namespace {

namespace fs = std::filesystem;

void refuseUsedFolder(const fs::path& folder) {
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
        if (entry.path().filename() == "history.json" || entry.path().extension() == ".safetensors")
            throw base::OptionError("the folder " + base::quoted(folder) + " already holds a training (" +
                                    entry.path().filename().string() + "); choose another folder or remove it first");
    }
}

} // namespace

History::History(const engine::TrainRequest& request, std::string model, const base::JobContext& context)
    : m_request(request), m_model(std::move(model)) {
    refuseUsedFolder(request.out);
    m_dataHash = data::datasetHash(*request.data, context);
    std::error_code code;
    m_made = fs::create_directories(request.out, code);
    if (code)
        throw base::IoError("the folder " + base::quoted(request.out) + " cannot be made: " + code.message() +
                            "; choose another folder");
    try {
        base::checkCanWrite(request.out / "history.json");
    } catch (...) {
        removeIfEmpty();
        throw;
    }
}

History::~History() {
    removeIfEmpty();
}

void History::removeIfEmpty() const {
    std::error_code code;
    if (m_made)
        fs::remove(m_request.out, code); // removes an empty folder only
}

base::Json History::recipe() const {
    return {{"data", m_request.dataSource},
            {"dataHash", m_dataHash},
            {"split", m_request.split},
            {"samples", m_request.indices.empty() ? m_request.data->split(m_request.split).count()
                                                  : static_cast<std::int64_t>(m_request.indices.size())},
            {"startWeights", m_request.network.weights.string()},
            {"initialisationSeed", m_request.network.seed},
            {"seed", m_request.seed},
            {"epochs", m_request.epochs},
            {"batch", m_request.batch},
            {"learningRate", m_request.learningRate},
            {"momentum", m_request.momentum},
            {"weightDecay", m_request.weightDecay},
            {"schedule", m_request.schedule},
            {"stepEpochs", m_request.stepEpochs},
            {"gamma", m_request.gamma}};
}

std::vector<std::pair<std::string, std::string>> History::metadata(const Moment& moment) const {
    std::vector<std::pair<std::string, std::string>> pairs = {
        {"format", "pt"},
        {"model", m_model},
        {"preprocessing", data::toJson(m_request.preprocessing).dump()},
        {"dataName", m_request.data->name},
        {"dataHash", m_dataHash},
        {"epoch", std::to_string(moment.epoch)},
        {"iteration", std::to_string(moment.iteration)},
        {"recipe", recipe().dump()},
        {"program", std::string("lpntk ") + base::programVersion()}};
    if (std::isfinite(moment.testAccuracy))
        pairs.emplace_back("testAccuracy", fmt::format("{:.4f}", moment.testAccuracy));
    return pairs;
}

void History::addIteration(const Moment& moment) {
    m_iterations.push_back({{"iteration", moment.iteration},
                            {"epoch", moment.epoch},
                            {"learningRate", moment.learningRate},
                            {"loss", moment.loss}});
}

void History::addEpoch(const engine::TrainReport::Epoch& epoch) {
    m_epochs.push_back({{"epoch", epoch.epoch},
                        {"learningRate", epoch.learningRate},
                        {"trainLoss", epoch.trainLoss},
                        {"trainAccuracy", epoch.trainAccuracy},
                        {"testAccuracy", epoch.testAccuracy},
                        {"seconds", epoch.seconds}});
}

fs::path History::writeCheckpoint(const Moment& moment, bool perIteration,
                                  std::span<const formats::NamedTensor> weights) {
    const std::string name = perIteration ? fmt::format("iteration-{:06}.safetensors", moment.iteration)
                                          : fmt::format("epoch-{:03}.safetensors", moment.epoch);
    formats::writeSafetensors(m_request.out / name, weights, metadata(moment));
    m_checkpoints.push_back({{"file", name},
                             {"epoch", moment.epoch},
                             {"iteration", moment.iteration},
                             {"learningRate", moment.learningRate}});
    return m_request.out / name;
}

void History::write() {
    base::Json json = {{"program", base::programVersion()},
                       {"model", m_model},
                       {"preprocessing", data::toJson(m_request.preprocessing)},
                       {"recipe", recipe()},
                       {"epochs", m_epochs},
                       {"checkpoints", m_checkpoints}};
    if (!m_iterations.empty())
        json["iterations"] = m_iterations;
    base::writeJsonFile(m_request.out / "history.json", json);
}

} // namespace lpntk::train
