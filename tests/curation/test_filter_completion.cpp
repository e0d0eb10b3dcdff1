#include "curation_fixture.h"

#include <core/base/nearest_name.h>
#include <core/curation/filter_completion.h>

#include <QtTest>

#include <algorithm>

using namespace lpntk;
using curation::FilterCompletions;

/// What is offered at the cursor, marked by | in the texts.
class TestFilterCompletion : public QObject {
    Q_OBJECT

    std::unique_ptr<tests::CurationFixture> m_fixture;
    std::unique_ptr<curation::FilterTable> m_table;

    FilterCompletions at(std::string text) const {
        const std::size_t cursor = text.find('|');
        text.erase(cursor, 1);
        return curation::filterCompletions(text, cursor, *m_table);
    }
    QStringList textsAt(const char* text) const {
        QStringList texts;
        for (const auto& item : at(text).items)
            texts << QString::fromStdString(item.text);
        return texts;
    }

private Q_SLOTS:
    void initTestCase() {
        auto run = tests::makeSyntheticRun(60, 4);
        run.classNames = {"Coat", "T-shirt/top", "Shirt", "kept"};
        m_fixture = std::make_unique<tests::CurationFixture>(run);
        curation::FilterSource source;
        source.run = m_fixture->run;
        auto decisions = std::make_shared<curation::Decisions>();
        curation::Edit edit;
        edit.kind = curation::Edit::Kind::tag;
        edit.samples = {m_fixture->run->sampleFromRow(base::RowId(0))};
        edit.tag = "say \"no\"";
        decisions->apply(edit);
        source.decisions = decisions;
        m_table = std::make_unique<curation::FilterTable>(source);
    }

    void offersWhatFits_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("first");
        const auto row = [](const char* text, QStringList first) {
            QTest::newRow(text) << QString::fromLatin1(text) << first;
        };
        row("mea|", {"mean_all", "mean_own"});
        row("kept and mis|", {"misclassified"});
        row("HEAD|", {"cos_head", "is_head"});                           // contained
        row("class == |", {"Coat", "T-shirt/top", "Shirt", "\"kept\""}); // quoted: a column has that name
        row("class == sh|", {"Shirt", "T-shirt/top"});
        row("class == \"T|", {"T-shirt/top"});
        row("class in (Coat, S|", {"Shirt", "T-shirt/top"});
        row("class not in (|", {"Coat"});
        row("tag == |", {"\"say \\\"no\\\"\""});
        row("margin |", {"<", "<="});
        row("class |", {"==", "!=", "in"});
        row("kept |", {"and", "or"});
        row("margin < 3 |", {"and", "or"});
        row("class == Coat |", {"and", "or"});
        row("(kept) a|", {"and"});
        row("n|", {"norm", "not"});
    }
    void offersWhatFits() {
        QFETCH(QString, text);
        QFETCH(QStringList, first);
        const QStringList texts = textsAt(text.toStdString().c_str());
        QVERIFY2(texts.size() >= first.size() && texts.mid(0, first.size()) == first,
                 qPrintable(texts.join(QLatin1Char(' '))));
    }

    void replacesWhatIsTyped() {
        const auto completions = at("kept and mar|");
        QCOMPARE(completions.begin, std::size_t{9});
        QVERIFY(completions.isWord);
        QCOMPARE(QString::fromStdString(completions.items.front().text), QStringLiteral("margin"));
        QVERIFY(!completions.items.front().detail.empty());
        QVERIFY(!at("kept and |").isWord);
    }

    void isSilentWhenNothingIsLeft() {
        QVERIFY(at("misclassified|").items.empty());
        QVERIFY(at("qqqq|").items.empty());
        QVERIFY(at("path == |").items.empty());
        QVERIFY(at("@ @ ma|").items.size() > 3); // ends before what cannot be read
    }

    void nearestNames() {
        const std::vector<std::string> names{"margin", "norm", "cos_head", "predicted"};
        QCOMPARE(base::nearestName("margn", names), std::string("margin"));
        QCOMPARE(base::nearestName("MARGIN", names), std::string("margin"));
        QCOMPARE(base::nearestName("cos_haed", names), std::string("cos_head"));
        QCOMPARE(base::nearestName("predcted", names), std::string("predicted"));
        QCOMPARE(base::nearestName("nrom", names), std::string("norm"));
        QCOMPARE(base::nearestName("xyz", names), std::string());
        QCOMPARE(base::nearestName("", names), std::string());
        QCOMPARE(base::nearestName(std::string(100, 'n'), names), std::string());
    }
};

QTEST_GUILESS_MAIN(TestFilterCompletion)
#include "test_filter_completion.moc"
