#include <core/train/schedule.h>

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

namespace lpntk::train {

namespace {

/// A name for an option, a sentence for what is wrong with it.
void require(bool fits, const char* option, const std::string& expectation) {
    if (!fits)
        throw base::OptionError(fmt::format("--{}: {}", option, expectation));
}

/// Uniform in [0, bound), the same on every standard library (std::uniform_int_distribution is not).
std::uint64_t below(std::mt19937_64& generator, std::uint64_t bound) {
    const std::uint64_t unbiased = generator.max() - generator.max() % bound;
    for (;;) {
        const std::uint64_t drawn = generator();
        if (drawn < unbiased)
            return drawn % bound;
    }
}

} // namespace

void checkOptions(const engine::TrainRequest& request) {
    require(request.epochs >= 1, "epochs", "expected 1 or more");
    require(request.batch >= 1, "batch", "expected 1 or more samples");
    require(std::isfinite(request.learningRate) && request.learningRate > 0, "lr", "expected a number above 0");
    require(request.momentum >= 0 && request.momentum < 1, "momentum", "expected a number from 0 to below 1");
    require(std::isfinite(request.weightDecay) && request.weightDecay >= 0, "weight-decay", "expected 0 or more");
    require(request.schedule == "constant" || request.schedule == "step" || request.schedule == "cosine", "schedule",
            "expected constant, step or cosine, found \"" + request.schedule + "\"");
    require(request.stepEpochs >= 1, "step-epochs", "expected 1 or more");
    require(std::isfinite(request.gamma) && request.gamma > 0, "gamma", "expected a number above 0");
    require(request.history == "last" || request.history == "epochs" || request.history == "iterations", "history",
            "expected last, epochs or iterations, found \"" + request.history + "\"");
    require(request.historyEvery >= 1, "history-every", "expected 1 or more");
    require(!request.out.empty(), "out", "expected a folder for the checkpoints");
}

double learningRateAt(const engine::TrainRequest& request, std::int64_t step, std::int64_t stepsPerEpoch) {
    if (request.schedule == "step") {
        const auto falls = step / stepsPerEpoch / request.stepEpochs;
        return request.learningRate * std::pow(request.gamma, static_cast<double>(falls));
    }
    if (request.schedule == "cosine") {
        const double share = static_cast<double>(step) / static_cast<double>(stepsPerEpoch * request.epochs);
        return request.learningRate * 0.5 * (1 + std::cos(std::numbers::pi * share));
    }
    return request.learningRate;
}

std::vector<std::int64_t> shuffledOrder(std::int64_t count, std::uint64_t seed, int epoch) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::mt19937_64 generator(derivedSeed(seed, static_cast<std::uint64_t>(epoch), 0));
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<std::size_t>(below(generator, i))]);
    return order;
}

std::uint64_t derivedSeed(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
    std::uint64_t state = seed;
    for (const std::uint64_t part : {a, b}) {
        state += 0x9e3779b97f4a7c15U * (part + 1);
        state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9U;
        state = (state ^ (state >> 27)) * 0x94d049bb133111ebU;
        state ^= state >> 31;
    }
    return state;
}

} // namespace lpntk::train
