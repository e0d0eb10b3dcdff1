#include <core/model/without_writes_torch.h>

#include <core/base/error.h>
#include <core/model/interpreter_torch.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string_view>

namespace lpntk::model {

namespace {

using base::FormatError;
using Arguments = std::vector<std::pair<std::string, Argument>>;

template <std::size_t N> bool isOneOf(const std::string& name, const std::array<std::string_view, N>& list) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// What one call did with memory, seen while it ran.
struct Observed {
    ValueId written;                ///< the value it changed, invalid for most calls
    std::vector<ValueId> shared;    ///< per result: the argument whose memory it is in, invalid for new memory
    std::vector<std::int64_t> size; ///< of the first tensor it was given
};

/// Runs the graph as it is and notes which results lie in the memory of which arguments.
class Observer {
public:
    Observer(const Graph& graph, const ParameterStore& store, const at::Tensor& pictures) : m_calls(graph.nodes.size()) {
        const at::NoGradGuard noGradients;
        const Interpreter interpreter(graph, at::kFloat, Interpreter::Writes::allowed);
        m_logits = interpreter.run(pictures.clone(), store.clone(at::kFloat, false), {},
                                   [&](const Interpreter::Step& step, torch::jit::Stack& stack) { watch(step, stack); });
    }

    const Observed& call(std::size_t node) const { return m_calls[node]; }
    const at::Tensor& logits() const { return m_logits; }

private:
    void watch(const Interpreter::Step& step, torch::jit::Stack& stack) {
        std::map<const void*, ValueId> memory;
        for (std::size_t i = 0; i < step.slots.size(); ++i) {
            const bool tensor = step.slots[i].kind == Interpreter::Slot::Kind::value && stack[i].isTensor();
            if (tensor && stack[i].toTensor().defined())
                memory.emplace(storageOf(stack[i].toTensor()), step.slots[i].ids.front());
        }
        Observed& seen = m_calls[step.node];
        if (!stack.empty() && stack[0].isTensor())
            seen.size = stack[0].toTensor().sizes().vec();
        seen.written = writtenArgument(step);
        step.call(stack);
        const auto note = [&](const c10::IValue& value) {
            const auto found =
                value.isTensor() && value.toTensor().defined() ? memory.find(storageOf(value.toTensor())) : memory.end();
            seen.shared.push_back(found == memory.end() ? ValueId() : found->second);
        };
        for (const c10::IValue& value : stack) {
            if (value.isTensorList()) {
                for (const at::Tensor& tensor : value.toTensorVector())
                    note(tensor);
            } else {
                note(value);
            }
        }
    }

    static const void* storageOf(const at::Tensor& tensor) { return tensor.storage().unsafeGetStorageImpl(); }

    static ValueId writtenArgument(const Interpreter::Step& step) {
        if (!step.op || !step.op->schema().is_mutable())
            return {};
        const auto& arguments = step.op->schema().arguments();
        ValueId written;
        int count = 0;
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (!arguments[i].alias_info() || !arguments[i].alias_info()->isWrite())
                continue;
            ++count;
            if (step.slots[i].kind == Interpreter::Slot::Kind::value)
                written = step.slots[i].ids.front();
        }
        if (count != 1 || !written.isValid())
            throw FormatError(step.place + " changes several tensors in place, which per-sample gradients cannot follow; "
                                           "use operators that return their results");
        return written;
    }

    std::vector<Observed> m_calls;
    at::Tensor m_logits;
};

/// Rewrites one graph; made for one use.
class Rewriter {
public:
    Rewriter(const Graph& graph, const Observer& observer, const std::string& where)
        : m_old(graph), m_graph(graph), m_observer(observer), m_where(where), m_places(graph.values.size()) {
        m_graph.nodes.clear();
        for (std::size_t i = 0; i < m_places.size(); ++i)
            m_places[i].now = m_places[i].same = ValueId(static_cast<std::int64_t>(i));
    }

    Graph rewrite() {
        for (std::size_t i = 0; i < m_old.nodes.size(); ++i) {
            Node node = m_old.nodes[i];
            replaceValues(node, [&](ValueId id) { return fresh(id); });
            const Observed& seen = m_observer.call(i);
            if (seen.written.isValid()) {
                write(i, std::move(node), seen);
                continue;
            }
            m_graph.nodes.push_back(std::move(node));
            for (std::size_t k = 0; k < m_old.nodes[i].results.size() && k < seen.shared.size(); ++k) {
                if (seen.shared[k].isValid())
                    addView(m_old.nodes[i].results[k], seen.shared[k], i, k);
            }
        }
        m_graph.output = fresh(m_graph.output);
        m_graph.removeUnread();
        m_graph.check(m_where);
        return std::move(m_graph);
    }

private:
    /// Where a value of the old graph stands in the new one.
    struct Place {
        ValueId now;                   ///< the value of the new graph that it is at this moment
        ValueId same;                  ///< a call in place returns what it wrote: the value it is another name of
        ValueId parent;                ///< the value whose memory it is a view of
        std::size_t call = 0;          ///< the call that took the view
        std::size_t result = 0;        ///< which of its results it is
        std::vector<ValueId> children; ///< views taken of it
        bool stale = false;            ///< its memory was written through another view since it was taken
    };

    Place& place(ValueId id) {
        Place& named = m_places[static_cast<std::size_t>(id.value())];
        return named.same == id ? named : place(named.same);
    }
    ValueId canonical(ValueId id) const {
        const ValueId same = m_places[static_cast<std::size_t>(id.value())].same;
        return same == id ? id : canonical(same);
    }

    void addView(ValueId view, ValueId of, std::size_t call, std::size_t result) {
        Place& mine = place(view);
        mine.parent = canonical(of);
        mine.call = call;
        mine.result = result;
        place(of).children.push_back(canonical(view));
    }

    /// The new graph's value for `id` as it is now: views of changed memory are taken again.
    ValueId fresh(ValueId id) {
        if (!place(id).stale)
            return place(id).now;
        const std::size_t call = place(id).call, result = place(id).result;
        Node again = m_old.nodes[call];
        replaceValues(again, [&](ValueId argument) { return fresh(argument); });
        for (ValueId& returned : again.results)
            returned = m_graph.addValue(Value::Source::result, 0, m_graph.value(returned).name);
        place(id).now = again.results[result];
        place(id).stale = false;
        m_graph.nodes.push_back(std::move(again));
        return place(id).now;
    }

    ValueId append(const std::string& target, const std::string& overload, Arguments arguments, const Node& like) {
        const ValueId result = m_graph.addValue(Value::Source::result, 0, target);
        m_graph.nodes.push_back({target, overload, std::move(arguments), {result}, like.module, like.gradient});
        return result;
    }

    std::string placeText(std::size_t call) const {
        const Node& node = m_old.nodes[call];
        return m_where + ": call " + std::to_string(call) + " (" + node.target +
               (node.module.empty() ? ")" : ", " + node.module + ")");
    }

    /// A call in place: its functional form, whose result everything that shares the memory sees from now on.
    void write(std::size_t call, Node node, const Observed& seen) {
        const ValueId changed = functional(call, node, place(seen.written).now);
        for (const ValueId returned : m_old.nodes[call].results)
            m_places[static_cast<std::size_t>(returned.value())].same = canonical(seen.written);
        spread(canonical(seen.written), changed, ValueId());
    }

    ValueId functional(std::size_t call, Node& node, ValueId self) {
        constexpr std::array<std::string_view, 6> kRandom{"aten::normal_", "aten::uniform_", "aten::bernoulli_",
                                                          "aten::random_", "aten::exponential_", "aten::geometric_"};
        const auto argument = [&](const char* name) {
            const auto found = std::find_if(node.arguments.begin(), node.arguments.end(),
                                            [&](const auto& entry) { return entry.first == name; });
            return found == node.arguments.end() ? Argument() : found->second;
        };
        const std::string name = node.target;
        if (name == "aten::copy_") {
            const ValueId typed = append("aten::type_as", "", {{"self", argument("src")}, {"other", self}}, node);
            return append("aten::expand_as", "", {{"self", typed}, {"other", self}}, node);
        }
        if (name == "aten::zero_")
            return append("aten::zeros_like", "", {{"self", self}}, node);
        if (name == "aten::fill_" && node.overload == "Scalar")
            return append("aten::full_like", "", {{"self", self}, {"fill_value", argument("value")}}, node);
        if (name == "aten::fill_") {
            const ValueId typed = append("aten::type_as", "", {{"self", argument("value")}, {"other", self}}, node);
            return append("aten::expand_as", "", {{"self", typed}, {"other", self}}, node);
        }
        if (isOneOf(name, kRandom))
            throw FormatError(placeText(call) + " draws random numbers; export the network after model.eval()");
        const std::string without = name.ends_with('_') ? name.substr(0, name.size() - 1) : name;
        const auto known = c10::Dispatcher::singleton().findSchema({without, node.overload});
        if (without == name || !known || known->schema().is_mutable() || known->schema().returns().size() != 1)
            throw FormatError(placeText(call) + " changes a tensor in place and has no form that returns its result");
        // The two forms may call their arguments by other names: dropout_(self, ...), dropout(input, ...).
        const auto& old = c10::Dispatcher::singleton().findSchemaOrThrow(name.c_str(), node.overload.c_str()).schema();
        Arguments arguments = node.arguments;
        for (auto& [key, value] : arguments) {
            const auto position = old.argumentIndexWithName(key);
            if (position && static_cast<std::size_t>(*position) < known->schema().arguments().size())
                key = known->schema().arguments()[static_cast<std::size_t>(*position)].name();
        }
        return append(without, node.overload, std::move(arguments), node);
    }

    /// `id` has become `changed`: its views are stale, and what it is a view of has changed in that part.
    void spread(ValueId id, ValueId changed, ValueId except) {
        place(id).now = changed;
        place(id).stale = false;
        for (const ValueId child : place(id).children) {
            if (child != except)
                markStale(child);
        }
        if (place(id).parent.isValid()) {
            const ValueId parent = place(id).parent;
            spread(parent, withPart(id, changed, place(parent).now), id);
        }
    }

    void markStale(ValueId id) {
        place(id).stale = true;
        for (const ValueId child : place(id).children)
            markStale(child);
    }

    /// The parent with the part that the view `id` shows replaced by `part`.
    ValueId withPart(ValueId id, ValueId part, ValueId parent) {
        constexpr std::array<std::string_view, 18> kSameOrder{
            "aten::reshape", "aten::view",       "aten::_unsafe_view", "aten::flatten",    "aten::unflatten",
            "aten::squeeze", "aten::unsqueeze",  "aten::contiguous",   "aten::to",         "aten::alias",
            "aten::detach",  "aten::lift_fresh", "aten::dropout",      "aten::view_as",    "aten::reshape_as",
            "aten::type_as", "aten::feature_dropout", "aten::alpha_dropout"};
        const std::size_t call = place(id).call, result = place(id).result;
        const Node& maker = m_old.nodes[call];
        const std::string name = maker.target + (maker.overload.empty() ? "" : "." + maker.overload);
        const auto argument = [&](const char* key, Argument otherwise) {
            const auto found = std::find_if(maker.arguments.begin(), maker.arguments.end(),
                                            [&](const auto& entry) { return entry.first == key; });
            if (found == maker.arguments.end())
                return otherwise;
            Node holder;
            holder.arguments.push_back(*found);
            replaceValues(holder, [&](ValueId value) { return fresh(value); });
            return holder.arguments[0].second;
        };
        const Argument first = std::int64_t{0}, none = std::monostate(), one = std::int64_t{1};
        const auto k = static_cast<std::int64_t>(result);
        if (name == "aten::slice.Tensor") {
            const auto [start, end] = bounds(m_observer.call(call).size, argument("dim", first), argument("start", none),
                                             argument("end", none));
            return append("aten::slice_scatter", "",
                          {{"self", parent}, {"src", part}, {"dim", argument("dim", first)}, {"start", start},
                           {"end", end}, {"step", argument("step", one)}},
                          maker);
        }
        if (name == "aten::select.int" || name == "aten::unbind.int")
            return append("aten::select_scatter", "",
                          {{"self", parent}, {"src", part}, {"dim", argument("dim", first)},
                           {"index", name == "aten::unbind.int" ? Argument(k) : argument("index", none)}},
                          maker);
        if (name == "aten::split.Tensor") {
            const Argument size = argument("split_size", none);
            if (const auto* known = std::get_if<std::int64_t>(&size))
                return append("aten::slice_scatter", "",
                              {{"self", parent}, {"src", part}, {"dim", argument("dim", first)}, {"start", k * *known},
                               {"end", (k + 1) * *known}, {"step", one}},
                              maker);
        }
        if (name == "aten::transpose.int" || name == "aten::t")
            return append(maker.target, maker.overload,
                          name == "aten::t" ? Arguments{{"self", part}}
                                            : Arguments{{"self", part}, {"dim0", argument("dim0", first)}, {"dim1", argument("dim1", first)}},
                          maker);
        if (name == "aten::permute")
            if (const auto dims = inverse(argument("dims", none)))
                return append("aten::permute", "", {{"self", part}, {"dims", *dims}}, maker);
        if (isOneOf(maker.target, kSameOrder))
            return append("aten::reshape_as", "", {{"self", part}, {"other", parent}}, maker);
        throw FormatError(placeText(call) + " shows a part of a tensor that is then changed in place, which cannot be "
                                            "followed; use operators that return their results");
    }

    /// Under vmap slice_scatter takes its bounds as they are: counted from the front, and none for "to the end".
    static std::pair<Argument, Argument> bounds(const std::vector<std::int64_t>& sizes, const Argument& dim,
                                                Argument start, Argument end) {
        const auto* axis = std::get_if<std::int64_t>(&dim);
        const auto dims = static_cast<std::int64_t>(sizes.size());
        if (!axis || *axis < -dims || *axis >= dims)
            return {std::move(start), std::move(end)};
        const std::int64_t size = sizes[static_cast<std::size_t>(*axis < 0 ? *axis + dims : *axis)];
        const auto fromFront = [&](std::int64_t bound) { return std::clamp<std::int64_t>(bound < 0 ? bound + size : bound, 0, size); };
        if (const auto* number = std::get_if<std::int64_t>(&start))
            start = fromFront(*number);
        if (const auto* number = std::get_if<std::int64_t>(&end)) {
            if (*number >= size)
                end = std::monostate();
            else
                end = fromFront(*number);
        }
        return {std::move(start), std::move(end)};
    }

    static std::optional<Argument> inverse(const Argument& dims) {
        const auto* list = std::get_if<std::vector<Size>>(&dims);
        if (!list)
            return std::nullopt;
        std::vector<Size> result(list->size(), std::int64_t{0});
        for (std::size_t i = 0; i < list->size(); ++i) {
            const auto* known = std::get_if<std::int64_t>(&(*list)[i]);
            const auto count = static_cast<std::int64_t>(list->size());
            if (!known || *known < -count || *known >= count)
                return std::nullopt;
            result[static_cast<std::size_t>(*known < 0 ? *known + count : *known)] = static_cast<std::int64_t>(i);
        }
        return result;
    }

    const Graph& m_old;
    Graph m_graph;
    const Observer& m_observer;
    const std::string& m_where;
    std::vector<Place> m_places;
};

} // namespace

Graph withoutWrites(const Graph& graph, const ParameterStore& store, const at::Tensor& pictures,
                    const std::string& where) {
    if (std::none_of(graph.nodes.begin(), graph.nodes.end(), mayWrite))
        return graph;
    const Observer observer(graph, store, pictures);
    Graph result = Rewriter(graph, observer, where).rewrite();
    const at::NoGradGuard noGradients;
    const at::Tensor logits = Interpreter(result).run(pictures, store);
    const double scale = std::max(observer.logits().abs().max().item<double>(), 1e-30);
    constexpr double kLargestError = 1e-5;
    const double error = logits.sizes() == observer.logits().sizes()
                             ? (logits - observer.logits()).abs().max().item<double>() / scale
                             : std::numeric_limits<double>::infinity();
    if (!(error <= kLargestError))
        throw FormatError(where + ": the network changes tensors in place in a way that cannot be followed (its logits "
                                  "would differ by " +
                          std::to_string(error) + " of the largest); use operators that return their results");
    return result;
}

} // namespace lpntk::model
