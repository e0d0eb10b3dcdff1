#include <core/base/files.h>
#include <core/base/kept_choice.h>

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace lpntk;

/// What a machine was found to do best is measured once.
class TestKeptChoice : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path m_file;
    const std::vector<std::string> m_names{"a", "b"};
    int m_measured = 0;

    std::string choice(const std::string& machine, const std::string& measured) {
        return base::keptChoice(m_file, machine, m_names, [&] {
            ++m_measured;
            return measured;
        });
    }

private Q_SLOTS:
    void init() {
        m_file = fs::path(m_folder.path().toStdString()) / "below" / "products";
        fs::remove_all(m_file.parent_path());
        m_measured = 0;
    }

    void theFirstMeasurementStays() {
        QCOMPARE(choice("this | a | b", "b"), std::string("b"));
        QCOMPARE(choice("this | a | b", "a"), std::string("b"));
        QCOMPARE(m_measured, 1);
    }

    void anotherMachineMeasuresForItself() {
        choice("this", "b");
        QCOMPARE(choice("that", "a"), std::string("a"));
        QCOMPARE(choice("is", "a"), std::string("a"));
        QCOMPARE(m_measured, 3);
        QCOMPARE(choice("this", "a"), std::string("b"));
        QCOMPARE(choice("that", "b"), std::string("a"));
        QCOMPARE(m_measured, 3);
    }

    void whatIsGoneOrDamagedIsMeasuredAnew() {
        fs::create_directories(m_file.parent_path());
        for (const std::string& content : {std::string("this\tgone\n"), std::string(), std::string("this"),
                                           std::string("this\tb"), std::string(50000, 'x'), std::string("\0\n\n", 3)}) {
            base::writeFileAtomically(m_file, content);
            m_measured = 0;
            QCOMPARE(choice("this", "a"), std::string("a"));
            QCOMPARE(choice("this", "b"), std::string("a"));
            QCOMPARE(m_measured, 1);
        }
    }

    void anotherProgramsChoiceInTheMeantimeCounts() {
        fs::create_directories(m_file.parent_path());
        const std::string chosen = base::keptChoice(m_file, "this", m_names, [&] {
            base::writeFileAtomically(m_file, std::string_view("this\tb\n"));
            return std::string("a");
        });
        QCOMPARE(chosen, std::string("b"));
    }

    void withoutAPlaceEveryoneMeasures() {
        m_file.clear();
        QCOMPARE(choice("this", "b"), std::string("b"));
        QCOMPARE(choice("this", "a"), std::string("a"));
        // A folder where the file should be, and a file where its folder should be.
        m_file = fs::path(m_folder.path().toStdString());
        QCOMPARE(choice("this", "b"), std::string("b"));
        base::writeFileAtomically(m_file / "file", std::string_view("x"));
        m_file = m_file / "file" / "products";
        QCOMPARE(choice("this", "b"), std::string("b"));
    }

    void theFolderFollowsTheEnvironment() {
        const QByteArray cache = qgetenv("XDG_CACHE_HOME"), home = qgetenv("HOME");
        qputenv("HOME", "/somebody");
        qputenv("XDG_CACHE_HOME", "/elsewhere");
        QCOMPARE(base::cacheFolder(), fs::path("/elsewhere/lpntk-explorer"));
        qputenv("XDG_CACHE_HOME", "not/absolute");
        QCOMPARE(base::cacheFolder(), fs::path("/somebody/.cache/lpntk-explorer"));
        qunsetenv("HOME");
        QVERIFY(base::cacheFolder().empty());
        qputenv("HOME", home);
        qputenv("XDG_CACHE_HOME", cache);
    }
};

QTEST_GUILESS_MAIN(TestKeptChoice)
#include "test_kept_choice.moc"
