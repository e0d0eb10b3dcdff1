#include "oracle.h"

#include <core/base/error.h>
#include <core/formats/npz.h>
#include <core/gradient/signals.h>
#include <core/model/graph.h>
#include <core/model/network.h>
#include <core/model/parameters_torch.h>

#include <helpers/real_data.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace lpntk;
using namespace lpntk::tests;

namespace fs = std::filesystem;

namespace {

constexpr data::ImageShape kShape{1, 28, 28};
constexpr int kClasses = 10;

/// What PyTorch makes of a network.
struct Reference {
    at::Tensor inputs, logits, kernel;
    std::vector<std::int64_t> labels;
};

template <typename T> at::Tensor tensorOf(const formats::NpzArchive& archive, const std::string& name) {
    const formats::NpyArray array = archive.array(name);
    const auto values = array.as<T>();
    return at::from_blob(const_cast<T*>(values.data()), array.shape(), c10::CppTypeToScalarType<T>::value).clone();
}

Reference referenceOf(const std::string& network) {
    const formats::NpzArchive archive(exportedNetworks() / (network + ".npz")), inputs(exportedNetworks() / "inputs.npz");
    return {tensorOf<float>(inputs, "inputs"), tensorOf<float>(archive, "logits"), tensorOf<double>(archive, "kernel"),
            inputs.array("labels").toInt64()};
}

std::shared_ptr<const model::Network> opened(const std::string& file) {
    return model::Network::load({(exportedNetworks() / file).string(), {}, 0}, kShape, kClasses);
}

} // namespace

/// Networks that PyTorch exported, each version's file, against what PyTorch computes from them.
class TestExported : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFile_data();
    void everyFile();
    void fewGoTheGeneralWay();
    void everyVersionIsThere();
    void tiedWeightsAreOneParameter();
    void partsOfTheParametersAddUp();
};

void TestExported::everyFile_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("network");
    std::set<fs::path> files;
    for (const auto& entry : fs::directory_iterator(exportedNetworks())) {
        if (entry.path().extension() == ".pt2")
            files.insert(entry.path().filename());
    }
    for (const fs::path& file : files) {
        const QString name = QString::fromStdString(file.string());
        QTest::newRow(file.c_str()) << name << name.section('-', 0, 0);
    }
}

void TestExported::everyFile() {
    QFETCH(QString, file);
    QFETCH(QString, network);
    const Reference reference = referenceOf(network.toStdString());
    const auto loaded = opened(file.toStdString());

    at::Tensor logits = at::empty_like(reference.logits);
    loaded->logits({reference.inputs.const_data_ptr<float>(), static_cast<std::size_t>(reference.inputs.numel())},
                   logits.size(0), {logits.mutable_data_ptr<float>(), static_cast<std::size_t>(logits.numel())});
    QVERIFY((logits - reference.logits).abs().max().item<double>() < 1e-5);

    const double exact = relativeError(kernelOf(*loaded, reference.inputs, reference.labels, true), reference.kernel);
    QVERIFY2(exact < 1e-10, qPrintable(QString("float64: relative error %1").arg(exact)));
    const double fast = cosineError(kernelOf(*loaded, reference.inputs, reference.labels, false), reference.kernel);
    QVERIFY2(fast < 2e-6, qPrintable(QString("float32: cosine error %1").arg(fast)));
    const double check = gradient::checkGradients(*loaded);
    QVERIFY2(check < 1e-8, qPrintable(QString("load check %1").arg(check)));
}

/// What costs most must not lose its rule unnoticed.
void TestExported::fewGoTheGeneralWay() {
    const std::map<std::string, std::set<std::string>> expected{
        {"beit", {"cat"}},
        {"convnext", {"addcmul"}},
        {"eva", {"cat"}},
        {"odd", {"bilinear", "conv1d", "conv_transpose2d", "einsum", "group_norm", "instance_norm", "prelu"}},
        {"vit", {"cat"}}};
    for (const char* network : {"beit", "caformer", "cnn", "convnext", "densenet", "eva", "levit", "mixer", "mobile",
                                "nfnet", "odd", "regnet", "seresnet", "swin", "vit"}) {
        const auto computer =
            gradient::SignalComputer::create(opened(network + std::string("-2.11.pt2")),
                                             gradient::SignalComputer::Grade::float32, run::KernelKind::lpntk, "cpu");
        std::set<std::string> general;
        for (const gradient::SignalLayer& layer : computer->layers()) {
            if (layer.general)
                general.insert(layer.operation);
        }
        const auto found = expected.find(network);
        QVERIFY2(general == (found == expected.end() ? std::set<std::string>() : found->second), network);
    }
}

void TestExported::everyVersionIsThere() {
    for (const char* version : {"2.6", "2.7", "2.8", "2.9", "2.10", "2.11", "2.12", "2.13", "2.14", "2.15"}) {
        for (const char* network : {"cnn", "vit", "odd"})
            QVERIFY2(fs::exists(exportedNetworks() / (std::string(network) + "-" + version + ".pt2")), version);
    }
}

void TestExported::tiedWeightsAreOneParameter() {
    const auto odd = opened("odd-2.11.pt2");
    const auto& parameters = odd->graph().parameters;
    const auto tied = std::find_if(parameters.begin(), parameters.end(),
                                   [](const model::ParameterSpec& spec) { return !spec.otherNames.empty(); });
    QVERIFY(tied != parameters.end());
    QVERIFY(tied->name == "tied_a.weight" && tied->otherNames == std::vector<std::string>{"tied_b.weight"});
}

/// The kernel is a sum over parameters.
void TestExported::partsOfTheParametersAddUp() {
    const Reference reference = referenceOf("vit");
    const auto whole = opened("vit-2.11.pt2");
    const auto part = [&](const char* patterns) {
        return kernelOf(*whole->withParameters(patterns), reference.inputs, reference.labels, true);
    };
    const at::Tensor sum = part("attention.*") + part("mlp.0.weight,mlp.0.bias") +
                           part("patches.*,token,position,norm?.*,mlp.2.*,head.*");
    const double error = relativeError(sum, reference.kernel);
    QVERIFY2(error < 1e-10, qPrintable(QString::number(error)));
    QCOMPARE(whole->withParameters("head.*")->info().parameters, std::int64_t{170});
    QVERIFY_EXCEPTION_THROWN(whole->withParameters("head.*,haed.*"), base::OptionError);
    // A tied parameter is chosen by either of its names.
    const auto odd = opened("odd-2.11.pt2");
    QCOMPARE(odd->withParameters("tied_b.weight")->info().parameters, odd->withParameters("tied_a.*")->info().parameters);
}

QTEST_GUILESS_MAIN(TestExported)
#include "test_exported.moc"
