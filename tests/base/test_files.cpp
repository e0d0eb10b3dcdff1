#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/hash.h>
#include <core/base/json_file.h>

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>
#include <string>

namespace fs = std::filesystem;
using namespace lpntk;

class TestFiles : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }

    static int entries(const fs::path& folder) {
        return static_cast<int>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
    }

private Q_SLOTS:
    void atomicWriteReplacesWholeFile() {
        base::writeFileAtomically(path("a.txt"), std::string_view("first"));
        base::writeFileAtomically(path("a.txt"), std::string_view("second"));
        QCOMPARE(base::readTextFile(path("a.txt")), std::string("second"));
        QCOMPARE(entries(m_folder.path().toStdString()), 1);
    }

    void failedWriteLeavesNothing() {
        const fs::path missing = path("no-such-folder") / "a.txt";
        QVERIFY_EXCEPTION_THROWN(base::writeFileAtomically(missing, std::string_view("x")), base::IoError);
        QVERIFY(!fs::exists(path("no-such-folder")));
    }

    void placesThatCannotBeWrittenAreToldAtOnce() {
        const int before = entries(m_folder.path().toStdString());
        base::checkCanWrite(path("new.txt"));
        QCOMPARE(entries(m_folder.path().toStdString()), before);
        base::writeFileAtomically(path("file"), std::string_view("x"));
        QVERIFY_EXCEPTION_THROWN(base::checkCanWrite(""), base::OptionError);
        QVERIFY_EXCEPTION_THROWN(base::checkCanWrite(m_folder.path().toStdString()), base::IoError);
        try {
            base::checkCanWrite(path("file") / "a.txt");
            QFAIL("a file was taken for a folder");
        } catch (const base::IoError& problem) {
            // The name that was asked for, not the temporary one.
            const std::string sentence = problem.what();
            QVERIFY2(sentence.find(base::quoted(path("file") / "a.txt")) == 0, sentence.c_str());
            QVERIFY2(sentence.find("check the path") != std::string::npos, sentence.c_str());
        }
    }

    void readBeyondTheEndNamesThePlace() {
        base::writeFileAtomically(path("short"), std::string_view("12345"));
        const base::File file = base::File::openRead(path("short"));
        std::vector<std::byte> buffer(10);
        try {
            file.readAt(2, buffer);
            QFAIL("a short read was accepted");
        } catch (const base::FormatError& problem) {
            QVERIFY(std::string(problem.what()).find("ends at byte 5") != std::string::npos);
        }
    }

    void tooLargeFileIsRefused() {
        base::writeFileAtomically(path("large"), std::string(1000, 'x'));
        QVERIFY_EXCEPTION_THROWN(base::readFile(path("large"), 999), base::FormatError);
        QCOMPARE(base::readFile(path("large"), 1000).size(), std::size_t{1000});
    }

    void folderIsRefusedAsFile() { QVERIFY_EXCEPTION_THROWN(base::File::openRead(m_folder.path().toStdString()), base::IoError); }

    void atomicFolderAppearsOnlyWithCommit() {
        const int before = entries(m_folder.path().toStdString());
        {
            base::AtomicFolder folder(path("out"), false);
            base::writeFileAtomically(folder.working() / "x", std::string_view("1"));
            QVERIFY(!fs::exists(path("out")));
        }
        QCOMPARE(entries(m_folder.path().toStdString()), before);
        base::AtomicFolder folder(path("out"), false);
        base::writeFileAtomically(folder.working() / "x", std::string_view("2"));
        folder.commit();
        QCOMPARE(base::readTextFile(path("out") / "x"), std::string("2"));
    }

    void atomicFolderNeverOverwritesUnasked() {
        fs::create_directories(path("there"));
        base::writeFileAtomically(path("there") / "mine", std::string_view("keep"));
        QVERIFY_EXCEPTION_THROWN(base::AtomicFolder(path("there"), false), base::IoError);
        {
            base::AtomicFolder folder(path("there"), true);
            base::writeFileAtomically(folder.working() / "new", std::string_view("n"));
            QVERIFY(fs::exists(path("there") / "mine"));
            folder.commit();
        }
        QVERIFY(!fs::exists(path("there") / "mine"));
        QVERIFY(fs::exists(path("there") / "new"));
    }

    void mappedFileShowsTheBytes() {
        base::writeFileAtomically(path("map"), std::string_view("abc"));
        const auto mapped = base::MappedFile::open(path("map"));
        QCOMPARE(mapped->bytes().size(), std::size_t{3});
        QCOMPARE(static_cast<char>(mapped->bytes()[2]), 'c');
        base::writeFileAtomically(path("empty"), std::string_view());
        QVERIFY(base::MappedFile::open(path("empty"))->bytes().empty());
    }

    // FIPS 180-2, appendix B.1 and the empty message; CRC-32 of "123456789" is its published check value.
    void hashesHavePublishedValues() {
        base::Sha256 abc;
        abc.add("abc");
        QCOMPARE(abc.hex(), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(base::Sha256().hex(), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        const std::string digits = "123456789";
        QCOMPARE(base::crc32(std::as_bytes(std::span(digits))), 0xCBF43926u);
        base::writeFileAtomically(path("abc"), std::string_view("abc"));
        QCOMPARE(base::sha256OfFile(path("abc")), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    void jsonErrorsNameTheByte() {
        try {
            base::parseJson("{\"a\": 1,, }", "here");
            QFAIL("accepted");
        } catch (const base::FormatError& problem) {
            QVERIFY(std::string(problem.what()).starts_with("here: not valid JSON at byte"));
        }
    }

    void deepJsonIsRefusedWithoutRecursion() {
        QVERIFY_EXCEPTION_THROWN(base::parseJson(std::string(1'000'000, '['), "deep"), base::FormatError);
    }

    void requiredKeySaysWhichKey() {
        const base::Json json = base::parseJson(R"({"n": "text"})", "file");
        QVERIFY_EXCEPTION_THROWN(base::requiredKey<int>(json, "n", "file"), base::FormatError);
        QVERIFY_EXCEPTION_THROWN(base::requiredKey<int>(json, "m", "file"), base::FormatError);
        QVERIFY_EXCEPTION_THROWN(base::requiredKey<int>(base::Json(3), "m", "file"), base::FormatError);
        QCOMPARE(base::requiredKey<std::string>(json, "n", "file"), std::string("text"));
    }
};

QTEST_GUILESS_MAIN(TestFiles)
#include "test_files.moc"
