#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <map>
#include <set>
#include <string>

/// The arrows between rooms (CONTRIBUTING, Architecture), checked on the include lines of the tree itself.
class TestRooms : public QObject {
    Q_OBJECT

    struct Include {
        QString file; ///< relative to the source folder
        int line;
        QString target; ///< as written between the brackets
    };
    QList<Include> m_includes;

    static QString roomOf(const QString& path) { return path.section('/', 0, 1); }

private Q_SLOTS:
    void initTestCase() {
        const QDir source(LPNTK_SOURCE_DIR);
        static const QRegularExpression pattern("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
        for (const QString folder : {"core", "widgets", "app"}) {
            QDirIterator files(source.filePath(folder), {"*.h", "*.cpp", "*.cu"}, QDir::Files, QDirIterator::Subdirectories);
            while (files.hasNext()) {
                QFile file(files.next());
                QVERIFY(file.open(QIODevice::ReadOnly));
                int line = 0;
                while (!file.atEnd()) {
                    ++line;
                    const auto match = pattern.match(QString::fromUtf8(file.readLine()));
                    if (match.hasMatch())
                        m_includes << Include{source.relativeFilePath(file.fileName()), line, match.captured(1)};
                }
            }
        }
        QVERIFY(m_includes.size() > 200);
    }

    void everyRoomUsesOnlyRoomsBelow() {
        const std::set<QString> torchRooms{"core/model", "core/gradient", "core/kernel", "core/scores", "core/train"};
        const std::map<QString, std::set<QString>> mayUse{
            {"core/base", {}},
            {"core/formats", {"core/base"}},
            {"core/data", {"core/base", "core/formats"}},
            {"core/run", {"core/base", "core/formats"}},
            {"core/analysis", {"core/base", "core/formats", "core/run"}},
            {"core/curation", {"core/base", "core/formats", "core/run", "core/data", "core/analysis"}},
            {"core/engine", {"core/base", "core/formats", "core/run", "core/data"}},
            {"core/model", {"core/base", "core/formats", "core/run", "core/data", "core/engine"}},
            {"core/gradient", {"core/base", "core/formats", "core/run", "core/data", "core/engine", "core/model"}},
            {"core/kernel", {"core/base", "core/formats", "core/run", "core/data", "core/engine", "core/model", "core/gradient"}},
            {"core/scores", {"core/base", "core/formats", "core/run", "core/data", "core/engine", "core/model", "core/gradient"}},
            {"core/train", {"core/base", "core/formats", "core/run", "core/data", "core/engine", "core/model", "core/gradient", "core/scores"}},
            {"widgets/vtk", {"core/base", "core/run", "core/analysis"}},
            {"widgets/models", {"core/base", "core/formats", "core/data", "core/run", "core/analysis", "core/curation", "core/engine"}},
            {"widgets/views", {"core/base", "core/formats", "core/data", "core/run", "core/analysis", "core/curation", "core/engine", "widgets/vtk", "widgets/models"}},
        };
        for (const Include& include : m_includes) {
            const QString room = roomOf(include.file);
            const QString target = roomOf(include.target);
            const bool isOurs = include.target.startsWith("core/") || include.target.startsWith("widgets/") || include.target.startsWith("app/");
            if (!isOurs || target == room)
                continue;
            // Stands above all torch rooms: it is the engine library's front.
            if (include.file.startsWith("core/engine/library/"))
                continue;
            if (room == "app/gui" || room == "app/cli") {
                QVERIFY2(!torchRooms.contains(target), qPrintable(message(include, "a torch room")));
                QVERIFY2(!(room == "app/cli" && target.startsWith("widgets")), qPrintable(message(include, "a widget")));
                continue;
            }
            const auto allowed = mayUse.find(room);
            QVERIFY2(allowed != mayUse.end(), qPrintable(message(include, "something, but its room is not in the list")));
            QVERIFY2(allowed->second.contains(target), qPrintable(message(include, "a room that it may not use")));
        }
    }

    void coreIsFreeOfQtAndVtk() {
        static const QRegularExpression qt("^(Q[A-Z]|Qt|vtk)");
        for (const Include& include : m_includes)
            QVERIFY2(!(include.file.startsWith("core/") && qt.match(include.target).hasMatch()), qPrintable(message(include, "Qt or VTK")));
    }

    void torchStaysInSourceFilesOfItsRooms() {
        static const QRegularExpression torch("^(torch|ATen|c10)/");
        // Headers named *_torch.h are a torch room's own; the arrows above keep everybody else away from them.
        static const QRegularExpression allowed("^core/(model|gradient|kernel|scores|train)/.*(\\.cpp|\\.cu|_torch\\.h)$");
        for (const Include& include : m_includes)
            QVERIFY2(!torch.match(include.target).hasMatch() || allowed.match(include.file).hasMatch(), qPrintable(message(include, "libtorch")));
    }

    void torchHeadersAreIncludedByTorchRoomsOnly() {
        static const QRegularExpression torchRoom("^core/(model|gradient|kernel|scores|train)/");
        for (const Include& include : m_includes)
            QVERIFY2(!include.target.endsWith("_torch.h") || torchRoom.match(include.file).hasMatch(), qPrintable(message(include, "a torch room's own header")));
    }

    void vtkStaysInItsRoom() {
        for (const Include& include : m_includes)
            QVERIFY2(!include.target.startsWith("vtk") || include.file.startsWith("widgets/vtk/"), qPrintable(message(include, "VTK")));
    }

private:
    static QString message(const Include& include, const QString& what) {
        return QString("%1:%2 includes %3: %4").arg(include.file).arg(include.line).arg(include.target, what);
    }
};

QTEST_GUILESS_MAIN(TestRooms)
#include "test_rooms.moc"
