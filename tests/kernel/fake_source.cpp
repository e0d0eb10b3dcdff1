#include "fake_source.h"

#include <core/base/files.h>
#include <core/base/json_file.h>
#include <core/base/version.h>
#include <core/kernel/planner.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace lpntk::tests {

namespace {

namespace fs = std::filesystem;

double mixed(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return static_cast<double>((value ^ (value >> 31)) >> 11) * 0x1p-52 - 1; // [-1, 1)
}

std::uint64_t key(std::int64_t a, std::int64_t b) {
    return static_cast<std::uint64_t>(a) * 1000003u + static_cast<std::uint64_t>(b) * 7919u;
}

/// A convolution of pictures of 3 x 2 pixels with a weight of 2 x 2, stride (2, 1) and padding 1, and of its output.
constexpr std::int64_t kDepth = 16, kInputs = 3 * 2, kOutputs = 2 * 3;

/// kappa of that layer from its definition.
double convolutionKappa(std::span<const double> xa, std::span<const double> ga, std::span<const double> xb,
                        std::span<const double> gb) {
    const auto inner = [](std::span<const double> a, std::int64_t i, std::span<const double> b, std::int64_t j) {
        const auto row = [](std::span<const double> of, std::int64_t at) {
            return of.subspan(static_cast<std::size_t>(at * kDepth), static_cast<std::size_t>(kDepth));
        };
        return std::inner_product(row(a, i).begin(), row(a, i).end(), row(b, j).begin(), 0.0);
    };
    double sum = 0;
    for (std::int64_t p = 0; p < kOutputs; ++p) {
        for (std::int64_t q = 0; q < kOutputs; ++q) {
            double met = 1; // the bias
            for (std::int64_t tap = 0; tap < 4; ++tap) {
                const auto pixel = [&](std::int64_t output) {
                    const std::int64_t row = output / 3 * 2 - 1 + tap / 2, column = output % 3 - 1 + tap % 2;
                    return row >= 0 && row < 3 && column >= 0 && column < 2 ? row * 2 + column : -1;
                };
                if (pixel(p) >= 0 && pixel(q) >= 0)
                    met += inner(xa, pixel(p), xb, pixel(q));
            }
            sum += met * inner(ga, p, gb, q);
        }
    }
    return sum;
}

} // namespace

FakeSource::FakeSource(int classes, bool inDouble) : m_classes(classes), m_inDouble(inDouble) {
    m_layers = {{"conv", "conv2d", false, 70, 70, 0},
                {"fc1", "linear", true, 45 * 6, 45, 6},
                {"norm", "batch_norm", false, 5, 5, 0},
                {"fc2", "linear", true, 9 * 4, 9, 4},
                {"last", "conv2d", true, 4 * kDepth * kDepth + kDepth, kInputs * kDepth, kOutputs * kDepth}};
    gradient::Positions positions =
        gradient::Positions::ofConvolution({{3, 2}, {2, 3}, {2, 2}, {2, 1}, {1, 1}, {1, 1}});
    positions.inputDepth = positions.outputDepth = kDepth;
    positions.bias = true;
    m_layers.back().positions = std::make_shared<const gradient::Positions>(positions);
}

double FakeSource::value(std::int64_t sample, std::int64_t label, std::int64_t number) const {
    if (sample == zeroSample)
        return 0;
    const double length = sample % 17 == 16 ? 2.0 : 0.8 + 0.2 * mixed(key(sample, 1));
    const double sign = sample % 29 == 28 ? -1 : 1;
    return length * (sign * mixed(key(label, 100 + number)) + 0.9 * mixed(key(sample + 5000, 100 + number)));
}

void FakeSource::compute(std::span<const std::int64_t> samples, std::span<const std::int64_t> labels,
                         std::span<const gradient::SignalTarget> targets, std::span<float> logits, std::size_t) const {
    if (onCompute)
        onCompute();
    const auto put = [&](void* memory, std::int64_t place, double number) {
        if (m_inDouble)
            static_cast<double*>(memory)[place] = number;
        else
            static_cast<float*>(memory)[place] = static_cast<float>(number);
    };
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        std::int64_t number = 0;
        for (std::size_t layer = 0; layer < m_layers.size(); ++layer) {
            for (std::int64_t c = 0; c < m_layers[layer].leftWidth; ++c)
                put(targets[layer].left, row * targets[layer].leftStride + c, value(samples[i], labels[i], number++));
            for (std::int64_t c = 0; c < m_layers[layer].rightWidth; ++c)
                put(targets[layer].right, row * targets[layer].rightStride + c, value(samples[i], labels[i], number++));
        }
        if (samples[i] == notFiniteSample)
            put(targets[0].left, row * targets[0].leftStride, std::numeric_limits<double>::quiet_NaN());
        for (int c = 0; c < m_classes && !logits.empty(); ++c) {
            const double raised = c == labels[i] && samples[i] % 4 != 0 ? 3 : 0;
            float& logit = logits[i * static_cast<std::size_t>(m_classes) + static_cast<std::size_t>(c)];
            logit = static_cast<float>(raised + mixed(key(samples[i], c)));
            if (samples[i] == brokenOutputSample)
                logit = std::numeric_limits<float>::infinity();
        }
    }
}

double FakeSource::kappa(std::int64_t a, std::int64_t labelA, std::int64_t b, std::int64_t labelB) const {
    double sum = 0;
    for (std::size_t layer = 0; layer < m_layers.size(); ++layer)
        sum += kappaOfLayer(layer, a, labelA, b, labelB);
    return sum;
}

double FakeSource::kappaOfLayer(std::size_t layer, std::int64_t a, std::int64_t labelA, std::int64_t b,
                                std::int64_t labelB) const {
    std::int64_t number = 0; // of the layer's first value
    for (std::size_t before = 0; before < layer; ++before)
        number += m_layers[before].leftWidth + m_layers[before].rightWidth;
    const auto values = [&](std::int64_t sample, std::int64_t label, std::int64_t from, std::int64_t count) {
        std::vector<double> numbers;
        for (std::int64_t i = 0; i < count; ++i)
            numbers.push_back(value(sample, label, from + i));
        return numbers;
    };
    const auto inner = [](const std::vector<double>& x, const std::vector<double>& y) {
        return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
    };
    const auto& of = m_layers[layer];
    const auto leftA = values(a, labelA, number, of.leftWidth), leftB = values(b, labelB, number, of.leftWidth);
    number += of.leftWidth;
    const auto rightA = values(a, labelA, number, of.rightWidth), rightB = values(b, labelB, number, of.rightWidth);
    if (of.positions)
        return convolutionKappa(leftA, rightA, leftB, rightB);
    return of.implicit ? inner(leftA, leftB) * inner(rightA, rightB) : inner(leftA, leftB);
}

std::int64_t fakeLabel(std::int64_t sample, int classes) { return (sample * 7 + sample / 5) % classes; }

kernel::KernelJob makeFakeJob(const FakeJob& fake, const FakeSource& source, const FakeSource& reference) {
    kernel::KernelJob job;
    for (std::int64_t sample = 0; sample < fake.rows; sample += fake.every)
        job.rows.samples.push_back(2 * sample + 1);
    const auto labelOf = [&](std::int64_t sample) { return fakeLabel(sample, fake.classes); };
    std::sort(job.rows.samples.begin(), job.rows.samples.end(),
              [&](auto a, auto b) { return std::pair(labelOf(a), a) < std::pair(labelOf(b), b); });
    for (const std::int64_t sample : job.rows.samples)
        job.rows.labels.push_back(labelOf(sample));
    if (!fake.extends.empty()) {
        job.known = std::make_shared<const kernel::KnownPairs>(run::Run::open(fake.extends), job.rows);
        job.rows.known = job.known->count();
    }
    job.options = fake.options;
    job.source = &source;
    job.reference = &reference;
    job.hooks = fake.hooks;
    job.manifest.programVersion = base::programVersion();
    job.manifest.dataSource = job.manifest.dataName = "fake";
    job.manifest.split = fake.options.split;
    job.manifest.model = "fake";
    job.manifest.preprocessing = job.manifest.network = base::Json::object();
    for (int c = 0; c < fake.classes; ++c)
        job.manifest.classNames.push_back(fmt::format("class {}", c));
    job.manifest.plan = kernel::makePlan(source, job.rows, 75, fake.options, {});
    job.manifest.plan.columnChunk = fake.columnChunk;
    if (fake.tile)
        job.manifest.plan.tile = fake.tile;
    kernel::fitIntoBudget(job.manifest.plan, source, job.rows, fake.options, kernel::kDeviceShare);
    if (fake.panelRows)
        job.manifest.plan.panelRows = fake.panelRows;
    if (fake.releasesPages)
        job.manifest.plan.memoryBudget = 1;
    if (!fake.device.empty())
        job.manifest.plan.device = fake.device;
    return job;
}

engine::KernelReport runFakeJob(const FakeJob& fake, const fs::path& out, const base::JobContext& context) {
    const bool inDouble = fake.options.precision == run::Precision::fp64;
    const FakeSource source(fake.classes, inDouble), reference(fake.classes, true);
    return kernel::runKernelJob(makeFakeJob(fake, source, reference), out, context);
}

std::map<std::string, std::string> contentOf(const fs::path& folder) {
    std::map<std::string, std::string> content;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file())
            continue;
        const std::string name = fs::relative(entry.path(), folder).string();
        content[name] = base::readTextFile(entry.path(), std::int64_t{1} << 30);
        if (name == "manifest.json") {
            base::Json json = base::parseJson(content[name], name);
            json.erase("timings");
            content[name] = json.dump(1);
        }
    }
    return content;
}

std::string differenceOf(const fs::path& a, const fs::path& b) {
    const auto first = contentOf(a), second = contentOf(b);
    std::string different;
    for (const auto& [name, content] : first) {
        const auto other = second.find(name);
        if (other == second.end() || other->second != content)
            different += name + " ";
    }
    for (const auto& [name, content] : second) {
        if (!first.contains(name))
            different += "+" + name + " ";
    }
    return different;
}

std::string failureOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const base::Error& problem) {
        return problem.what();
    }
    return {};
}

} // namespace lpntk::tests
