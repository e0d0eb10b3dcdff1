#pragma once

#include <core/gradient/rules_torch.h>
#include <core/gradient/signals.h>

#include <cstddef>
#include <map>
#include <vector>

namespace lpntk::gradient {

/// Where the gradient of a leaf parameter stands in the signals.
struct LeafPlace {
    std::size_t layer = 0;
    std::int64_t offset = 0; ///< in the layer's left row
    std::int64_t width = 0;
};

/// How the uses of a network become layers of the kernel. Found once from a small capture; depends on shapes only.
struct LayerLayout {
    struct ImplicitUse {
        std::size_t layer = 0;
        std::int64_t weight = 0; ///< parameter index
        std::int64_t bias = -1; ///< parameter index, the left row then ends with a one or Positions say so; -1 for none
    };
    std::vector<SignalLayer> layers;
    std::int64_t forwardMacs = 0;                ///< SignalComputer::forwardMacs
    std::vector<Rule> rules;                     ///< per use
    std::map<std::size_t, ImplicitUse> implicit; ///< by use
    std::map<std::int64_t, LeafPlace> leaves;    ///< explicit leaves by parameter index
    /// Which leaves a derived value depends on, as parameter indices.
    std::map<model::ValueId, std::vector<std::int64_t>> derivedFrom;
};

/// A use all of whose parameters are leaves that nothing else takes is one layer (implicit where the rule allows or few
/// positions make it cheaper); every other leaf is an explicit layer of its own that holds the sum over its uses.
/// `leaves` are the tensors of the capture.
LayerLayout layOut(const model::Interpreter& interpreter, const model::Graph& graph, const Capture& capture,
                   const std::vector<at::Tensor>& leaves);

} // namespace lpntk::gradient
