#include <core/base/error.h>
#include <core/base/json_file.h>
#include <core/formats/pt2.h>
#include <core/formats/zip.h>
#include <core/model/graph.h>
#include <core/model/network.h>
#include <core/model/parameters_torch.h>
#include <core/model/pt2_graph.h>

#include <helpers/real_data.h>

#include <QtTest>

#include <algorithm>
#include <functional>
#include <random>

using namespace lpntk;
using base::Json;

namespace fs = std::filesystem;

namespace {

constexpr data::ImageShape kShape{1, 28, 28};

std::shared_ptr<const model::Network> opened(const fs::path& program, const fs::path& weights = {}, int classes = 10,
                                             data::ImageShape shape = kShape) {
    return model::Network::load({program.string(), weights, 0}, shape, classes);
}

fs::path exported(const std::string& name) {
    return tests::exportedNetworks() / name;
}

/// The sentence of the base::Error that `work` throws, "" when nothing.
std::string refusal(const std::function<void()>& work) {
    try {
        work();
    } catch (const base::Error& error) {
        return error.what();
    }
    return {};
}

bool mentions(const std::string& text, const char* words) {
    return text.find(words) != std::string::npos;
}

std::vector<formats::ZipContent> entriesOf(const fs::path& path) {
    const formats::ZipArchive zip(path);
    std::vector<formats::ZipContent> contents;
    for (const auto& entry : zip.entries())
        contents.push_back({entry.name, zip.read(entry, 1 << 20)});
    return contents;
}

std::vector<std::byte> bytesOf(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    return {bytes.begin(), bytes.end()};
}

/// A copy of an exported network with another program.
class Changed {
public:
    Changed(const std::string& name, const std::function<void(Json&)>& change) {
        auto contents = entriesOf(exported(name));
        for (auto& content : contents) {
            if (!content.name.ends_with("models/model.json"))
                continue;
            const auto* text = reinterpret_cast<const char*>(content.bytes.data());
            Json program = Json::parse(text, text + content.bytes.size());
            change(program);
            content.bytes = bytesOf(program.dump());
        }
        m_path = m_folder.filePath("changed.pt2").toStdString();
        formats::writeZip(m_path, contents);
    }
    const fs::path& path() const { return m_path; }

private:
    QTemporaryDir m_folder;
    fs::path m_path;
};

std::string refusalOf(const std::string& name, const std::function<void(Json&)>& change) {
    const Changed file(name, change);
    return refusal([&] { opened(file.path()); });
}

Json& nodesOf(Json& program) {
    return program["graph_module"]["graph"]["nodes"];
}

Json& node(Json& program, const std::string& target) {
    Json& nodes = nodesOf(program);
    return *std::find_if(nodes.begin(), nodes.end(), [&](const Json& n) { return n["target"] == target; });
}

Json& argument(Json& call, const std::string& name) {
    Json& inputs = call["inputs"];
    return (*std::find_if(inputs.begin(), inputs.end(), [&](const Json& i) { return i["name"] == name; }))["arg"];
}

/// A state dict of a network's tensors, tied ones under both names.
fs::path writeWeights(const QTemporaryDir& folder, const model::Network& network, double scaleOfTied) {
    std::vector<formats::NamedTensor> tensors;
    std::vector<at::Tensor> owned;
    const auto add = [&](const std::string& name, const at::Tensor& tensor) {
        owned.push_back(tensor.contiguous().clone());
        const at::Tensor& mine = owned.back();
        tensors.push_back({name, mine.scalar_type() == at::kLong ? formats::DType::i64 : formats::DType::f32,
                           mine.sizes().vec(),
                           {static_cast<const std::byte*>(mine.const_data_ptr()), mine.nbytes()}, {}});
    };
    for (std::size_t i = 0; i < network.graph().parameters.size(); ++i) {
        const at::Tensor half = network.parameters().parameters[i] * 0.5;
        add(network.graph().parameters[i].name, half);
        for (const std::string& other : network.graph().parameters[i].otherNames)
            add(other, half * scaleOfTied);
    }
    for (std::size_t i = 0; i < network.graph().buffers.size(); ++i)
        add(network.graph().buffers[i].name, network.parameters().buffers[i]);
    const fs::path path = folder.filePath("weights.safetensors").toStdString();
    formats::writeSafetensors(path, tensors, {});
    return path;
}

} // namespace

/// Reading exported programs: what is in them, and what is refused. Their numbers are checked in gradient/test_exported.
class TestPt2 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatItIs();
    void weightsAreSwapped();
    void writesInPlaceAreGone();
    void wrongDataIsRefused();
    void programsOfOtherKindsAreRefused();
    void damagedGraphsAreRefused();
    void hostileCallsAreRefused();
    void trainingModeIsRefused();
    void numbersThatAreNotFiniteAreNamed();
    void changedProgramsNeverCrash();
};

void TestPt2::tellsWhatItIs() {
    const auto network = opened(exported("vit-2.11.pt2"));
    const engine::NetworkInfo& info = network->info();
    QCOMPARE(info.model, std::string("vit-2.11.pt2"));
    QCOMPARE(info.program, exported("vit-2.11.pt2"));
    QVERIFY(!info.fromSeed && !info.guessed && info.logitError < 1e-4);
    std::int64_t sum = 0;
    for (const engine::LayerInfo& layer : info.layers)
        sum += layer.count;
    QCOMPARE(sum, info.parameters);
    const auto named = [&](const char* name) {
        return std::find_if(info.layers.begin(), info.layers.end(), [&](const auto& layer) { return layer.name == name; });
    };
    QCOMPARE(named("patches")->operation, std::string("conv2d"));
    QCOMPARE(named("norm1")->operation, std::string("layer_norm"));
    // The same file as weights without a network's name is the same network; with one it is a mistake.
    QCOMPARE(model::Network::load({"", exported("vit-2.11.pt2"), 0}, kShape, 10)->info().parameters, info.parameters);
    const std::string both =
        refusal([] { model::Network::load({"lenet5", exported("vit-2.11.pt2"), 0}, kShape, 10); });
    QVERIFY2(mentions(both, "no weights for lenet5"), both.c_str());
}

void TestPt2::weightsAreSwapped() {
    const QTemporaryDir folder;
    const auto original = opened(exported("odd-2.11.pt2"));
    const auto swapped = opened(exported("odd-2.11.pt2"), writeWeights(folder, *original, 1));
    for (std::size_t i = 0; i < original->parameters().parameters.size(); ++i)
        QVERIFY(at::equal(swapped->parameters().parameters[i], original->parameters().parameters[i] * 0.5));
    QVERIFY(at::equal(swapped->parameters().constants[0], original->parameters().constants[0]));
    QCOMPARE(swapped->info().mapping.size(),
             original->graph().parameters.size() + original->graph().buffers.size());
    const std::string torn = refusal([&] { opened(exported("odd-2.11.pt2"), writeWeights(folder, *original, 2)); });
    QVERIFY2(mentions(torn, "tied_b.weight") && mentions(torn, "differ"), torn.c_str());
}

void TestPt2::writesInPlaceAreGone() {
    for (const char* name : {"cnn-2.11.pt2", "odd-2.11.pt2"}) {
        const auto network = opened(exported(name));
        const auto& nodes = network->graph().nodes;
        QVERIFY(std::none_of(nodes.begin(), nodes.end(), model::mayWrite));
    }
    // What was written into a view reaches the tensor that it is a view of.
    const auto odd = opened(exported("odd-2.11.pt2"));
    const auto& nodes = odd->graph().nodes;
    QVERIFY(std::any_of(nodes.begin(), nodes.end(), [](const auto& n) { return n.target == "aten::slice_scatter"; }));
    const std::string lost = refusalOf("odd-2.11.pt2", [](Json& program) {
        Json& call = node(program, "torch.ops.aten.copy_.default");
        Json& view = *std::find_if(nodesOf(program).begin(), nodesOf(program).end(), [&](const Json& n) {
            return n["outputs"][0].contains("as_tensor") &&
                   n["outputs"][0]["as_tensor"]["name"] == argument(call, "self")["as_tensor"]["name"];
        });
        view["target"] = "torch.ops.aten.as_strided.default";
        view["inputs"] = {{{"name", "self"}, {"arg", argument(view, "self")}},
                          {{"name", "size"}, {"arg", {{"as_ints", {2, 1, 10}}}}},
                          {{"name", "stride"}, {"arg", {{"as_ints", {30, 10, 1}}}}},
                          {{"name", "storage_offset"}, {"arg", {{"as_int", 10}}}}};
    });
    QVERIFY2(mentions(lost, "aten::as_strided") && mentions(lost, "changed in place"), lost.c_str());
}

void TestPt2::wrongDataIsRefused() {
    const std::string classes = refusal([] { opened(exported("odd-2.11.pt2"), {}, 100); });
    QVERIFY2(mentions(classes, "(batch, 3, 10), (batch, 10)") && mentions(classes, "100 classes"), classes.c_str());
    const std::string shape = refusal([] { opened(exported("cnn-2.11.pt2"), {}, 10, {3, 32, 32}); });
    QVERIFY2(mentions(shape, "1 x 28 x 28") && mentions(shape, "3 x 32 x 32"), shape.c_str());
    const std::string missing = refusal([] { opened("/nowhere/net.pt2"); });
    QVERIFY2(mentions(missing, "net.pt2"), missing.c_str());
}

void TestPt2::programsOfOtherKindsAreRefused() {
    const std::string version =
        refusalOf("cnn-2.11.pt2", [](Json& program) { program["schema_version"]["major"] = 9; });
    QVERIFY2(mentions(version, "version 9 of the export schema"), version.c_str());
    const auto pictures = [](Json& program) -> Json& {
        return program["graph_module"]["graph"]["tensor_values"]["x"];
    };
    const std::string fixed = refusalOf(
        "cnn-2.11.pt2", [&](Json& program) { pictures(program)["sizes"][0] = Json{{"as_int", 2}}; });
    QVERIFY2(mentions(fixed, "fixed size") && mentions(fixed, "dynamic_shapes"), fixed.c_str());
    const std::string flat =
        refusalOf("cnn-2.11.pt2", [&](Json& program) { pictures(program)["sizes"].erase(3); });
    QVERIFY2(mentions(flat, "3 dimensions"), flat.c_str());
    const std::string half = refusalOf("cnn-2.11.pt2", [&](Json& program) { pictures(program)["dtype"] = 6; });
    QVERIFY2(mentions(half, "not float32"), half.c_str());
    const std::string several = refusalOf("cnn-2.11.pt2", [&](Json& program) {
        Json& specs = program["graph_module"]["signature"]["input_specs"];
        specs.push_back(specs.back());
    });
    QVERIFY2(mentions(several, "several tensors"), several.c_str());
    const std::string outputs = refusalOf("odd-2.11.pt2", [&](Json& program) {
        Json& specs = program["graph_module"]["signature"]["output_specs"];
        specs[0] = specs[1];
        program["graph_module"]["module_call_graph"] = Json::array();
    });
    QVERIFY2(mentions(outputs, "2 tensors that could be the logits"), outputs.c_str());
    const std::string object = refusalOf("cnn-2.11.pt2", [&](Json& program) {
        program["graph_module"]["signature"]["input_specs"].push_back(
            {{"custom_obj", {{"arg", {{"name", "o"}}}, {"custom_obj_name", "o"}}}});
    });
    QVERIFY2(mentions(object, "custom_obj"), object.c_str());
}

void TestPt2::damagedGraphsAreRefused() {
    const std::string dangling = refusalOf("cnn-2.11.pt2", [](Json& program) {
        argument(node(program, "torch.ops.aten.linear.default"), "input")["as_tensor"]["name"] = "nothing";
    });
    QVERIFY2(mentions(dangling, "linear") && mentions(dangling, "\"nothing\""), dangling.c_str());
    const std::string cycle = refusalOf("cnn-2.11.pt2", [](Json& program) {
        Json& call = node(program, "torch.ops.aten.linear.default");
        argument(call, "input") = call["outputs"][0];
    });
    QVERIFY2(mentions(cycle, "no earlier call returns"), cycle.c_str());
    const std::string twice = refusalOf("cnn-2.11.pt2", [](Json& program) {
        Json& nodes = nodesOf(program);
        nodes[1]["outputs"] = nodes[0]["outputs"];
    });
    QVERIFY2(mentions(twice, "there already"), twice.c_str());
    const std::string extra = refusalOf("cnn-2.11.pt2", [](Json& program) {
        node(program, "torch.ops.aten.linear.default")["inputs"].push_back(
            {{"name", "surprise"}, {"arg", {{"as_int", 1}}}});
    });
    QVERIFY2(mentions(extra, "does not know"), extra.c_str());
    const std::string kind = refusalOf("cnn-2.11.pt2", [](Json& program) {
        argument(node(program, "torch.ops.aten.linear.default"), "bias") = Json{{"as_complex", 1}};
    });
    QVERIFY2(mentions(kind, "as_complex"), kind.c_str());
    const std::string shape = refusalOf("cnn-2.11.pt2", [](Json& program) {
        argument(node(program, "torch.ops.aten.conv2d.default"), "stride")["as_ints"] = {0, 0};
    });
    QVERIFY2(mentions(shape, "aten::conv2d"), shape.c_str());
    const std::string tensor = refusalOf("cnn-2.11.pt2", [](Json& program) {
        program["graph_module"]["signature"]["input_specs"][0]["parameter"]["parameter_name"] = "gone";
    });
    QVERIFY2(mentions(tensor, "\"gone\""), tensor.c_str());
}

void TestPt2::hostileCallsAreRefused() {
    const auto with = [](const char* target) {
        return refusalOf("cnn-2.11.pt2", [&](Json& program) {
            node(program, "torch.ops.aten.linear.default")["target"] = target;
        });
    };
    QVERIFY(mentions(with("torch.ops.mylib.evil.default"), "mylib::evil) is outside"));
    QVERIFY(mentions(with("os.system"), "os.system"));
    QVERIFY(mentions(with("torch.ops.aten.from_file.default"), "files"));
    QVERIFY(mentions(with("torch.ops.aten.no_such_call.default"), "no_such_call"));
    QVERIFY(mentions(with("torch.ops.higher_order.cond"), "higher_order.cond"));
    QVERIFY(mentions(with("builtins.eval"), "builtins.eval"));
}

void TestPt2::trainingModeIsRefused() {
    const std::string norm = refusalOf("cnn-2.11.pt2", [](Json& program) {
        argument(node(program, "torch.ops.aten.batch_norm.default"), "training")["as_bool"] = true;
    });
    QVERIFY2(mentions(norm, "stem.1) is in training mode") && mentions(norm, "model.eval()"), norm.c_str());
}

void TestPt2::numbersThatAreNotFiniteAreNamed() {
    auto contents = entriesOf(exported("cnn-2.11.pt2"));
    for (auto& content : contents) {
        if (content.name.ends_with("data/weights/weight_0"))
            std::fill_n(content.bytes.begin(), 4, std::byte{0xff});
    }
    const QTemporaryDir folder;
    const fs::path path = folder.filePath("nan.pt2").toStdString();
    formats::writeZip(path, contents);
    const std::string message = refusal([&] { opened(path); });
    QVERIFY2(mentions(message, "stem.0.weight") && mentions(message, "not finite"), message.c_str());
}

/// Random changes of the program's text, past the archive's check sums.
void TestPt2::changedProgramsNeverCrash() {
    for (const char* name : {"cnn-2.11.pt2", "odd-2.11.pt2"}) {
        const formats::Pt2Archive original = formats::readPt2(exported(name));
        std::mt19937 random(5);
        const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
        int refused = 0;
        constexpr int kRounds = 400;
        for (int round = 0; round < kRounds; ++round) {
            formats::Pt2Archive archive = original;
            for (std::size_t change = 0; change <= below(3); ++change) {
                const std::size_t at = below(archive.program.size());
                if (below(2) == 0)
                    archive.program[at] = "0123456789{}[]\",:-x_"[below(20)];
                else
                    archive.program.erase(at, below(20));
            }
            refused += refusal([&] { model::readPt2Graph(archive, 10, "changed"); }).empty() ? 0 : 1;
        }
        QVERIFY2(refused > kRounds / 4, qPrintable(QString::number(refused)));
    }
}

QTEST_GUILESS_MAIN(TestPt2)
#include "test_pt2.moc"
