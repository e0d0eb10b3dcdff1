#pragma once

#include <core/gradient/capture_torch.h>
#include <core/run/options.h>

#include <cstdint>
#include <span>

namespace lpntk::gradient {

/// What the logits are multiplied with before the backward pass (method.md section 1), one vector of K per sample:
///   lpntk  s(y) / sqrt(K), +1 at the label and -1 elsewhere
///   pntk   1 / sqrt(K) everywhere
///   loss   softmax(z) - onehot(y), so that the signal is the gradient of the cross entropy itself (GraNd, TracIn);
///          no 1 / sqrt(K) here, the Gram entries are inner products of loss gradients.
/// The labels must outlive the function.
Seeds seedsFor(std::span<const std::int64_t> labels, run::KernelKind kind);

} // namespace lpntk::gradient
