#include "damage.h"

#include <core/formats/figure_note.h>
#include <core/formats/images.h>
#include <core/formats/png_text.h>

#include <QTest>

using namespace lpntk;
using namespace lpntk::formats;
using tests::bytesOf;
using tests::fixture;
using tests::refusal;

namespace {

FigureNote someNote() {
    return {"Heatmap of <run & co>", "lpNTK Explorer 9", "r\xc3\xbcn", std::string(64, 'a'), "{\"a\":\"<&>\\\"'\"}"};
}

} // namespace

class FigureNoteTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textsComeBackAndThePictureStays() {
        const tests::Bytes png = bytesOf(fixture("rgb.png"));
        const std::vector<PngText> texts{{"Title", "plain"}, {"Recipe", "\xce\xba = 1"}, {"Empty", ""}};
        const auto marked = withPngText(png, texts);
        QVERIFY(readPngText(marked, "x") == texts);
        QVERIFY(decodeImage(marked, 3, "x").pixels == decodeImage(png, 3, "x").pixels);
    }

    void otherProgramsTextsAreRead() {
        const std::vector<PngText> expected{
            {"Latin", "caf\xc3\xa9"}, {"Long", std::string(200, 'x')}, {"Greek", "\xce\xba"}, {"Packed", "\xce\xba"}};
        QVERIFY(readPngText(bytesOf(fixture("texts.png")), "x") == expected);
    }

    void damageIsRefused() {
        const auto read = [](const std::filesystem::path& path) { readPngText(bytesOf(path), "x"); };
        const auto marked = withPngText(bytesOf(fixture("texts.png")), std::vector<PngText>{{"Recipe", "\xce\xba"}});
        QCOMPARE(tests::firstAcceptedTruncation(marked, "cut.png", read), std::int64_t{-1});
        QVERIFY(tests::refusedOfFuzzed(marked, "fuzzed.png", read, 300) > 200);
        QVERIFY(!refusal([] { withPngText(tests::textBytes("no picture"), {}); }).empty());
    }

    void notesComeBackFromEveryKind() {
        const FigureNote note = someNote();
        QVERIFY(readFigureNote(withPngText(bytesOf(fixture("rgb.png")), pngTextsOf(note)), "x") == note);
        const std::string svg = "<?xml version=\"1.0\"?><svg><metadata>" + xmlOf(note) + "</metadata></svg>";
        QVERIFY(readFigureNote(tests::textBytes(svg), "x") == note);
        QVERIFY(readFigureNote(tests::textBytes("%PDF-1.4 junk " + xmlOf(note)), "x") == note);
    }

    void otherFilesHaveNone() {
        QVERIFY(!readFigureNote(bytesOf(fixture("rgb.png")), "x"));
        QVERIFY(!readFigureNote(tests::textBytes("<svg/>"), "x"));
        QVERIFY(!readFigureNote(tests::textBytes(xmlOf(someNote())), "x")); // neither SVG nor PDF
    }
};

QTEST_GUILESS_MAIN(FigureNoteTest)
#include "test_figure_note.moc"
