#pragma once

#include <core/base/ids.h>
#include <core/formats/weights.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lpntk::model {

/// A value of a Graph: the input, a parameter, a buffer, a constant, or what a call returned.
using ValueId = base::Id<struct ValueTag>;

enum class MemoryFormat { contiguous, channelsLast, channelsLast3d, preserve };
enum class Layout { strided };

/// Stands for whatever device the graph runs on, so that a device baked in by an exporter does not matter.
struct RunningDevice {
    bool operator==(const RunningDevice&) const = default;
};

/// A size that is known, or an earlier result (the batch size, a product of sizes).
using Size = std::variant<std::int64_t, ValueId>;

/// What a call can be given. monostate is None; in a tensor list an invalid id is None.
using Argument =
    std::variant<std::monostate, ValueId, std::vector<ValueId>, bool, std::int64_t, double, std::string,
                 std::vector<Size>, std::vector<double>, std::vector<bool>, formats::DType, MemoryFormat, Layout,
                 RunningDevice>;

/// One call of the dispatcher. Arguments go by the names of the schema; those left out take its defaults.
struct Node {
    std::string target;   ///< "aten::conv2d"; integer arithmetic on sizes is "sym::add", "sym::mul", ...
    std::string overload; ///< "", "Tensor", ...
    std::vector<std::pair<std::string, Argument>> arguments;
    std::vector<ValueId> results; ///< one per return value; a single returned list is bound element by element
    std::string module;           ///< where the call stands in the network, "layer1.0.conv1"
    bool gradient = true;         ///< false inside a no_grad block
};

struct Value {
    enum class Source { input, parameter, buffer, constant, result };
    Source source = Source::result;
    std::int64_t index = 0; ///< into the ParameterStore's list of that source
    std::string name;
};

/// How a built-in network draws a parameter from the seed.
struct Initialisation {
    enum class Kind { uniform, constant };
    Kind kind = Kind::constant;
    double value = 0; ///< the constant, or the bound of the uniform distribution
};

/// A named tensor that the network owns.
struct ParameterSpec {
    std::string name; ///< PyTorch style, "layer1.0.conv1.weight"
    std::vector<std::int64_t> shape;
    Initialisation initialisation;
    formats::DType type = formats::DType::f32;
    std::vector<std::string> otherNames = {}; ///< of parameters tied to this one

    std::int64_t count() const;
};

/// A network as a list of ATen calls by schema name, in an order in which they can run. A value, read-only once built;
/// whoever makes one (GraphBuilder, a file's reader) calls check().
class Graph {
public:
    std::vector<Value> values;  ///< indexed by ValueId
    std::vector<Node> nodes;
    std::vector<ParameterSpec> parameters;
    std::vector<ParameterSpec> buffers;
    ValueId input;              ///< (batch, C, H, W)
    ValueId output;             ///< (batch, K)

    ValueId addValue(Value::Source source, std::int64_t index, std::string name);
    const Value& value(ValueId id) const { return values.at(static_cast<std::size_t>(id.value())); }
    /// d: numbers in all parameters.
    std::int64_t parameterCount() const;
    /// Throws FormatError when a call stands outside the allowed namespaces (aten, prims, sym), reads a value that is
    /// not there yet, or the graph has no input or output.
    void check(const std::string& where) const;
    /// Drops an exporter's assertions about shapes, and calls that nobody reads and that write into nothing.
    void removeUnread();
};

/// Calls `visit` with every value that the arguments of a call refer to.
void visitValues(const Node& node, const std::function<void(ValueId)>& visit);
/// Replaces every value that the arguments of a call refer to.
void replaceValues(Node& node, const std::function<ValueId(ValueId)>& replace);
/// Whether a call on the pictures has a derivative that jumps (ReLU, maxima, clamps, comparisons): there rounding before
/// the jump decides about the gradient behind it.
bool hasKinks(const Graph& graph);
/// Whether a call may change one of its arguments in place, by its name ("aten::relu_", an "out" overload).
bool mayWrite(const Node& node);

/// "(6, 1, 5, 5)".
std::string shapeText(const std::vector<std::int64_t>& shape);

} // namespace lpntk::model
