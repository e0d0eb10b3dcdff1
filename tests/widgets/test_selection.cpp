#include <widgets/models/selection_model.h>

#include <QSignalSpy>
#include <QtTest>

using namespace lpntk::models;

class TestSelection : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void setsAreBitmaps() {
        SampleSet set(100);
        set.insert(SampleId(3));
        set.insert(SampleId(64));
        set.insert(SampleId(59999)); // grows
        set.insert(SampleId(3));
        set.insert(SampleId());
        QCOMPARE(set.count(), 3);
        QVERIFY(set.contains(SampleId(64)));
        QVERIFY(!set.contains(SampleId(65)));
        QVERIFY(!set.contains(SampleId()));
        QVERIFY((set.toVector() == std::vector{SampleId(3), SampleId(64), SampleId(59999)}));
        set.toggle(SampleId(64));
        set.remove(SampleId(1000));
        QCOMPARE(set.count(), 2);
        set.remove(SampleId(59999));
        SampleSet small;
        small.insert(SampleId(3));
        QVERIFY(set == small); // whatever their capacity
        small.toggle(SampleId(70000));
        QVERIFY(!(set == small));
    }

    void emissionsAreCoalesced() {
        SelectionModel model;
        QSignalSpy current(&model, &SelectionModel::currentChanged);
        QSignalSpy selected(&model, &SelectionModel::selectedChanged);
        for (int i = 0; i < 100; ++i)
            model.click(SampleId(i), i % 2, this);
        QCOMPARE(current.count(), 0);
        QTRY_COMPARE(current.count(), 1);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(current[0][0].value<const QObject*>(), static_cast<const QObject*>(this));
        model.setCurrent(SampleId(99), this); // the same: nothing to say
        model.flush();
        QCOMPARE(current.count(), 1);
    }

    void listenersMayChangeAgain() {
        SelectionModel model;
        QSignalSpy spy(&model, &SelectionModel::currentChanged);
        connect(&model, &SelectionModel::currentChanged, this, [&] {
            if (model.current() == SampleId(1))
                model.setCurrent(SampleId(2), nullptr);
        });
        model.setCurrent(SampleId(1), nullptr);
        QTRY_COMPARE(spy.count(), 2);
        QCOMPARE(model.current(), SampleId(2));
    }

    void clickExtendsAndReplaces() {
        SelectionModel model;
        model.click(SampleId(5), false, this);
        model.click(SampleId(7), true, this);
        QCOMPARE(model.selected().count(), 2);
        QCOMPARE(model.current(), SampleId(7));
        model.click(SampleId(7), true, this);
        QCOMPARE(model.selected().count(), 1);
        model.click(SampleId(9), false, this);
        QVERIFY((model.selected().toVector() == std::vector{SampleId(9)}));
        model.click(SampleId(), false, this);
        QCOMPARE(model.current(), SampleId(9));
    }

    void historyGoesBackAndForward() {
        SelectionModel model;
        QVERIFY(!model.canGoBack());
        for (int i : {1, 2, 3})
            model.click(SampleId(i), false, this);
        model.goBack(this);
        model.goBack(this);
        QCOMPARE(model.current(), SampleId(1));
        QVERIFY(!model.canGoBack());
        model.goForward(this);
        QCOMPARE(model.current(), SampleId(2));
        QVERIFY(model.canGoForward());
        model.click(SampleId(8), false, this); // cuts what lay ahead
        QVERIFY(!model.canGoForward());
        model.goBack(this);
        QCOMPARE(model.current(), SampleId(2));
        model.forget();
        QVERIFY(!model.canGoBack() && !model.current().isValid() && model.selected().isEmpty());
    }

    void selectedSetsGoBackAndForward() {
        const auto range = [](int from, int to) {
            SampleSet set;
            for (int i = from; i < to; ++i)
                set.insert(SampleId(i));
            return set;
        };
        SelectionModel model;
        QVERIFY(!model.canGoBackSelected() && !model.canGoForwardSelected());
        model.setSelected(range(0, 50), this);
        model.setCurrent(SampleId(7), this);
        for (int i : {60, 61, 62})
            model.click(SampleId(i), i == 62, this); // a walk is one step
        QCOMPARE(model.selected().count(), 2);
        model.setSelected(range(20, 90), this);
        model.goBackSelected(this);
        QCOMPARE(model.selected().count(), 2);
        QCOMPARE(model.current(), SampleId(62));
        model.goBackSelected(this);
        QVERIFY(model.selected() == range(0, 50));
        QCOMPARE(model.current(), SampleId(7));
        QVERIFY(!model.canGoBackSelected());
        model.goForwardSelected(this);
        model.goForwardSelected(this);
        QVERIFY(model.selected() == range(20, 90));
        QVERIFY(!model.canGoForwardSelected());
        // Nothing selected is no step: back brings the set back that was left.
        model.setSelected({}, this);
        QVERIFY(model.canGoBackSelected());
        model.goBackSelected(this);
        QVERIFY(model.selected() == range(20, 90));
        // A new set cuts what lay ahead.
        model.goBackSelected(this);
        model.setSelected(range(0, 3), this);
        QVERIFY(!model.canGoForwardSelected());
        model.goBackSelected(this);
        QCOMPARE(model.selected().count(), 2);
        model.forget();
        QVERIFY(!model.canGoBackSelected() && !model.canGoForwardSelected());
    }

    void historyOfSetsIsBounded() {
        SelectionModel model;
        for (int i = 0; i < 300; ++i) {
            SampleSet set;
            set.insert(SampleId(1'000'000)); // 125 kB of bitmap
            set.insert(SampleId(i));
            model.setSelected(std::move(set), this);
        }
        int steps = 0;
        for (; model.canGoBackSelected(); ++steps)
            model.goBackSelected(this);
        QCOMPARE(steps, 99); // of 100 kept ones the last is the present one
        for (int i = 0; i < 20; ++i) {
            SampleSet set;
            set.insert(SampleId(40'000'000)); // 5 MB
            set.insert(SampleId(i));
            model.setSelected(std::move(set), this);
        }
        for (steps = 0; model.canGoBackSelected(); ++steps)
            model.goBackSelected(this);
        QVERIFY2(steps == 2, qPrintable(QString::number(steps))); // 16 MB hold three
    }

    void sixtyThousandAreQuick() {
        SampleSet all(60000);
        for (int i = 0; i < 60000; ++i)
            all.insert(SampleId(i));
        SelectionModel model;
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 1000; ++i) {
            SampleSet copy = all;
            copy.toggle(SampleId(i));
            model.setSelected(std::move(copy), this);
        }
        QVERIFY2(timer.elapsed() < 2000, "a thousand selections of 60,000");
        QCOMPARE(model.selected().count(), 59999);
    }
};

QTEST_GUILESS_MAIN(TestSelection)
#include "test_selection.moc"
