#include "run_fixture.h"

#include <core/analysis/embedding.h>
#include <core/base/error.h>
#include <core/formats/npy.h>

#include <QtTest>

#include <fstream>
#include <limits>

using namespace lpntk;
using namespace lpntk::tests;
using analysis::Embedding;

/// Coordinates from files; the synthetic run's original indices are 3 n + 1, so rows, samples and lines differ.
class TestEmbedding : public QObject {
    Q_OBJECT
    RunFixture m_fixture{makeSyntheticRun(60, 3)};

    std::filesystem::path file(const char* name) const {
        return m_fixture.folder.filePath(QString::fromLatin1(name)).toStdString();
    }
    std::filesystem::path write(const char* name, const std::string& text) const {
        std::ofstream(file(name)) << text;
        return file(name);
    }
    /// Line i holds (i, -i).
    void verifyOrder(const Embedding& found, const std::function<double(std::int64_t sample)>& lineOf) const {
        QCOMPARE(found.rows, std::int64_t(60));
        for (std::int64_t row = 0; row < 60; ++row) {
            const double line = lineOf(m_fixture.run->samples()[static_cast<std::size_t>(row)]);
            QCOMPARE(found.values[static_cast<std::size_t>(row) * found.names.size()], static_cast<float>(line));
            QCOMPARE(found.values[static_cast<std::size_t>(row) * found.names.size() + 1], static_cast<float>(-line));
        }
    }

private Q_SLOTS:
    void npyInTheOrderOfTheDataSet() {
        std::vector<double> values;
        for (int line = 0; line < 200; ++line)
            values.insert(values.end(), {static_cast<double>(line), static_cast<double>(-line), 7.0});
        formats::writeNpy<double>(file("all.npy"), values, {200, 3});
        const Embedding found = analysis::readEmbedding(file("all.npy"), *m_fixture.run);
        QCOMPARE(found.names.size(), std::size_t(3));
        verifyOrder(found, [](std::int64_t sample) { return static_cast<double>(sample); });
    }

    void npyOfTheRunsSamplesOnly() {
        std::vector<float> values;
        for (int line = 0; line < 60; ++line)
            values.insert(values.end(), {static_cast<float>(line), static_cast<float>(-line)});
        formats::writeNpy<float>(file("own.npy"), values, {60, 2});
        verifyOrder(analysis::readEmbedding(file("own.npy"), *m_fixture.run),
                    [](std::int64_t sample) { return static_cast<double>((sample - 1) / 3); });
    }

    void csvByIndex() {
        std::string text = "label,index,projection_x,projection_y,neighbors\n";
        for (int n = 59; n >= 0; --n)
            text +=
                "0," + std::to_string(3 * n + 1) + "," + std::to_string(n) + "," + std::to_string(-n) + ",\"[1,2]\"\n";
        const Embedding found = analysis::readEmbedding(write("atlas.csv", text), *m_fixture.run);
        QCOMPARE(found.names.front(), std::string("projection_x"));
        verifyOrder(found, [](std::int64_t sample) { return static_cast<double>((sample - 1) / 3); });
    }

    void csvColumnsOfNumbers() {
        std::string text = "name,umap 1,umap 2\n";
        for (int line = 0; line < 179; ++line)
            text += "a," + std::to_string(line) + ".0," + std::to_string(-line) + "e0\n";
        const Embedding found = analysis::readEmbedding(write("umap.csv", text), *m_fixture.run);
        QCOMPARE(found.names.back(), std::string("umap 2"));
        verifyOrder(found, [](std::int64_t sample) { return static_cast<double>(sample); });
    }

    void refusesInASentence_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("says");
        QTest::newRow("too few lines") << "short.npy"
                                       << "none for sample";
        QTest::newRow("one column") << "flat.npy"
                                    << "shape (200, 1)";
        QTest::newRow("not finite") << "nan.npy"
                                    << "no finite number";
        QTest::newRow("no numbers") << "words.csv"
                                    << "no two columns";
        QTest::newRow("a word among numbers") << "word.csv"
                                              << "line 3";
        QTest::newRow("another ending") << "points.txt"
                                        << ".npy and .csv";
    }
    void refusesInASentence() {
        QFETCH(QString, name);
        QFETCH(QString, says);
        formats::writeNpy<float>(file("short.npy"), std::vector<float>(100), {50, 2});
        formats::writeNpy<float>(file("flat.npy"), std::vector<float>(200), {200, 1});
        std::vector<float> bad(400);
        bad[20] = std::numeric_limits<float>::quiet_NaN(); // sample 10 is row n = 3
        formats::writeNpy<float>(file("nan.npy"), bad, {200, 2});
        write("words.csv", "a,b\nx,y\n");
        write("word.csv", "x,y\n1,2\n3,four\n");
        write("points.txt", "1 2\n");
        try {
            analysis::readEmbedding(file(qPrintable(name)), *m_fixture.run);
            QFAIL("it was read");
        } catch (const base::Error& problem) {
            QVERIFY2(QString::fromUtf8(problem.what()).contains(says), problem.what());
        }
    }
};

QTEST_GUILESS_MAIN(TestEmbedding)
#include "test_embedding.moc"
