#pragma once

#include <core/engine/engine.h>
#include <core/formats/weights.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lpntk::train {

/// The folder of a training: checkpoints as safetensors and history.json, each file atomic. What is finished stays when
/// the training stops early.
class History {
public:
    /// `model`: the network's name, known after loading. Creates the folder. Throws OptionError when it already holds a training, IoError when it cannot be written.
    History(const engine::TrainRequest& request, std::string model, const base::JobContext& context);
    /// Takes the folder away again when nothing was written into it and it was made here.
    ~History();
    History(const History&) = delete;
    History& operator=(const History&) = delete;

    /// Where a step stands; epoch and iteration count from 1, those that are finished.
    struct Moment {
        int epoch = 0;
        std::int64_t iteration = 0;
        double learningRate = 0;
        double loss = 0;
        double testAccuracy = 0; ///< NaN = not measured at this moment
    };

    void addIteration(const Moment& moment);
    void addEpoch(const engine::TrainReport::Epoch& epoch);
    /// Writes "epoch-003.safetensors" or, with `perIteration`, "iteration-000120.safetensors".
    std::filesystem::path writeCheckpoint(const Moment& moment, bool perIteration,
                                          std::span<const formats::NamedTensor> weights);
    /// Writes history.json with everything so far.
    void write();

private:
    void removeIfEmpty() const;
    base::Json recipe() const;
    std::vector<std::pair<std::string, std::string>> metadata(const Moment& moment) const;

    const engine::TrainRequest& m_request;
    std::string m_model;
    bool m_made = false;
    std::string m_dataHash;
    base::Json m_epochs = base::Json::array();
    base::Json m_iterations = base::Json::array();
    base::Json m_checkpoints = base::Json::array();
};

} // namespace lpntk::train
