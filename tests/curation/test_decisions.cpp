#include <core/curation/decisions.h>

#include <QtTest>

using namespace lpntk;
using curation::Decision;
using curation::Decisions;
using curation::Edit;
using base::SampleId;

namespace {

Edit edit(Edit::Kind kind, std::vector<std::int64_t> samples, int label = -1, std::string tag = {}) {
    Edit made;
    made.kind = kind;
    for (const std::int64_t sample : samples)
        made.samples.emplace_back(sample);
    made.label = label;
    made.tag = std::move(tag);
    return made;
}

Edit given(std::vector<std::int64_t> samples, std::int64_t head) {
    Edit made = edit(Edit::Kind::assign, std::move(samples));
    made.head = SampleId(head);
    return made;
}

} // namespace

class TestDecisions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void editsAddUp() {
        Decisions decisions;
        decisions.apply(edit(Edit::Kind::prune, {3, 5}));
        decisions.apply(edit(Edit::Kind::keep, {5}));
        decisions.apply(edit(Edit::Kind::relabel, {5}, 2));
        decisions.apply(edit(Edit::Kind::tag, {5}, -1, "odd"));
        decisions.apply(edit(Edit::Kind::tag, {5}, -1, "blurred"));
        decisions.apply(edit(Edit::Kind::tag, {5}, -1, "odd"));
        QCOMPARE(decisions.of(SampleId(3)).verdict, Decision::Verdict::prune);
        QCOMPARE(decisions.of(SampleId(5)).verdict, Decision::Verdict::keep);
        QCOMPARE(decisions.of(SampleId(5)).relabel, 2);
        QCOMPARE(decisions.of(SampleId(5)).tags, (std::vector<std::string>{"blurred", "odd"}));
        QVERIFY(decisions.of(SampleId(4)).isEmpty());
        QCOMPARE(decisions.all().size(), std::size_t{2});
        decisions.apply(edit(Edit::Kind::clearVerdict, {3}));
        QCOMPARE(decisions.all().size(), std::size_t{1});
        QCOMPARE(decisions.edits().size(), std::size_t{7});
    }

    /// Taking back one edit after the other passes through every former state.
    void revertIsExact() {
        const std::vector<Edit> edits = {
            edit(Edit::Kind::prune, {1, 2, 3}),
            edit(Edit::Kind::keep, {2, 9, 2}),
            edit(Edit::Kind::review, {2}),
            edit(Edit::Kind::relabel, {1}, 4),
            edit(Edit::Kind::relabel, {1}),
            edit(Edit::Kind::tag, {1, 1}, -1, "a"),
            edit(Edit::Kind::untag, {1}, -1, "a"),
            edit(Edit::Kind::clearReview, {2}),
            edit(Edit::Kind::clearVerdict, {1, 2, 3, 9}),
            edit(Edit::Kind::untag, {7}, -1, "none"),
            given({4, 5}, 4),
            given({4, 5}, 6),
            given({4, 5}, -1),
        };
        Decisions decisions;
        std::vector<std::map<SampleId, Decision>> states{decisions.all()};
        std::vector<Decisions::Former> formers;
        for (const Edit& next : edits) {
            formers.push_back(decisions.apply(next));
            states.push_back(decisions.all());
        }
        QVERIFY(decisions.all().empty());
        while (!formers.empty()) {
            QVERIFY(decisions.all() == states.back());
            decisions.revertLast(formers.back());
            formers.pop_back();
            states.pop_back();
            QCOMPARE(decisions.edits().size(), formers.size());
        }
        QVERIFY(decisions.all() == states.back());
    }

    void jsonAndBack() {
        Decisions decisions;
        Edit first = edit(Edit::Kind::prune, {8, 1});
        first.reason = "cluster \"Pullover 2\": drop";
        first.time = "2024-05-07T10:00:00Z";
        decisions.apply(first);
        decisions.apply(edit(Edit::Kind::relabel, {1}, 3));
        decisions.apply(edit(Edit::Kind::tag, {1}, -1, "tag, with \"quotes\""));
        decisions.apply(given({1, 2}, 2));
        QVERIFY((curation::handHeads(decisions) ==
                 curation::HandHeads{{SampleId(1), SampleId(2)}, {SampleId(2), SampleId(2)}}));
        const auto again = Decisions::fromJson(base::parseJson(decisions.toJson().dump(), "text"), "text");
        QVERIFY(again.edits() == decisions.edits());
        QVERIFY(again.all() == decisions.all());
    }

    void damagedJsonIsRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("no edits") << QByteArray("{}");
        QTest::newRow("no list") << QByteArray(R"({"edits": 3})");
        QTest::newRow("no kind") << QByteArray(R"({"edits": [{"samples": [1]}]})");
        QTest::newRow("unknown kind") << QByteArray(R"({"edits": [{"kind": "burn", "samples": [1]}]})");
        QTest::newRow("negative sample") << QByteArray(R"({"edits": [{"kind": "keep", "samples": [-1]}]})");
        QTest::newRow("no label") << QByteArray(R"({"edits": [{"kind": "relabel", "samples": [1]}]})");
        QTest::newRow("label below -1") << QByteArray(R"({"edits": [{"kind": "relabel", "samples": [1], "label": -2}]})");
        QTest::newRow("no head") << QByteArray(R"({"edits": [{"kind": "assign", "samples": [1]}]})");
        QTest::newRow("head below -1") << QByteArray(R"({"edits": [{"kind": "assign", "samples": [1], "head": -2}]})");
        QTest::newRow("text for samples") << QByteArray(R"({"edits": [{"kind": "keep", "samples": "all"}]})");
    }
    void damagedJsonIsRefused() {
        QFETCH(QByteArray, text);
        QVERIFY_EXCEPTION_THROWN(Decisions::fromJson(base::parseJson(text.toStdString(), "text"), "text"), base::FormatError);
    }
};

QTEST_GUILESS_MAIN(TestDecisions)
#include "test_decisions.moc"
