#pragma once

#include <core/gradient/positions.h>
#include <core/model/network.h>
#include <core/run/options.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lpntk::gradient {

/// One parameter-taking operation of the network as the kernel sees it. Its part of kappa is
///   explicit: <left_i, left_j>                        left = gradient of phi w.r.t. its parameters (parameters
///   numbers) implicit: <left_i, left_j> * <right_i, right_j>   left = input (a trailing 1 when there is a bias), right
///   = output gradient implicit at several positions: as in Positions     left = input, right = output gradient,
///   position by position
/// Parameters used several times, tied or derived are one explicit layer holding the summed gradient.
struct SignalLayer {
    std::string name;
    std::string operation;          ///< "linear", "conv2d", ...
    bool implicit = false;
    std::int64_t parameters = 0;
    std::int64_t leftWidth = 0;
    std::int64_t rightWidth = 0;    ///< 0 when explicit
    bool general = false;           ///< no fast rule: gradients by the operation's own backward pass under vmap
    std::shared_ptr<const Positions> positions{}; ///< where an implicit layer's weight is applied at several
};

/// Where the signals of one batch go: for each layer row-major (batch, leftWidth) and (batch, rightWidth), rows at the
/// given strides in elements, in memory of the SignalComputer's device. Elements are float or double as it was made.
struct SignalTarget {
    void* left = nullptr;
    std::int64_t leftStride = 0;
    void* right = nullptr;
    std::int64_t rightStride = 0;
};

/// Per-sample signals phi (the seed of the backward pass includes 1/sqrt(K), so Gram sums are kappa itself) by the
/// capture under one vmap level (libtorch.md section 3). Immutable after making; compute() may be called from several
/// threads at once, each with torch's thread count set to 1 by the caller.
class SignalComputer {
public:
    /// rough: float32 without following float64, for products that are rounder than that.
    enum class Grade { float32, float64, rough };

    /// `device`: "cpu", "cuda", "cuda:1". Throws OptionError where it is missing.
    static std::unique_ptr<SignalComputer> create(std::shared_ptr<const model::Network> network, Grade grade,
                                                  run::KernelKind kind, const std::string& device = "cpu");
    virtual ~SignalComputer() = default;

    virtual const std::vector<SignalLayer>& layers() const = 0;
    /// "float32"; "float64"; "guided": float32 where the forward pass takes the results of float64, rounded, because
    /// the network has derivatives that jump (ReLU, pooling) and rounding would decide on which side a sample falls.
    /// What multiplies in float64 is named where it is not libtorch: "guided by openblas-0.3.34-SkylakeX".
    virtual std::string capture() const = 0;
    /// A batch size that keeps a call's working memory near `bytes`.
    virtual std::int64_t batchFor(std::int64_t bytes) const = 0;
    /// Working memory of one call with this batch, estimated from a real small call.
    virtual std::int64_t workingBytes(std::int64_t batch) const = 0;
    /// Multiply-adds of a sample's forward pass in its operations with parameters, by their shapes.
    virtual std::int64_t forwardMacs() const = 0;

    /// inputs: (batch, C, H, W); labels: (batch); targets: one per layer, allocated by the caller; logits: (batch, K)
    /// or empty. Same inputs in the same batch give the same bits.
    virtual void compute(std::span<const float> inputs, std::span<const std::int64_t> labels,
                         std::span<const SignalTarget> targets, std::span<float> logits) const = 0;

    /// Where the numbers of one sample stop being finite: the call of the forward pass, "call 12 (aten::exp,
    /// layer3.norm)", or the first parameter on the way back, "the gradient of layer3.norm.weight". Empty where none does.
    virtual std::string firstNotFinite(std::span<const float> input, std::int64_t label) const = 0;
};

/// The load check of gradients: largest difference between the signals of two synthetic samples and plain autograd,
/// relative to the sample's largest gradient. In float64 for networks of up to 30 million parameters, else in float32.
/// Throws ShapeError naming the parameter when the difference is more than rounding.
double checkGradients(const model::Network& network);

} // namespace lpntk::gradient
