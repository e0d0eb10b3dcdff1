#pragma once

#include <core/model/network.h>

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace lpntk::tests {

using Weights = std::map<std::string, at::Tensor>;
/// A network written with plain ATen calls: (weights, pictures) -> logits.
using Forward = std::function<at::Tensor(const Weights&, const at::Tensor&)>;

at::Tensor lenet5Forward(const Weights& w, const at::Tensor& x);
at::Tensor lenetForward(const Weights& w, const at::Tensor& x);
at::Tensor mlpForward(const Weights& w, const at::Tensor& x);
at::Tensor resnet18Forward(const Weights& w, const at::Tensor& x); ///< with batch norm where `w` has it

/// The network's parameters and buffers by name in float64.
Weights weightsOf(const model::Network& network);
std::vector<std::string> parameterNames(const model::Network& network);

/// From logits (N, K) and labels the vectors that seed the backward pass, in the oracle's own words.
at::Tensor lpntkSeeds(const at::Tensor& logits, const std::vector<std::int64_t>& labels);

/// phi of every sample, (N, d) in float64, by one plain autograd pass per sample over a batch of two whose second
/// sample is masked.
at::Tensor oracleSignals(const Forward& forward, const model::Network& network, const at::Tensor& inputs,
                            const at::Tensor& seeds);

/// Kernel from a SignalComputer's signals, implicit layers multiplied, accumulated in float64.
at::Tensor kernelOf(const model::Network& network, const at::Tensor& inputs,
                       const std::vector<std::int64_t>& labels, bool float64);

/// Largest difference relative to the largest entry, and largest difference of cosines.
double relativeError(const at::Tensor& found, const at::Tensor& expected);
double cosineError(const at::Tensor& found, const at::Tensor& expected);

} // namespace lpntk::tests
