#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/formats/weights.h>
#include <core/model/network.h>
#include <core/model/parameters_torch.h>
#include <core/scores/scores.h>
#include <core/scores/softmax.h>

#include <helpers/tiny_data.h>

#include <torch/csrc/autograd/autograd.h>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <cstring>

using namespace lpntk;

namespace {

engine::EvaluateRequest requestFor(const char* model, int side = 8) {
    engine::EvaluateRequest request;
    request.network = {model, {}, 3};
    request.data = tests::tinyDataset(300, 4, side);
    request.split = "train";
    request.threads = 2;
    return request;
}

/// Logits of the two-layer network by its formula, in double.
at::Tensor mlpLogits(const std::vector<at::Tensor>& w, const at::Tensor& x) {
    return (x.mm(w[0].t()) + w[1]).clamp_min(0).mm(w[2].t()) + w[3];
}

at::Tensor picture(const data::Split& split, std::int64_t index) {
    at::Tensor x = at::empty({1, 64}, at::kFloat);
    split.images->floats(index, {x.mutable_data_ptr<float>(), 64});
    return x.to(at::kDouble);
}

bool near(double found, double expected, double tolerance = 2e-6) {
    return std::abs(found - expected) <= tolerance * (1 + std::abs(expected));
}

} // namespace

class TestScores : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void scoresFollowTheFormulas();
    void grandOfConvolutionsFollowsAutograd();
    void evaluationCountsRight();
    void threadsDoNotChangeResults();
    void nearChanceIsSaid();
    void extremeLogitsStayFinite();
    void wrongIndicesAreRefused();
    void cancelStops();
};

void TestScores::scoresFollowTheFormulas() {
    auto request = requestFor("mlp");
    request.indices = {7, 0, 299, 41};
    const auto scores = scores::sampleScores(request, {});
    QVERIFY(scores.indices == request.indices);
    const auto& split = request.data->split("train");
    const auto network = model::Network::load(request.network, {1, 8, 8}, 4);
    const auto weights = network->parameters().clone(at::kDouble, true).parameters;
    for (std::size_t i = 0; i < request.indices.size(); ++i) {
        const auto label = split.labels[static_cast<std::size_t>(request.indices[i])];
        const auto p = mlpLogits(weights, picture(split, request.indices[i])).softmax(1).flatten();
        const double own = p[label].item<double>();
        double best = 0;
        double entropy = 0;
        double squares = 0;
        for (std::int64_t k = 0; k < 4; ++k) {
            const double q = p[k].item<double>();
            entropy -= q * std::log(q);
            squares += std::pow(q - (k == label ? 1 : 0), 2);
            best = k == label ? best : std::max(best, q);
        }
        double gradient = 0;
        for (const auto& g : torch::autograd::grad({-p[label].log()}, weights))
            gradient += g.square().sum().item<double>();
        QVERIFY(near(scores.loss[i], -std::log(own)));
        QVERIFY(near(scores.margin[i], own - best));
        QVERIFY(near(scores.entropy[i], entropy));
        QVERIFY(near(scores.el2n[i], std::sqrt(squares)));
        QVERIFY(near(scores.grand[i], std::sqrt(gradient)));
        QCOMPARE(scores.prediction[i], static_cast<std::int32_t>(p.argmax().item<std::int64_t>()));
    }
}

void TestScores::grandOfConvolutionsFollowsAutograd() {
    auto request = requestFor("lenet5", 28);
    request.indices = {3, 11};
    const auto scores = scores::sampleScores(request, {});
    const auto& split = request.data->split("train");
    const auto network = model::Network::load(request.network, {1, 28, 28}, 4);
    const auto w = network->parameters().clone(at::kDouble, true).parameters;
    for (std::size_t i = 0; i < request.indices.size(); ++i) {
        at::Tensor x = at::empty({1, 1, 28, 28}, at::kFloat);
        split.images->floats(request.indices[i], {x.mutable_data_ptr<float>(), 784});
        auto y = at::max_pool2d(at::conv2d(x.to(at::kDouble), w[0], w[1], 1, 2).relu(), 2);
        y = at::max_pool2d(at::conv2d(y, w[2], w[3]).relu(), 2).flatten(1);
        for (const std::size_t layer : {4, 6})
            y = (y.mm(w[layer].t()) + w[layer + 1]).relu();
        const auto logits = (y.mm(w[8].t()) + w[9]).flatten();
        const auto label = split.labels[static_cast<std::size_t>(request.indices[i])];
        double gradient = 0;
        for (const auto& g : torch::autograd::grad({logits.logsumexp({0}) - logits[label]}, w))
            gradient += g.square().sum().item<double>();
        QVERIFY2(near(scores.grand[i], std::sqrt(gradient), 5e-6),
                 qPrintable(QString("%1, expected %2").arg(scores.grand[i]).arg(std::sqrt(gradient))));
    }
}

void TestScores::evaluationCountsRight() {
    auto request = requestFor("mlp");
    request.keepLogits = true;
    const auto evaluation = scores::evaluate(request, {});
    const auto scores = scores::sampleScores(request, {});
    const auto& labels = request.data->split("train").labels;
    QCOMPARE(evaluation.samples, std::int64_t{300});
    std::vector<double> right(4), count(4);
    double all = 0;
    double loss = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto k = static_cast<std::size_t>(labels[i]);
        right[k] += scores.prediction[i] == labels[i];
        all += scores.prediction[i] == labels[i];
        count[k] += 1;
        loss += static_cast<double>(scores.loss[i]);
        double sum = 0;
        for (std::size_t other = 0; other < 4; ++other)
            sum += std::exp(static_cast<double>(evaluation.logits[i * 4 + other]));
        QVERIFY(near(std::log(sum) - static_cast<double>(evaluation.logits[i * 4 + k]),
                     static_cast<double>(scores.loss[i]), 1e-5));
    }
    QCOMPARE(evaluation.accuracy, all / 300);
    QVERIFY(near(evaluation.loss, loss / 300, 1e-5));
    for (std::size_t k = 0; k < 4; ++k) {
        QCOMPARE(evaluation.classCount[k], static_cast<std::int64_t>(count[k]));
        QCOMPARE(evaluation.classAccuracy[k], right[k] / count[k]);
    }
}

void TestScores::threadsDoNotChangeResults() {
    auto request = requestFor("mlp");
    request.threads = 1;
    const auto one = scores::sampleScores(request, {});
    request.threads = 3;
    const auto three = scores::sampleScores(request, {});
    QVERIFY(one.loss == three.loss);
    QVERIFY(one.grand == three.grand);
}

void TestScores::nearChanceIsSaid() {
    const QTemporaryDir folder;
    // Weights that answer always the same: right for a quarter of the samples.
    std::vector<formats::NamedTensor> tensors;
    const std::pair<const char*, std::vector<std::int64_t>> shapes[] = {
        {"fc1.weight", {1024, 64}}, {"fc1.bias", {1024}}, {"fc2.weight", {4, 1024}}, {"fc2.bias", {4}}};
    for (const auto& [name, shape] : shapes) {
        const auto zeros =
            std::make_shared<std::vector<float>>(static_cast<std::size_t>(base::checkedProduct(shape, name)));
        tensors.push_back({name, formats::DType::f32, shape, std::as_bytes(std::span(*zeros)), zeros});
    }
    auto request = requestFor("mlp");
    request.network.weights = folder.filePath("zero.safetensors").toStdString();
    formats::writeSafetensors(request.network.weights, tensors, {});
    const auto evaluation = scores::evaluate(request, {});
    QVERIFY2(evaluation.warning.find("do not match") != std::string::npos, evaluation.warning.c_str());
    QVERIFY(near(evaluation.loss, std::log(4.0)));
    request.network.weights.clear();
    QVERIFY(scores::evaluate(request, {}).warning.empty());
}

void TestScores::extremeLogitsStayFinite() {
    const float logits[] = {1000, -1000, 0};
    double probabilities[3];
    const auto output = scores::judge(logits, 1, probabilities);
    QCOMPARE(output.loss, 2000.0);
    QCOMPARE(output.margin, -1.0);
    QCOMPARE(output.entropy, 0.0);
    QVERIFY(near(output.el2n, std::sqrt(2.0)));
    QCOMPARE(output.prediction, 0);
}

void TestScores::wrongIndicesAreRefused() {
    for (const auto& indices : {std::vector<std::int64_t>{300}, {-1}, {4, 5, 4}}) {
        auto request = requestFor("mlp");
        request.indices = indices;
        QVERIFY_EXCEPTION_THROWN(scores::evaluate(request, {}), base::OptionError);
        QVERIFY_EXCEPTION_THROWN(scores::sampleScores(request, {}), base::OptionError);
    }
}

void TestScores::cancelStops() {
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_EXCEPTION_THROWN(scores::evaluate(requestFor("mlp"), {stop.get_token(), {}}), base::Cancelled);
}

QTEST_GUILESS_MAIN(TestScores)
#include "test_scores.moc"
