#include <core/model/pt2_graph.h>

#include <core/base/error.h>
#include <core/base/json_file.h>
#include <core/model/pt2_arguments.h>
#include <core/model/pt2_calls.h>
#include <core/model/pt2_output.h>

#include <array>
#include <map>

namespace lpntk::model {

namespace {

using base::FormatError;
using base::Json;
using base::requiredKey;
using base::ShapeError;

constexpr int kSchemaMajor = 8;
/// Reads one program; made for one use.
class ProgramReader {
public:
    ProgramReader(const formats::Pt2Archive& archive, int classes, const std::string& where)
        : m_archive(archive), m_classes(classes), m_where(where) {}

    Pt2Network read() {
        const Json program = base::parseJson(m_archive.program, m_where + ", program");
        checkVersion(program);
        const Json& module = at(program, "graph_module");
        const Json& graph = at(module, "graph");
        const Json& signature = at(module, "signature");
        readInputs(at(signature, "input_specs"), at(graph, "tensor_values"));
        readPt2Calls(at(graph, "nodes"), m_network.graph, m_names, m_where);
        m_network.graph.output = pt2ValueNamed(m_names, pt2OutputName(module, m_classes, m_where), m_where + ", output");
        m_network.graph.removeUnread();
        m_network.graph.check(m_where);
        return std::move(m_network);
    }

private:
    const Json& at(const Json& json, const char* key) const { return pt2At(json, key, m_where); }

    void checkVersion(const Json& program) const {
        const Json& version = at(program, "schema_version");
        const auto major = requiredKey<int>(version, "major", m_where);
        if (major != kSchemaMajor)
            throw FormatError(m_where + ": written in version " + std::to_string(major) +
                              " of the export schema, version " + std::to_string(kSchemaMajor) +
                              " is read (PyTorch 2.6 to 2.15); export the network with one of these");
    }

    // Inputs

    void readInputs(const Json& specs, const Json& tensors) {
        std::map<std::string, const formats::NamedTensor*> weights, constants;
        for (const formats::NamedTensor& tensor : m_archive.weights)
            weights.emplace(tensor.name, &tensor);
        for (const formats::NamedTensor& tensor : m_archive.constants)
            constants.emplace(tensor.name, &tensor);
        const auto tensorNamed = [&](const auto& list, const std::string& name) {
            const auto found = list.find(name);
            if (found == list.end())
                throw FormatError(m_where + ": the tensor \"" + name + "\" that the program names is missing");
            return found->second;
        };
        for (const Json& spec : specs) {
            const auto [kind, value] = pt2Kind(spec, m_where + ", input");
            if (kind == "parameter") {
                const auto name = requiredKey<std::string>(*value, "parameter_name", m_where);
                addParameter(argumentName(*value), name, *tensorNamed(weights, name));
            } else if (kind == "buffer") {
                const auto name = requiredKey<std::string>(*value, "buffer_name", m_where);
                if (requiredKey<bool>(*value, "persistent", m_where))
                    addBuffer(argumentName(*value), name, *tensorNamed(weights, name));
                else
                    addConstant(argumentName(*value), name, *tensorNamed(constants, name));
            } else if (kind == "tensor_constant") {
                const auto name = requiredKey<std::string>(*value, "tensor_constant_name", m_where);
                addConstant(argumentName(*value), name, *tensorNamed(constants, name));
            } else if (kind == "user_input") {
                addPictures(at(*value, "arg"), tensors);
            } else if (kind != "constant_input") {
                throw FormatError(m_where + ": the program takes an input of the kind " + kind +
                                  ", which is not supported");
            }
        }
        if (!m_network.graph.input.isValid())
            throw ShapeError(m_where + ": the program takes no pictures" + kPt2ExportAgain);
    }

    std::string argumentName(const Json& spec) const {
        return requiredKey<std::string>(at(spec, "arg"), "name", m_where);
    }

    void name(const std::string& name, ValueId id) {
        if (!m_names.emplace(name, id).second)
            throw FormatError(m_where + ": the program names two inputs \"" + name + "\"");
    }

    /// Parameters that share their numbers are one parameter, or the kernel would count them twice.
    void addParameter(const std::string& argument, const std::string& parameter, const formats::NamedTensor& tensor) {
        checkFloat(tensor);
        Graph& graph = m_network.graph;
        for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
            const formats::NamedTensor& other = *m_network.parameters[i];
            if (other.bytes.empty() || other.bytes.data() != tensor.bytes.data())
                continue;
            if (other.shape != tensor.shape)
                throw FormatError(m_where + ": the parameters \"" + other.name + "\" and \"" + parameter +
                                  "\" share memory in different shapes, which is not supported");
            graph.parameters[i].otherNames.push_back(parameter);
            name(argument, m_parameterIds[i]);
            return;
        }
        graph.parameters.push_back({parameter, tensor.shape, {}, tensor.type, {}});
        m_network.parameters.push_back(&tensor);
        m_parameterIds.push_back(graph.addValue(Value::Source::parameter,
                                                static_cast<std::int64_t>(graph.parameters.size()) - 1, parameter));
        name(argument, m_parameterIds.back());
    }

    void addBuffer(const std::string& argument, const std::string& buffer, const formats::NamedTensor& tensor) {
        Graph& graph = m_network.graph;
        // A counter of training steps, which no weight file need have.
        if (buffer.ends_with("num_batches_tracked")) {
            addConstant(argument, buffer, tensor);
            return;
        }
        graph.buffers.push_back({buffer, tensor.shape, {}, tensor.type, {}});
        m_network.buffers.push_back(&tensor);
        name(argument, graph.addValue(Value::Source::buffer, static_cast<std::int64_t>(graph.buffers.size()) - 1, buffer));
    }

    void addConstant(const std::string& argument, const std::string& constant, const formats::NamedTensor& tensor) {
        m_network.constants.push_back(&tensor);
        name(argument, m_network.graph.addValue(Value::Source::constant,
                                                static_cast<std::int64_t>(m_network.constants.size()) - 1, constant));
    }

    void checkFloat(const formats::NamedTensor& tensor) const {
        if (tensor.type != formats::DType::f32)
            throw ShapeError(m_where + ": the parameter \"" + tensor.name + "\" holds " + formats::nameOf(tensor.type) +
                             ", float32 is needed; export the network after model.float()");
    }

    void addPictures(const Json& argument, const Json& tensors) {
        const auto [kind, value] = pt2Kind(argument, m_where + ", input");
        if (kind != "as_tensor") {
            if (kind == "as_none" || kind == "as_bool" || kind == "as_int" || kind == "as_float" || kind == "as_string")
                return; // baked into the program
            throw ShapeError(m_where + ": the program takes an input of the kind " + kind +
                             "; one tensor of pictures is needed" + kPt2ExportAgain);
        }
        const auto input = requiredKey<std::string>(*value, "name", m_where);
        const Json& meta = at(tensors, input.c_str());
        const Json& sizes = at(meta, "sizes");
        if (m_network.graph.input.isValid())
            throw ShapeError(m_where + ": the program takes several tensors; one, the pictures, is needed" + kPt2ExportAgain);
        if (sizes.size() != 4)
            throw ShapeError(m_where + ": the program takes a tensor of " + std::to_string(sizes.size()) +
                             " dimensions; pictures (batch, channels, height, width) are needed" + kPt2ExportAgain);
        if (formats::pt2Type(requiredKey<std::int64_t>(meta, "dtype", m_where)) != formats::DType::f32)
            throw ShapeError(m_where + ": the program takes pictures that are not float32" + kPt2ExportAgain);
        if (sizes[0].contains("as_int"))
            throw ShapeError(m_where + ": the program takes batches of a fixed size only" + kPt2ExportAgain);
        std::array<int, 3> shape{};
        for (std::size_t d = 0; d < shape.size(); ++d) {
            const auto size = pt2FixedSize(sizes[d + 1]);
            constexpr std::int64_t kLargest = 1 << 20;
            if (!size || *size < 1 || *size > kLargest)
                throw ShapeError(m_where + ": the size of the pictures is not fixed in the program" + kPt2ExportAgain);
            shape[d] = static_cast<int>(*size);
        }
        m_network.input = {shape[0], shape[1], shape[2]};
        m_network.graph.input = m_network.graph.addValue(Value::Source::input, 0, input);
        name(input, m_network.graph.input);
    }

    const formats::Pt2Archive& m_archive;
    int m_classes;
    const std::string& m_where;
    Pt2Network m_network;
    Pt2Names m_names;
    std::vector<ValueId> m_parameterIds;
};

} // namespace

Pt2Network readPt2Graph(const formats::Pt2Archive& archive, int classes, const std::string& where) {
    try {
        return ProgramReader(archive, classes, where).read();
    } catch (const nlohmann::json::exception& problem) {
        throw FormatError(where + ": the program is not of the form that PyTorch writes (" + problem.what() +
                          "); the file is damaged, get it again");
    }
}

} // namespace lpntk::model
