// A random walk through the window with a watchdog, and what people wait for first:
//   bench_walk RUN [SECONDS [SEED]]      (packaging/with-display.sh in front of it without a display)
// Opens the real window on a run, measures the time to the first picture of every view and of selecting everything in
// it, then presses, drags, turns and types at random for SECONDS (600). A thread asks the event loop for an answer
// all the time; how long it takes is what a person would feel. Prints JSON; the longest stalls are named by what was
// done, the frames drawn, and where the time of the window's thread went: on a core, queued for one, taken by the host
// of a virtual machine; what is left it waited for somebody else. Jobs run as they would, except that a coverage or
// curve that takes minutes is not waited for, but cancelled before the walk. Settings and unsaved work go into a
// temporary home.
#include "times.h"

#include <app/gui/action_registry.h>
#include <app/gui/main_window.h>
#include <app/gui/view_area.h>
#include <core/engine/environment.h>
#include <widgets/models/theme.h>
#include <widgets/vtk/vtk_host.h>

#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QSlider>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <random>
#include <sstream>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

using namespace lpntk;
using Json = nlohmann::ordered_json;

namespace {

constexpr int kPatience = 600000; // ms
constexpr int kLongJobs = 20000;  // ms
constexpr int kPause = 25;        // ms between two actions
constexpr std::size_t kStallsNamed = 12;

/// Milliseconds since this process was started.
double sinceStart() {
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    text.erase(0, text.rfind(')') + 1); // the name may hold anything
    std::istringstream fields(text);
    std::string field;
    double ticks = 0;
    for (int i = 3; i <= 22 && fields >> field; ++i)
        ticks = i == 22 ? std::stod(field) : 0;
    double uptime = 0;
    std::ifstream("/proc/uptime") >> uptime;
    return 1000 * (uptime - ticks / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

/// What kept the calling thread since its start, by the system's own account.
struct Account {
    double computed = 0; // milliseconds on a core
    double queued = 0;   // milliseconds ready to run, but others had the cores
    double stolen = 0;   // milliseconds, of all cores, that the host of a virtual machine gave to others
    long faults = 0;     // pages that had to be read from a disk

    static Account now() {
        Account account;
        std::ifstream("/proc/thread-self/schedstat") >> account.computed >> account.queued;
        account.computed /= 1e6;
        account.queued /= 1e6;
        std::ifstream cores("/proc/stat");
        std::string field;
        for (int i = 0; i <= 8 && cores >> field; ++i)
            account.stolen = i == 8 ? 1000 * std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK)) : 0;
        rusage usage{};
        getrusage(RUSAGE_THREAD, &usage);
        account.faults = usage.ru_majflt;
        return account;
    }
    Account since(const Account& start) const {
        return {computed - start.computed, queued - start.queued, stolen - start.stolen, faults - start.faults};
    }
};

struct Stall {
    double milliseconds;
    Account account; // since the answer before
    std::string action;
    Json drawn;    // milliseconds of the frames that VTK drew
    int ended = 0; // jobs
    int running = 0;
};

/// Asks the event loop for an answer from a thread of its own, one question at a time.
class Watchdog {
public:
    explicit Watchdog(gui::MainWindow& window)
        : m_jobs(window.session().jobs()), m_thread([this](std::stop_token stop) { watch(stop); }) {
        for (auto* host : window.findChildren<lpntk::vtk::VtkHost*>())
            m_hosts.emplace_back(host, host->framesPainted());
        QObject::connect(&m_jobs, &models::JobRunner::ended, &m_asked, [this] { ++m_ended; });
    }

    /// What is being done from now on.
    void name(std::string action) { m_action = std::move(action); }
    const std::vector<double>& answers() const { return m_answers; }
    std::vector<Stall> worst() const {
        std::vector<Stall> stalls = m_stalls;
        std::sort(stalls.begin(), stalls.end(),
                  [](const Stall& a, const Stall& b) { return a.milliseconds > b.milliseconds; });
        stalls.resize(std::min(stalls.size(), kStallsNamed));
        return stalls;
    }
    std::size_t stalls() const { return m_stalls.size(); }

private:
    void watch(const std::stop_token& stop) {
        constexpr std::chrono::milliseconds kGap(5); // between an answer and the next question
        std::unique_lock lock(m_mutex);
        while (!stop.stop_requested()) {
            m_waiting = true;
            QElapsedTimer asked;
            asked.start();
            QMetaObject::invokeMethod(
                &m_asked, [this, asked] { answer(tests::since(asked)); }, Qt::QueuedConnection);
            m_answered.wait(lock, stop, [this] { return !m_waiting; });
            m_answered.wait_for(lock, stop, kGap, [] { return false; });
        }
    }
    void answer(double milliseconds) { // on the window's thread
        m_answers.push_back(milliseconds);
        const Account account = Account::now();
        Json drawn = Json::object();
        for (auto& [host, frames] : m_hosts)
            if (std::exchange(frames, host->framesPainted()) != host->framesPainted())
                drawn[host->metaObject()->className()] = host->frameMilliseconds();
        if (milliseconds > 100)
            m_stalls.push_back({milliseconds, account.since(m_account), m_action, drawn, m_ended, m_jobs.running()});
        m_account = account;
        m_ended = 0;
        const std::lock_guard lock(m_mutex);
        m_waiting = false;
        m_answered.notify_one();
    }

    QObject m_asked; // a question that is still on its way ends with it
    std::mutex m_mutex;
    std::condition_variable_any m_answered;
    bool m_waiting = false;
    std::string m_action;
    Account m_account = Account::now(); // at the last answer
    int m_ended = 0;                    // jobs, since then
    models::JobRunner& m_jobs;
    std::vector<std::pair<lpntk::vtk::VtkHost*, int>> m_hosts; // with their frames up to then
    std::vector<double> m_answers;
    std::vector<Stall> m_stalls;
    std::jthread m_thread;
};

bool waitUntil(const std::function<bool()>& reached) {
    return QTest::qWaitFor(reached, kPatience);
}

/// Some jobs take minutes and both cores; after this, a person goes on without them.
bool waitOrCancel(gui::MainWindow& window, const std::function<bool()>& reached) {
    const bool there = QTest::qWaitFor(reached, kLongJobs);
    if (!there)
        window.session().jobs().cancelAll();
    return there;
}

/// Until the window has painted what is asked of it now.
double untilPainted(QWidget& window, const std::function<void()>& action) {
    QElapsedTimer timer;
    timer.start();
    action();
    QCoreApplication::processEvents(); // coalesced signals
    window.repaint();
    QCoreApplication::processEvents();
    return tests::since(timer);
}

/// Does what a person might, at random.
class Walker {
public:
    Walker(gui::MainWindow& window, unsigned seed) : m_window(window), m_random(seed) {}

    /// One action; returns what it was.
    std::string step() {
        if (QWidget* dialog = QApplication::activeModalWidget()) {
            QTest::keyClick(dialog, Qt::Key_Escape);
            return "close a dialog";
        }
        if (QWidget* menu = QApplication::activePopupWidget()) {
            QTest::keyClick(menu, Qt::Key_Escape);
            return "close a menu";
        }
        const int choice = number(100);
        if (choice < 6)
            return changeView();
        if (choice < 14)
            return command();
        return onWidget();
    }

private:
    int number(int below) { return static_cast<int>(m_random() % static_cast<unsigned>(below)); }
    QPoint placeIn(const QWidget& widget) {
        return {number(std::max(1, widget.width())), number(std::max(1, widget.height()))};
    }

    std::string changeView() {
        const auto& table = gui::viewTable();
        const QString& name = table[static_cast<std::size_t>(number(static_cast<int>(table.size())))].name;
        m_window.showView(name);
        return "show " + name.toStdString();
    }

    std::string command() {
        // Colours and text size are measured by themselves: they restyle every widget.
        static const char* names[] = {
            "select.all",          "select.none", "select.invert",    "select.redundant", "select.pruned",
            "edit.undo",           "edit.redo",   "window.inspector", "window.project",   "select.misclassified",
            "select.contradicting"};
        const char* name = names[number(static_cast<int>(std::size(names)))];
        QAction* action = m_window.actions().find(name);
        if (action && action->isEnabled())
            action->trigger();
        return name;
    }

    /// Whether pressing it leads out of the walk: dialogs of the desktop, closing, exports.
    static bool leadsAway(const QWidget& widget) {
        const QString text =
            widget.accessibleName() + widget.objectName() +
            (qobject_cast<const QAbstractButton*>(&widget) ? static_cast<const QAbstractButton&>(widget).text()
                                                           : QString());
        return text.contains(QStringLiteral("…")) || text.contains(QStringLiteral("Jobs")) ||
               text.contains(QStringLiteral("Stop"));
    }

    std::string onWidget() {
        std::vector<QWidget*> widgets;
        for (QWidget* widget : m_window.findChildren<QWidget*>())
            if (widget->isVisible() && widget->isEnabled() && widget->width() > 8 && !qobject_cast<QMenu*>(widget) &&
                !qobject_cast<QMenuBar*>(widget) && !qobject_cast<QLineEdit*>(widget) && !leadsAway(*widget))
                widgets.push_back(widget);
        // Large ones are looked at most.
        std::vector<double> weights;
        for (const QWidget* widget : widgets)
            weights.push_back(std::sqrt(static_cast<double>(widget->width()) * widget->height()));
        QWidget* widget = widgets[std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(m_random)];
        const std::string name =
            std::string(widget->metaObject()->className()) + " " + widget->objectName().toStdString();
        if (auto* combo = qobject_cast<QComboBox*>(widget)) {
            QTest::keyClick(combo, number(2) ? Qt::Key_Down : Qt::Key_Up);
            return "choose in " + name;
        }
        if (auto* slider = qobject_cast<QSlider*>(widget)) {
            slider->setValue(slider->minimum() + number(slider->maximum() - slider->minimum() + 1));
            return "slide " + name;
        }
        switch (number(6)) {
        case 0:
            return drag(*widget) + name;
        case 1:
            return type(*widget) + name;
        case 2:
            QTest::mouseMove(widget, placeIn(*widget));
            return "hover " + name;
        case 3:
            QTest::mouseClick(widget, Qt::LeftButton, number(4) ? Qt::NoModifier : Qt::ControlModifier,
                              placeIn(*widget));
            return "click " + name;
        default:
            return wheel(*widget) + name;
        }
    }

    std::string drag(QWidget& widget) {
        QPoint place = placeIn(widget);
        QTest::mousePress(&widget, Qt::LeftButton, Qt::NoModifier, place);
        for (int i = 0; i < 4; ++i) {
            place += QPoint(number(60) - 30, number(60) - 30);
            QTest::mouseMove(&widget, place);
        }
        QTest::mouseRelease(&widget, Qt::LeftButton, Qt::NoModifier, place);
        return "drag ";
    }

    std::string type(QWidget& widget) {
        static const Qt::Key keys[] = {Qt::Key_Up,     Qt::Key_Down, Qt::Key_Left, Qt::Key_Right, Qt::Key_PageDown,
                                       Qt::Key_PageUp, Qt::Key_Home, Qt::Key_End,  Qt::Key_K,     Qt::Key_P,
                                       Qt::Key_Space,  Qt::Key_F,    Qt::Key_Plus, Qt::Key_Minus, Qt::Key_Tab,
                                       Qt::Key_B,      Qt::Key_E,    Qt::Key_S};
        const Qt::Key key = keys[number(static_cast<int>(std::size(keys)))];
        if (widget.focusPolicy() != Qt::NoFocus)
            widget.setFocus();
        QWidget* focus = QApplication::focusWidget() ? QApplication::focusWidget() : &m_window;
        QTest::keyClick(focus, key, number(6) ? Qt::NoModifier : Qt::ShiftModifier);
        return "key " + QKeySequence(key).toString().toStdString() + " to " +
               std::string(focus->metaObject()->className()) + " from ";
    }

    std::string wheel(QWidget& widget) {
        const QPoint place = placeIn(widget);
        const int turns = number(2) ? 120 : -120;
        QWheelEvent event(place, widget.mapToGlobal(place), {}, {0, turns * (1 + number(3))}, Qt::NoButton,
                          number(8) ? Qt::NoModifier : Qt::ControlModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&widget, &event);
        return "wheel ";
    }

    gui::MainWindow& m_window;
    std::mt19937 m_random;
};

Json firstPictures(gui::MainWindow& window) {
    Json pictures;
    for (const gui::ViewEntry& entry : gui::viewTable()) {
        QElapsedTimer timer;
        timer.start();
        window.showView(entry.name);
        const double shown = untilPainted(window, [] {});
        const bool there = waitOrCancel(window, [&] { return window.views().isReady(); });
        const Json complete = there ? Json(tests::since(timer)) : Json();
        const double all = untilPainted(window, [&] { window.actions().find("select.all")->trigger(); });
        const double none = untilPainted(window, [&] { window.actions().find("select.none")->trigger(); });
        pictures[entry.name.toStdString()] = {
            {"shown_ms", shown}, {"complete_ms", complete}, {"select_all_ms", all}, {"select_none_ms", none}};
    }
    return pictures;
}

Json walk(gui::MainWindow& window, int seconds, unsigned seed) {
    Walker walker(window, seed);
    Watchdog watchdog(window);
    int actions = 0;
    QElapsedTimer timer;
    timer.start();
    // A menu or dialog runs an event loop of its own until a later action closes it, so each action asks for the next
    // one before it begins.
    std::function<void()> act = [&] {
        if (timer.elapsed() >= qint64{1000} * seconds)
            return;
        QTimer::singleShot(kPause, &window, act);
        ++actions;
        watchdog.name(walker.step());
    };
    act();
    waitUntil([&] { return timer.elapsed() >= qint64{1000} * seconds; });
    Json stalls = Json::array();
    for (const Stall& stall : watchdog.worst())
        stalls.push_back({{"ms", stall.milliseconds},
                          {"processor_ms", stall.account.computed},
                          {"queued_ms", stall.account.queued},
                          {"stolen_ms", stall.account.stolen},
                          {"disk_faults", stall.account.faults},
                          {"after", stall.action},
                          {"frames_ms", stall.drawn},
                          {"jobs_ended", stall.ended},
                          {"jobs_running", stall.running}});
    return {{"seconds", seconds},
            {"seed", seed},
            {"actions", actions},
            {"answers_ms", tests::summary(watchdog.answers())},
            {"over_100_ms", watchdog.stalls()},
            {"stalls", stalls}};
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: bench_walk RUN [SECONDS [SEED]]\n", stderr);
        return 2;
    }
    // OpenGL in software compiles its shaders once on a computer, 0.5 s in all, and every later start finds them.
    if (qEnvironmentVariableIsEmpty("MESA_SHADER_CACHE_DIR"))
        qputenv("MESA_SHADER_CACHE_DIR",
                QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation).toLocal8Bit());
    QTemporaryDir home;
    for (const char* variable : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
        qputenv(variable, home.path().toUtf8());
    engine::prepareEnvironment();
    lpntk::vtk::prepareOpenGl();
    QCoreApplication::setOrganizationName(QStringLiteral("lpntk"));
    QCoreApplication::setApplicationName(QStringLiteral("lpntk-walk"));
    QApplication application(argc, argv);
    models::theme().apply(application);
    gui::MainWindow window;
    window.resize(1400, 900);
    window.show();
    if (!QTest::qWaitForWindowExposed(&window))
        return 1;
    Json result{{"start_ms", sinceStart()}};
    QElapsedTimer opening;
    opening.start();
    window.openPath(QString::fromLocal8Bit(argv[1]));
    window.showView(QStringLiteral("heatmap"));
    if (!waitUntil([&] { return window.session().run() && window.views().isReady(); }))
        return 1;
    result["first_picture_ms"] = tests::since(opening);
    result["rows"] = window.session().run()->rows();
    waitUntil([&] { return window.session().clusters() && window.session().subset(); });
    result["clusters_and_subset_ms"] = tests::since(opening);
    result["views"] = firstPictures(window);
    result["jobs_ended"] = waitOrCancel(window, [&] { return window.session().jobs().running() == 0; });
    result["dark_or_light_ms"] = untilPainted(window, [&] { window.actions().find("view.toggleDark")->trigger(); });
    result["walk"] =
        walk(window, argc > 2 ? std::atoi(argv[2]) : 600, argc > 3 ? static_cast<unsigned>(std::atoi(argv[3])) : 1);
    std::puts(result.dump(2).c_str());
    window.session().jobs().cancelAll();
    return 0;
}
