// Opens the heatmap view on a run and measures it as a user would meet it: first picture, frames of panning and
// zooming, values under the pointer, other orders. Prints one JSON object; times in milliseconds. Needs a display:
//   packaging/with-display.sh build/dev/tests/bench_heatmap_frames RUN [WIDTHxHEIGHT]
#include "times.h"

#include <widgets/models/theme.h>
#include <widgets/views/heatmap_canvas.h>
#include <widgets/views/heatmap_loader.h>
#include <widgets/views/heatmap_map.h>
#include <widgets/views/heatmap_view.h>
#include <widgets/vtk/vtk_host.h>

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QComboBox>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QTimer>
#include <QWheelEvent>
#include <QWindow>

#include <algorithm>
#include <cstdio>
#include <random>

using namespace lpntk;
using namespace lpntk::views;
using tests::since;
using tests::summary;
using Json = nlohmann::ordered_json;

namespace {

class Bench {
public:
    Bench(const std::string& folder, QSize size) : m_view(m_session, nullptr) {
        m_view.resize(size);
        m_view.show();
        wait([this] { return m_view.windowHandle()->isExposed(); });
        QObject::connect(&map(), &lpntk::vtk::VtkHost::painted, &map(), [this] { ++m_swapped; });
        QElapsedTimer timer;
        timer.start();
        double first = -1;
        const auto connection = QObject::connect(&map(), &lpntk::vtk::VtkHost::painted, &map(), [&] {
            if (first < 0 && map().scene().overview())
                first = since(timer);
        });
        m_session.openRun(folder);
        wait([this] { return m_view.isReady(); });
        m_result["open"] = {{"first_picture", first}, {"complete", since(timer)}};
        wait([this] { return m_session.clusters() && m_session.subset(); });
        m_result["open"]["clusters_and_subset"] = since(timer);
        m_session.jobs().cancelAll(); // the coverage of 60,000 samples takes seconds and both cores
        wait([this] { return m_session.jobs().running() == 0; });
        QObject::disconnect(connection);
    }

    void run() {
        m_result["rows"] = m_session.run()->rows();
        m_result["size"] = {m_view.width(), m_view.height()};
        m_result["zoom"] = zoom();
        for (const double scale : {0.1, 2.0, 24.0, 60.0})
            m_result["pan"][QString::number(scale).toStdString() + "_px"] = pan(scale);
        m_result["hover"] = hover();
        for (const int order : {1, 2, 1, 2, 3, 4, 0})
            m_result["order"].push_back(resort(order));
        std::printf("%s\n", m_result.dump(2).c_str());
    }

private:
    HeatmapMap& map() { return m_view.canvas().map(); }

    template <typename Condition> void wait(Condition condition) {
        while (!condition())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }

    void move(QPointF place, Qt::MouseButtons buttons) {
        QMouseEvent event(QEvent::MouseMove, place, map().mapToGlobal(place), Qt::NoButton, buttons, Qt::NoModifier);
        QCoreApplication::sendEvent(&map(), &event);
    }
    void button(QEvent::Type type, QPointF place) {
        QMouseEvent event(type, place, map().mapToGlobal(place), Qt::LeftButton,
                          type == QEvent::MouseButtonPress ? Qt::LeftButton : Qt::NoButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&map(), &event);
    }
    void wheel(QPointF place, int notches) {
        QWheelEvent event(place, map().mapToGlobal(place), {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&map(), &event);
    }

    /// Time from an event until the frame that shows it has gone to the window.
    template <typename Event> double frame(Event event) {
        const int before = m_swapped;
        QElapsedTimer timer;
        timer.start();
        event();
        wait([&] { return m_swapped > before; });
        return since(timer);
    }

    Json zoom() {
        std::vector<double> frames, vtk;
        const QPointF place(map().width() * 0.37, map().height() * 0.61);
        for (const int direction : {1, -1})
            while (direction > 0 ? map().view().scale() < 40 : !map().view().isFit()) {
                frames.push_back(frame([&] { wheel(place, direction); }));
                vtk.push_back(map().frameMilliseconds());
            }
        Json result = summary(frames);
        result["vtk"] = summary(vtk);
        return result;
    }

    Json pan(double scale) {
        const auto rows = static_cast<double>(m_session.run()->rows());
        map().setKinetic(false);
        map().view().centreOn({rows / 3, rows / 4}, scale);
        map().viewMoved();
        wait([this] { return m_view.isReady(); });
        std::vector<double> frames, drawn;
        QPointF place(map().width() * 0.8, map().height() * 0.8);
        button(QEvent::MouseButtonPress, place);
        for (int step = 0; step < 120; ++step) {
            // Forth and back at some 1,500 pixels a second, with a bend.
            place += step < 60 ? QPointF(-9, -7) : QPointF(7, 9);
            frames.push_back(frame([&] { move(place, Qt::LeftButton); }));
            drawn.push_back(map().frameMilliseconds());
        }
        button(QEvent::MouseButtonRelease, place);
        Json result = summary(frames);
        result["vtk"] = summary(drawn);
        return result;
    }

    Json hover() {
        map().fit();
        wait([this] { return m_view.isReady(); });
        std::vector<double> values, frames;
        std::mt19937 random(1);
        for (int step = 0; step < 200; ++step) {
            // On the map, which may be smaller than the widget.
            const auto side = static_cast<unsigned>(std::min(map().width(), map().height()) - 20);
            const QPointF place(10 + random() % side, 10 + random() % side);
            frames.push_back(frame([&] {
                QElapsedTimer timer;
                timer.start();
                move(place, Qt::NoButton);
                values.push_back(since(timer));
            }));
        }
        Json result = summary(values);
        result["frame"] = summary(frames);
        return result;
    }

    Json resort(int order) {
        auto* box = m_view.findChildren<QComboBox*>().first();
        QElapsedTimer timer, gap;
        double ordered = -1, coarse = -1, stall = 0;
        QTimer tick;
        QObject::connect(&tick, &QTimer::timeout, &tick, [&] {
            stall = std::max(stall, since(gap));
            gap.restart();
        });
        const std::uint64_t before = map().scene().generation();
        auto* loader = m_view.canvas().findChild<HeatmapLoader*>();
        const auto connection = QObject::connect(loader, &HeatmapLoader::delivered, loader, [&] {
            if (coarse < 0 && map().scene().generation() != before)
                coarse = since(timer);
        });
        timer.start();
        gap.start();
        tick.start(5); // one without a pause would take a core from the job
        box->setCurrentIndex(order);
        wait([&] {
            if (ordered < 0 && map().scene().generation() != before)
                ordered = since(timer);
            return map().scene().generation() != before && m_view.isReady();
        });
        const double complete = since(timer);
        QObject::disconnect(connection);
        return {{"order", box->itemText(order).toStdString()},
                {"ordered", ordered},
                {"coarse_picture", coarse},
                {"complete", complete},
                {"longest_stall", stall}};
    }

    models::Session m_session;
    HeatmapView m_view;
    int m_swapped = 0;
    Json m_result;
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_heatmap_frames RUN [WIDTHxHEIGHT]\n");
        return 2;
    }
    lpntk::vtk::prepareOpenGl();
    QApplication application(argc, argv);
    models::theme().apply(application);
    int width = 1356, height = 900;
    if (argc > 2)
        std::sscanf(argv[2], "%dx%d", &width, &height);
    Bench(argv[1], QSize(width, height)).run();
    return 0;
}
