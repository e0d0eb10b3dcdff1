#include "naive.h"

#include <algorithm>
#include <random>

namespace lpntk::tests {

NaiveClusters naivePaper(const std::vector<float>& block, int n, std::vector<char> candidate, int maxHeads) {
    const auto kappa = [&](int i, int j) { return block[static_cast<std::size_t>(i * n + j)]; };
    if (std::count(candidate.begin(), candidate.end(), 1) == 0)
        candidate.assign(static_cast<std::size_t>(n), 1);
    const auto takesPart = [&](int i) { return candidate[static_cast<std::size_t>(i)] != 0; };
    std::vector<int> attached(static_cast<std::size_t>(n), -1);
    for (int i = 0; i < n; ++i) {
        for (int c = 0; c < n && !takesPart(i); ++c) {
            int& best = attached[static_cast<std::size_t>(i)];
            if (takesPart(c) && (best < 0 || kappa(i, c) > kappa(i, best)))
                best = c;
        }
    }
    NaiveClusters result;
    std::vector<int> headOf(static_cast<std::size_t>(n), -1);
    const auto isHead = [&](int i) { return std::find(result.heads.begin(), result.heads.end(), i) != result.heads.end(); };
    bool everyone = std::count(candidate.begin(), candidate.end(), 1) == n;
    const auto snapshot = [&] {
        std::vector<int> all = headOf;
        for (int i = 0; i < n && !everyone; ++i) {
            if (!takesPart(i))
                all[static_cast<std::size_t>(i)] = headOf[static_cast<std::size_t>(attached[static_cast<std::size_t>(i)])];
        }
        result.headOfAfter.push_back(all);
    };
    int first = -1;
    for (int i = 0; i < n; ++i) {
        if (takesPart(i) && (first < 0 || kappa(i, i) > kappa(first, first)))
            first = i;
    }
    result.heads.push_back(first);
    for (int i = 0; i < n; ++i) {
        if (takesPart(i))
            headOf[static_cast<std::size_t>(i)] = first;
    }
    snapshot();
    while (static_cast<int>(result.heads.size()) < std::min(maxHeads, n)) {
        const auto least = [&] {
            int found = -1;
            for (int i = 0; i < n; ++i) {
                if ((!everyone && !takesPart(i)) || isHead(i))
                    continue;
                if (found < 0 || kappa(headOf[static_cast<std::size_t>(i)], i) < kappa(headOf[static_cast<std::size_t>(found)], found))
                    found = i;
            }
            return found;
        };
        int next = least();
        if (next < 0) {
            everyone = true;
            for (int i = 0; i < n; ++i) {
                if (!takesPart(i))
                    headOf[static_cast<std::size_t>(i)] = attached[static_cast<std::size_t>(i)];
            }
            next = least();
        }
        result.heads.push_back(next);
        headOf[static_cast<std::size_t>(next)] = next;
        for (int i = 0; i < n; ++i) {
            if ((everyone || takesPart(i)) && !isHead(i) && kappa(next, i) > kappa(headOf[static_cast<std::size_t>(i)], i))
                headOf[static_cast<std::size_t>(i)] = next;
        }
        snapshot();
    }
    return result;
}

NaiveClusters naiveReference(const std::vector<float>& block, int n, int maxHeads) {
    const auto kappa = [&](int i, int j) { return block[static_cast<std::size_t>(i * n + j)]; };
    NaiveClusters result;
    const auto largest = std::max_element(block.begin(), block.end()) - block.begin();
    result.heads.push_back(static_cast<int>(largest) / n);
    std::vector<int> headOf(static_cast<std::size_t>(n), result.heads[0]);
    result.headOfAfter.push_back(headOf);
    while (static_cast<int>(result.heads.size()) < std::min(maxHeads, n)) {
        int next = -1;
        for (const int head : result.heads) {
            std::vector<int> members;
            for (int i = 0; i < n; ++i) {
                if (headOf[static_cast<std::size_t>(i)] == head)
                    members.push_back(i);
            }
            // Falling similarity; of equal ones the smaller index counts as the less similar.
            std::sort(members.begin(), members.end(), [&](int a, int b) {
                return kappa(head, a) != kappa(head, b) ? kappa(head, a) > kappa(head, b) : a > b;
            });
            const int last = members.back();
            if (last == head)
                continue;
            const auto similarity = [&](int i) { return kappa(headOf[static_cast<std::size_t>(i)], i); };
            if (next < 0 || similarity(last) < similarity(next) || (similarity(last) == similarity(next) && last < next))
                next = last;
        }
        if (next < 0)
            break;
        result.heads.push_back(next);
        headOf[static_cast<std::size_t>(next)] = next;
        for (int i = 0; i < n; ++i) {
            const bool isHead = std::find(result.heads.begin(), result.heads.end(), i) != result.heads.end();
            if (!isHead && kappa(next, i) > kappa(headOf[static_cast<std::size_t>(i)], i))
                headOf[static_cast<std::size_t>(i)] = next;
        }
        result.headOfAfter.push_back(headOf);
    }
    return result;
}

std::vector<float> integerGram(int n, int width, int largest, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<int> features(static_cast<std::size_t>(n * width));
    for (int& value : features)
        value = static_cast<int>(random() % static_cast<std::uint64_t>(2 * largest + 1)) - largest;
    std::vector<float> gram;
    for (int i = 0; i < n; ++i) {
        for (int j = 0; j < n; ++j) {
            int sum = 0;
            for (int f = 0; f < width; ++f)
                sum += features[static_cast<std::size_t>(i * width + f)] * features[static_cast<std::size_t>(j * width + f)];
            gram.push_back(static_cast<float>(sum));
        }
    }
    return gram;
}

} // namespace lpntk::tests
