#pragma once

#include <core/data/dataset.h>
#include <core/data/preprocessing.h>
#include <core/gradient/signals.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::kernel {

/// Where the per-sample signals of a kernel job come from: a network over a data set, or numbers made up by a test.
/// compute() may be called from several threads at once; the same samples in the same batch give the same bits.
class SignalSource {
public:
    virtual ~SignalSource() = default;
    virtual const std::vector<gradient::SignalLayer>& layers() const = 0;
    virtual int classes() const = 0;
    virtual std::int64_t batchFor(std::int64_t bytes) const = 0;
    virtual std::int64_t workingBytes(std::int64_t batch) const = 0;
    virtual std::int64_t forwardMacs() const = 0;
    /// `samples`: original indices. Targets and logits as in gradient::SignalComputer::compute; `device`: on which of the
    /// plan's devices the targets lie.
    virtual void compute(std::span<const std::int64_t> samples, std::span<const std::int64_t> labels,
                         std::span<const gradient::SignalTarget> targets, std::span<float> logits, std::size_t device) const = 0;
    /// "train-images-idx3-ubyte.gz, image 865" for messages.
    virtual std::string location(std::int64_t sample) const = 0;
    /// As gradient::SignalComputer::firstNotFinite, of a sample whose numbers are not finite.
    virtual std::string firstNotFinite(std::int64_t sample, std::int64_t label) const = 0;
};

/// Signals of a network over the pictures of one split.
class NetworkSource : public SignalSource {
public:
    NetworkSource(std::shared_ptr<const model::Network> network, std::shared_ptr<const data::Dataset> dataset,
                  const std::string& split, data::Preprocessing preprocessing,
                  gradient::SignalComputer::Grade grade, run::KernelKind kind, const std::string& devices);

    const std::vector<gradient::SignalLayer>& layers() const override { return first().layers(); }
    std::string capture() const { return first().capture(); }
    int classes() const override { return m_network->classes(); }
    std::int64_t batchFor(std::int64_t bytes) const override { return first().batchFor(bytes); }
    std::int64_t workingBytes(std::int64_t batch) const override;
    std::int64_t forwardMacs() const override { return first().forwardMacs(); }
    void compute(std::span<const std::int64_t> samples, std::span<const std::int64_t> labels,
                 std::span<const gradient::SignalTarget> targets, std::span<float> logits, std::size_t device) const override;
    std::string location(std::int64_t sample) const override { return m_split.images->location(sample); }
    std::string firstNotFinite(std::int64_t sample, std::int64_t label) const override;

private:
    std::int64_t pixels() const;
    const gradient::SignalComputer& first() const { return *m_computers.front(); }

    std::shared_ptr<const model::Network> m_network;
    std::shared_ptr<const data::Dataset> m_dataset;
    const data::Split& m_split;
    data::Preprocessing m_preprocessing;
    std::vector<std::unique_ptr<gradient::SignalComputer>> m_computers; ///< by device
};

} // namespace lpntk::kernel
