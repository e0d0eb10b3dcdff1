#include "curation_fixture.h"

#include <core/analysis/class_pairs.h>
#include <core/curation/filter.h>

#include <QtTest>

#include <cmath>
#include <functional>
#include <limits>
#include <map>

using namespace lpntk;
using base::RowId;
using base::SampleId;
using curation::Decision;
using curation::Edit;
using curation::Filter;
using curation::FilterError;
using curation::FilterTable;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kRows = 300;
constexpr int kClasses = 4;

/// Pictures that are nothing but their places.
class Places : public data::ImageSource {
public:
    explicit Places(std::int64_t count) : m_count(count) {}
    std::int64_t count() const override { return m_count; }
    data::ImageShape shape(std::int64_t) const override { return {1, 1, 1}; }
    bool uniform() const override { return true; }
    data::Image image(std::int64_t) const override { return {{1, 1, 1}, {0}}; }
    void floats(std::int64_t, std::span<float> out) const override { out[0] = 0; }
    std::string location(std::int64_t index) const override {
        return index % 2 ? "Odd/" + std::to_string(index) : "even/" + std::to_string(index);
    }
    std::vector<std::byte> bytes(std::int64_t) const override { return {}; }

private:
    std::int64_t m_count;
};

tests::SyntheticRun namedRun() {
    tests::SyntheticRun run = tests::makeSyntheticRun(kRows, kClasses, 3);
    run.classNames = {"Coat", "T-shirt/top", "Shirt", "Ankle boot"};
    // Probabilities that are sometimes wrong and different for every row.
    for (std::int64_t row = 0; row < kRows; ++row) {
        float sum = 0;
        for (int k = 0; k < kClasses; ++k) {
            float& p = run.probabilities[static_cast<std::size_t>(row * kClasses + k)];
            p = 0.05f + static_cast<float>((row * 7 + k * 13) % 29) / 29.0f +
                (run.labels[static_cast<std::size_t>(row)] == k ? 0.4f : 0.0f);
            sum += p;
        }
        for (int k = 0; k < kClasses; ++k)
            run.probabilities[static_cast<std::size_t>(row * kClasses + k)] /= sum;
    }
    return run;
}

Edit edit(Edit::Kind kind, std::vector<SampleId> samples, int label = -1, std::string tag = {}) {
    Edit made;
    made.kind = kind;
    made.samples = std::move(samples);
    made.label = label;
    made.tag = std::move(tag);
    return made;
}

std::shared_ptr<const data::Dataset> makeDataset(const run::Run& run) {
    auto dataset = std::make_shared<data::Dataset>();
    dataset->name = "synthetic";
    dataset->classNames = run.manifest().classNames;
    data::Split split;
    split.name = "train";
    const std::int64_t count = 3 * kRows + 1;
    split.images = std::make_shared<Places>(count);
    split.labels.assign(static_cast<std::size_t>(count), 0);
    std::vector<double> blur;
    std::vector<std::string> source;
    for (std::int64_t i = 0; i < count; ++i) {
        blur.push_back(i % 5 == 0 ? kNaN : static_cast<double>(i % 11));
        source.push_back(i % 3 == 1 && i % 2 ? "Camera A" : "");
    }
    split.columns = {
        {"blur", blur}, {"photo source", source}, {"label", std::vector<double>(static_cast<std::size_t>(count), 7)}};
    dataset->splits.push_back(std::move(split));
    return dataset;
}

} // namespace

/// Filters over a synthetic run whose every column is known from plain loops.
class TestFilter : public QObject {
    Q_OBJECT

    std::unique_ptr<tests::CurationFixture> m_fixture;
    std::shared_ptr<const FilterTable> m_table;
    curation::FilterSource m_source;

    const run::Run& run() const { return *m_fixture->run; }
    SampleId sampleAt(std::int64_t row) const { return run().sampleFromRow(RowId(row)); }

    /// What the filter is about to find, or the error that it is.
    std::vector<char> rowsOf(const std::string& text) const { return Filter(text, m_table).rows(); }

    using Truth = std::function<bool(std::int64_t row)>;
    std::map<QString, Truth> truths() const;

private Q_SLOTS:
    void initTestCase();
    void findsWhatPlainLoopsFind_data();
    void findsWhatPlainLoopsFind();
    void missingValuesMakeComparisonsFalse();
    void saysWhereAndWhatIsWrong_data();
    void saysWhereAndWhatIsWrong();
    void countsCharactersAndNotBytes();
    void refusesEndlessFilters();
    void columnsWithoutValuesSayWhy();
    void classBlocksKnowTheirOwnClassOnly();
    void columnsOfTheDataKeepApart();
    void helpNamesEveryColumn();
    void tellsWhatItUses();
    void stopsWhenCancelled();
};

void TestFilter::initTestCase() {
    m_fixture = std::make_unique<tests::CurationFixture>(namedRun());
    auto decisions = std::make_shared<curation::Decisions>();
    decisions->apply(edit(Edit::Kind::keep, {sampleAt(3), sampleAt(5)}));
    decisions->apply(edit(Edit::Kind::prune, {sampleAt(100), sampleAt(101)}));
    decisions->apply(edit(Edit::Kind::relabel, {sampleAt(7), sampleAt(8)}, 2));
    decisions->apply(edit(Edit::Kind::review, {sampleAt(9)}));
    decisions->apply(edit(Edit::Kind::tag, {sampleAt(10), sampleAt(11)}, -1, "Blurry"));
    decisions->apply(edit(Edit::Kind::tag, {sampleAt(11), sampleAt(12)}, -1, "two words"));
    decisions->apply(edit(Edit::Kind::tag, {SampleId(3 * kRows + 2)}, -1, "not in the run"));
    m_source.run = m_fixture->run;
    m_source.data = makeDataset(run());
    m_source.clustering = m_fixture->clustering;
    m_source.clusters = std::make_shared<const analysis::ClusterAssignment>(
        m_fixture->clustering->assign(m_fixture->clustering->headsForRatio(0.2)));
    curation::PruneOptions options;
    options.keep = 0.3;
    m_source.subset = std::make_shared<const curation::Subset>(m_fixture->prune(options, *decisions));
    m_source.decisions = decisions;
    m_source.current = sampleAt(42);
    m_source.selected = {sampleAt(1), sampleAt(2), sampleAt(250)};
    m_table = std::make_shared<const FilterTable>(m_source);
}

std::map<QString, TestFilter::Truth> TestFilter::truths() const {
    const tests::SyntheticRun& dense = m_fixture->dense;
    const auto at = [](std::int64_t row) { return static_cast<std::size_t>(row); };
    const auto label = [&dense, at](std::int64_t row) { return dense.labels[at(row)]; };
    const auto p = [&dense, at](std::int64_t row, std::int64_t k) {
        return static_cast<double>(dense.probabilities[at(row * kClasses + k)]);
    };
    const auto predicted = [p](std::int64_t row) {
        int best = 0;
        for (int k = 1; k < kClasses; ++k)
            best = p(row, k) > p(row, best) ? k : best;
        return best;
    };
    const auto margin = [p, label](std::int64_t row) {
        double other = -1;
        for (int k = 0; k < kClasses; ++k)
            other = k == label(row) ? other : std::max(other, p(row, k));
        return p(row, label(row)) - other;
    };
    const auto el2n = [p, label](std::int64_t row) {
        double sum = 0;
        for (int k = 0; k < kClasses; ++k)
            sum += std::pow(p(row, k) - (k == label(row) ? 1 : 0), 2);
        return std::sqrt(sum);
    };
    const auto norm = [&dense](std::int64_t row) { return std::sqrt(static_cast<double>(dense.at(row, row))); };
    const auto cosine = [&dense, norm](std::int64_t a, std::int64_t b) {
        return static_cast<double>(dense.at(a, b)) / (norm(a) * norm(b));
    };
    const auto mean = [&dense, label](std::int64_t row, bool own) {
        double sum = 0, count = 0;
        for (std::int64_t other = 0; other < kRows; ++other)
            if (other != row && (!own || label(other) == label(row))) {
                sum += static_cast<double>(dense.at(row, other));
                ++count;
            }
        return sum / count;
    };
    const auto relabelled = [label](std::int64_t row) { return row == 7 || row == 8 ? 2 : label(row); };
    const auto& clusters = *m_source.clusters;
    const auto clusterOf = [&clusters, at](std::int64_t row) -> const analysis::ClusterAssignment::Cluster& {
        for (const auto& cluster : clusters.clusters)
            for (const auto* rows : {&cluster.members, &cluster.attached})
                if (std::find(rows->begin(), rows->end(), RowId(row)) != rows->end())
                    return cluster;
        return clusters.clusters.front();
    };
    const auto kept = [this, at](std::int64_t row) { return m_source.subset->kept[at(row)] == 1; };
    const auto redundant = [&dense](std::int64_t row) {
        for (std::int64_t other = 0; other < kRows; ++other)
            if (other != row && dense.at(row, other) > dense.at(row, row))
                return true;
        return false;
    };
    const auto sample = [&dense, at](std::int64_t row) { return dense.samples[at(row)]; };
    const auto blur = [sample](std::int64_t row) {
        return sample(row) % 5 == 0 ? kNaN : static_cast<double>(sample(row) % 11);
    };
    const double low = cosine(17, clusterOf(17).head.value()) - 1e-4;
    // The head of the largest cluster is in it.
    const RowId largestHead = clusters.clusters.front().head;
    return {
        {"index < 400", [=](std::int64_t row) { return sample(row) < 400; }},
        {"index between 100 and 400", [=](std::int64_t row) { return sample(row) >= 100 && sample(row) <= 400; }},
        {"100 < index <= 400", [=](std::int64_t row) { return sample(row) > 100 && sample(row) <= 400; }},
        {"not index not between 100 and 400",
         [=](std::int64_t row) { return sample(row) >= 100 && sample(row) <= 400; }},
        {"class == Coat", [=](std::int64_t row) { return relabelled(row) == 0; }},
        {"class = 0", [=](std::int64_t row) { return relabelled(row) == 0; }},
        {"CLASS == 'coat'", [=](std::int64_t row) { return relabelled(row) == 0; }},
        {"Coat == label", [=](std::int64_t row) { return label(row) == 0; }},
        {"label != T-shirt/top", [=](std::int64_t row) { return label(row) != 1; }},
        {"label ~ shirt", [=](std::int64_t row) { return label(row) == 1 || label(row) == 2; }},
        {"class in (Shirt, 3, \"Ankle boot\")", [=](std::int64_t row) { return relabelled(row) >= 2; }},
        {"label not in (Shirt, 3)", [=](std::int64_t row) { return label(row) < 2; }},
        {"label >= 2", [=](std::int64_t row) { return label(row) >= 2; }},
        {"predicted == label", [=](std::int64_t row) { return predicted(row) == label(row); }},
        {"class != label", [=](std::int64_t row) { return relabelled(row) != label(row); }},
        {"correct", [=](std::int64_t row) { return predicted(row) == label(row); }},
        {"misclassified and predicted == Shirt",
         [=](std::int64_t row) { return predicted(row) != label(row) && predicted(row) == 2; }},
        {"prob > 0.3", [=](std::int64_t row) { return p(row, label(row)) > 0.3; }},
        {"margin ≥ −0.1", [=](std::int64_t row) { return margin(row) >= -0.1; }},
        {"el2n<=.75 && margin<1e-1", [=](std::int64_t row) { return el2n(row) <= 0.75 && margin(row) < 0.1; }},
        {"norm > 3.5", [=](std::int64_t row) { return norm(row) > 3.5; }},
        {"mean_own > 12", [=](std::int64_t row) { return mean(row, true) > 12; }},
        {"mean_all < mean_own", [=](std::int64_t row) { return mean(row, false) < mean(row, true); }},
        {"mean_all > 0.5", [=](std::int64_t row) { return mean(row, false) > 0.5; }},
        {"cos_current >= 0.25", [=](std::int64_t row) { return row == 42 || cosine(42, row) >= 0.25; }},
        {"kappa_current < -2", [=, &dense](std::int64_t row) { return dense.at(42, row) < -2; }},
        {"selected", [](std::int64_t row) { return row == 1 || row == 2 || row == 250; }},
        {"not selected and (index < 10 or index > 890)",
         [=](std::int64_t row) {
             return row != 1 && row != 2 && row != 250 && (sample(row) < 10 || sample(row) > 890);
         }},
        {"kept", kept},
        {"pruned", [=](std::int64_t row) { return !kept(row); }},
        {"kept == false", [=](std::int64_t row) { return !kept(row); }},
        {"kept != pruned", [](std::int64_t) { return true; }},
        {"reason == \"pruned-by-hand\"", [](std::int64_t row) { return row == 100 || row == 101; }},
        {"decided", [](std::int64_t row) { return row == 3 || row == 5 || row == 100 || row == 101; }},
        {"decided and kept", [](std::int64_t row) { return row == 3 || row == 5; }},
        {"relabelled", [=](std::int64_t row) { return relabelled(row) != label(row); }},
        {"review", [](std::int64_t row) { return row == 9; }},
        {"tagged", [](std::int64_t row) { return row >= 10 && row <= 12; }},
        {"tag == Blurry", [](std::int64_t row) { return row == 10 || row == 11; }},
        {"tag == blurry", [](std::int64_t) { return false; }},
        {"tagged and tag != \"two words\"", [](std::int64_t row) { return row == 10; }},
        {"tag ~ BLUR or tag in ('two words')", [](std::int64_t row) { return row >= 10 && row <= 12; }},
        {"redundant", redundant},
        {"not not redundant", redundant},
        {"is_head", [=](std::int64_t row) { return clusterOf(row).head == RowId(row); }},
        {"cluster_size <= 2", [=](std::int64_t row) { return clusterOf(row).size() <= 2; }},
        {"cluster == 1", [=](std::int64_t row) { return clusterOf(row).head == largestHead; }},
        {"cluster == \"Shirt 1\"",
         [=, &clusters](std::int64_t row) {
             const auto& cluster = clusterOf(row);
             const auto place = static_cast<std::size_t>(&cluster - clusters.clusters.data());
             return cluster.label == 2 && clusters.rankInClass[place] == 1;
         }},
        {"cluster ~ \"ankle boot \"", [=](std::int64_t row) { return clusterOf(row).label == 3; }},
        {QStringLiteral("cos_head < %1").arg(low, 0, 'g', 17),
         [=](std::int64_t row) { return cosine(row, clusterOf(row).head.value()) < low; }},
        {"path ~ odd/", [=](std::int64_t row) { return sample(row) % 2 == 1; }},
        {"path == \"even/4\"", [=](std::int64_t row) { return sample(row) == 4; }},
        {"blur >= 5", [=](std::int64_t row) { return blur(row) >= 5; }},
        {"`photo source` == 'Camera A'",
         [=](std::int64_t row) { return sample(row) % 3 == 1 && sample(row) % 2 == 1; }},
        {"data.label == 7", [](std::int64_t) { return true; }},
        {"known(blur) and not known(`photo source`)",
         [=](std::int64_t row) { return !std::isnan(blur(row)) && sample(row) % 2 == 0; }},
    };
}

void TestFilter::findsWhatPlainLoopsFind_data() {
    QTest::addColumn<QString>("text");
    for (const auto& [text, truth] : truths())
        QTest::newRow(qPrintable(text)) << text;
}

void TestFilter::findsWhatPlainLoopsFind() {
    QFETCH(QString, text);
    const Truth truth = truths().at(text);
    const Filter filter(text.toStdString(), m_table);
    const std::vector<char> rows = filter.rows();
    QCOMPARE(static_cast<std::int64_t>(rows.size()), kRows);
    std::vector<SampleId> samples;
    for (std::int64_t row = 0; row < kRows; ++row) {
        // Where float32 and float64 may round to different sides of a limit the limits above keep clear of all values.
        QVERIFY2(static_cast<bool>(rows[static_cast<std::size_t>(row)]) == truth(row),
                 qPrintable(QStringLiteral("row %1").arg(row)));
        if (truth(row))
            samples.push_back(sampleAt(row));
    }
    std::sort(samples.begin(), samples.end());
    QVERIFY(filter.samples() == samples);
}

void TestFilter::missingValuesMakeComparisonsFalse() {
    const auto count = [&](const char* text) {
        const auto rows = rowsOf(text);
        return std::count(rows.begin(), rows.end(), 1);
    };
    std::int64_t unknown = 0;
    for (std::int64_t row = 0; row < kRows; ++row)
        unknown += sampleAt(row).value() % 5 == 0;
    QVERIFY(unknown > 10);
    QCOMPARE(count("known(blur)"), kRows - unknown);
    QCOMPARE(count("blur == 3") + count("blur != 3"), kRows - unknown);
    QCOMPARE(count("blur < 3") + count("blur >= 3"), kRows - unknown);
    QCOMPARE(count("blur in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)"), kRows - unknown);
    QCOMPARE(count("blur == blur"), kRows - unknown);
    QCOMPARE(count("not blur < 3"), kRows - count("blur < 3"));
}

void TestFilter::saysWhereAndWhatIsWrong_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("character");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* text, int character, const char* words) {
        QTest::newRow(text) << QString::fromUtf8(text) << character << QString::fromUtf8(words);
    };
    row("", 1, "the filter ends, expected a column");
    row("   ", 4, "the filter ends");
    row("margin <", 9, "the filter ends, expected a value or a column after <");
    row("margn < 0", 1, "there is no column \"margn\"; did you mean \"margin\"?");
    row("kept and mragin < 0", 10, "did you mean \"margin\"?");
    row("zzzzzzzz", 1, "there is no column \"zzzzzzzz\"");
    row("Coat", 1, "for the class write class == Coat");
    row("class == \"Cot\"", 10, "class has no name \"Cot\"; did you mean \"Coat\"?");
    row("class == Hat9", 10, "class has no name \"Hat9\"; ~ asks for a part of a name");
    row("class == T-shirt+top", 17, "stand in quotes");
    row("margin-1 < 0", 1, "there is no column \"margin-1\"");
    row("class == 9", 10, "there is no class 9; they go from 0 to 3");
    row("class == 1.5", 10, "there is no class 1.5");
    row("cluster == 0", 12, "they go from 1 to");
    row("class < Coat", 7, "class is a name; compare it with == or !=");
    row("class", 6, "expected ==, !=, ~, \"in\" or a comparison after class");
    row("margin", 7, "after margin, which is a number");
    row("tag", 4, "after tag, which is tags");
    row("tag < \"a\"", 5, "compare it with ==, != or ~");
    row("tag == 3", 8, "put the value in quotes");
    row("path == 3", 9, "put the value in quotes");
    row("path < path", 1, "compares with a value only");
    row("margin == Coat", 11, "there is no column \"Coat\"");
    row("margin == \"0.1\"", 11, "margin is a number, so a number is expected");
    row("margin ~ a", 8, "~ asks for a part of a text, but margin is a number");
    row("kept == 1", 9, "write kept or not kept");
    row("kept < true", 6, "compare it with == or !=");
    row("kept == margin", 9, "kept and margin do not compare");
    row("class == cluster", 10, "class and cluster do not compare");
    row("cluster == index", 12, "cluster and index do not compare");
    row("index between path and 3", 15, "compares with a value only");
    row("class between index and 3", 15, "do not compare");
    row("class between Coat and 3", 7, "compare it with == or !=");
    row("(kept", 6, "the filter ends, expected \")\"");
    row("kept)", 5, "this bracket closes nothing");
    row("kept pruned", 6, "expected \"and\", \"or\" or the end, found pruned");
    row("kept and", 9, "the filter ends");
    row("kept and or pruned", 10, "found or");
    row("not", 4, "the filter ends");
    row("class in Coat", 10, "expected \"(\" and a list");
    row("class in (Coat Shirt)", 16, "expected \",\" or \")\", found Shirt");
    row("class in ()", 11, "expected a value, found )");
    row("class in (Coat, kept)", 17, "a list holds values");
    row("margin in (1, a)", 15, "there is no column \"a\"");
    row("margin between 1", 17, "expected \"and\" and the upper end");
    row("kept between 1 and 2", 6, "lies between nothing");
    row("3 < 4", 1, "one side must be a column");
    row("3", 1, "a value alone says nothing");
    row("\"abc\" ~ path", 1, "a value alone says nothing");
    row("margin < 0.2.3", 10, "0.2.3 is no number");
    row("margin < 1e999", 10, "too large");
    row("margin < 3abc", 10, "3abc is no number");
    row("margin < -", 10, "a sign stands before a number only");
    row("path ~ \"abc", 8, "the quote \" has no end");
    row("margin @ 3", 8, "the character @ means nothing");
    row("`no such` < 1", 1, "there is no column \"no such\"");
    row("known(3)", 7, "there is no column");
    row("known(margin", 13, "the filter ends");
}

void TestFilter::saysWhereAndWhatIsWrong() {
    QFETCH(QString, text);
    QFETCH(int, character);
    QFETCH(QString, words);
    try {
        Filter(text.toStdString(), m_table);
        QFAIL("was read");
    } catch (const FilterError& error) {
        const QString sentence = QString::fromStdString(error.sentence());
        QVERIFY2(sentence.contains(words), qPrintable(sentence));
        QVERIFY2(static_cast<int>(error.character()) == character,
                 qPrintable(QStringLiteral("character %1: %2").arg(error.character()).arg(sentence)));
        QVERIFY(error.begin() + error.length() <= text.toStdString().size());
        QVERIFY(QString::fromUtf8(error.what()).contains(QStringLiteral("at character %1:").arg(character)));
    }
}

void TestFilter::countsCharactersAndNotBytes() {
    try {
        Filter("path ~ \"Größe\" and margin ≤ ", m_table);
        QFAIL("was read");
    } catch (const FilterError& error) {
        QCOMPARE(error.character(), std::size_t{29});
        QCOMPARE(error.begin(), std::string("path ~ \"Größe\" and margin ≤ ").size());
    }
}

void TestFilter::refusesEndlessFilters() {
    const auto deep = [](int levels) {
        return std::string(static_cast<std::size_t>(levels), '(') + "kept" +
               std::string(static_cast<std::size_t>(levels), ')');
    };
    QVERIFY(rowsOf(deep(Filter::kDeepest - 1)) == rowsOf("kept"));
    QVERIFY_EXCEPTION_THROWN(rowsOf(deep(Filter::kDeepest)), FilterError);
    std::string nots;
    for (int i = 0; i < Filter::kDeepest; ++i)
        nots += "not ";
    QVERIFY_EXCEPTION_THROWN(rowsOf(nots + "kept"), FilterError);
    // Many conditions side by side are not deep.
    std::string wide = "kept";
    while (wide.size() + 8 < curation::kLongestFilter)
        wide += " or kept";
    QVERIFY(rowsOf(wide) == rowsOf("kept"));
    QVERIFY_EXCEPTION_THROWN(rowsOf(wide + std::string(100, ' ')), FilterError);
}

void TestFilter::columnsWithoutValuesSayWhy() {
    curation::FilterSource bare;
    bare.run = m_fixture->run;
    const auto table = std::make_shared<const FilterTable>(bare);
    const std::pair<const char*, const char*> missing[] = {
        {"kept", "wait"},          {"redundant", "wait"},        {"cluster == 1", "wait"},
        {"cos_head < 1", "wait"},  {"path ~ a", "open it"},      {"cos_current > 0", "click one"},
        {"known(pruned)", "wait"}, {"0 < cluster_size", "wait"}, {"cos_head between 0 and 1", "wait"}};
    for (const auto& [text, words] : missing) {
        try {
            Filter(text, table);
            QFAIL(text);
        } catch (const FilterError& error) {
            QVERIFY2(QString::fromStdString(error.sentence()).contains(QLatin1String(words)), error.what());
        }
    }
    QCOMPARE(static_cast<std::int64_t>(Filter("index >= 0 and not tagged and not selected", table).samples().size()),
             kRows);
    // A data set that is not the run's does not make the other columns useless.
    auto other = std::make_shared<data::Dataset>();
    other->splits.push_back({"train", std::make_shared<Places>(3), {0, 0, 0}, {}});
    bare.data = other;
    const auto wrong = std::make_shared<const FilterTable>(bare);
    QVERIFY_EXCEPTION_THROWN(Filter("path ~ a", wrong), FilterError);
    QCOMPARE(static_cast<std::int64_t>(Filter("index >= 0", wrong).samples().size()), kRows);
}

void TestFilter::classBlocksKnowTheirOwnClassOnly() {
    tests::SyntheticOptions options;
    options.blocks = run::Blocks::classes;
    options.store = run::StoreType::f16;
    const tests::CurationFixture fixture(namedRun(), options);
    curation::FilterSource source;
    source.run = fixture.run;
    source.current = fixture.run->sampleFromRow(RowId(42));
    const auto table = std::make_shared<const FilterTable>(source);
    const auto rows = Filter("known(cos_current)", table).rows();
    for (std::int64_t row = 0; row < kRows; ++row)
        QCOMPARE(static_cast<bool>(rows[static_cast<std::size_t>(row)]),
                 fixture.run->labels()[static_cast<std::size_t>(row)] == fixture.run->labels()[42]);
    QVERIFY_EXCEPTION_THROWN(Filter("mean_all > 0", table), FilterError);
    // The mean without the sample itself takes kappa_ii from the norm; analysis reads it from the kernel.
    const auto means = analysis::averageKappa(*fixture.run).ownClass;
    const auto* column = table->find("mean_own");
    std::vector<double> values(static_cast<std::size_t>(kRows));
    column->numbers(0, values);
    for (std::size_t row = 0; row < values.size(); ++row)
        QVERIFY(std::abs(values[row] - static_cast<double>(means[row])) <= 2e-3 * std::max(1.0, std::abs(values[row])));
}

void TestFilter::columnsOfTheDataKeepApart() {
    QVERIFY(m_table->find("label")->type == curation::FilterType::choice);
    QVERIFY(m_table->find("data.label") && m_table->find("data.label")->type == curation::FilterType::number);
    QVERIFY(m_table->find("DATA.LABEL") == m_table->find("data.label"));
    QVERIFY(!m_table->find("nothing"));
    std::set<std::string> names;
    for (const auto& column : m_table->columns())
        QVERIFY2(names.insert(column.name).second && !column.meaning.empty(), column.name.c_str());
}

void TestFilter::helpNamesEveryColumn() {
    QFile file(QStringLiteral(LPNTK_SOURCE_DIR "/resources/help/help.md"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString page = QString::fromUtf8(file.readAll());
    curation::FilterSource bare;
    bare.run = m_fixture->run;
    const FilterTable table(bare); // without columns of the data set
    for (const auto& column : table.columns())
        QVERIFY2(page.contains(QStringLiteral("`%1`").arg(QString::fromStdString(column.name))), column.name.c_str());
}

void TestFilter::tellsWhatItUses() {
    const Filter filter("Kept and (cos_current > 0 or known(blur))", m_table);
    QVERIFY(filter.uses("kept") && filter.uses("cos_current") && filter.uses("blur"));
    QVERIFY(!filter.uses("pruned"));
}

void TestFilter::stopsWhenCancelled() {
    std::stop_source stop;
    stop.request_stop();
    base::JobContext context;
    context.stop = stop.get_token();
    QVERIFY_EXCEPTION_THROWN(Filter("kept", m_table).rows(context), base::Cancelled);
}

QTEST_GUILESS_MAIN(TestFilter)
#include "test_filter.moc"
