// Opens the cluster view on a run, shows all clusters with all their pictures and measures it as a user would meet it:
// frames of scrolling by wheel from top to bottom, with a cold and a warm cache of pictures, other sizes, selecting
// everything. Prints one JSON object; times in milliseconds. Needs a display:
//   packaging/with-display.sh build/dev/tests/bench_gallery_frames RUN [WIDTHxHEIGHT]
#include "times.h"

#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/clusters_view.h>
#include <widgets/views/parts_gallery.h>

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QElapsedTimer>
#include <QKeyEvent>
#include <QScrollBar>
#include <QWheelEvent>
#include <QWindow>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

using namespace lpntk;
using namespace lpntk::views;
using tests::computed;
using tests::since;
using tests::summary;
using Json = nlohmann::ordered_json;

namespace {

template <typename Condition> void wait(const Condition& condition) {
    while (!condition())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 50);
}

/// One notch of the wheel, then the frame that it causes. Returns its time.
double wheel(Gallery& gallery, int delta, Qt::KeyboardModifiers modifiers = {}) {
    const QPointF place = gallery.viewport()->rect().center();
    QWheelEvent event(place, gallery.viewport()->mapToGlobal(place), {}, QPoint(0, delta), Qt::NoButton, modifiers,
                      Qt::NoScrollPhase, false);
    QElapsedTimer timer;
    timer.start();
    QCoreApplication::sendEvent(gallery.viewport(), &event);
    QCoreApplication::processEvents(); // the posted paint event is the frame
    return since(timer);
}

Json scrollThrough(Gallery& gallery) {
    std::vector<double> times, own;
    auto* bar = gallery.verticalScrollBar();
    bar->setValue(0);
    QCoreApplication::processEvents();
    while (bar->value() < bar->maximum()) {
        const double before = computed();
        times.push_back(wheel(gallery, -120));
        own.push_back(computed() - before);
    }
    return {{"clock_ms", summary(times)}, {"processor_ms", summary(own)}};
}

double selectAll(ClustersView& view) {
    QElapsedTimer timer;
    timer.start();
    QKeyEvent press(QEvent::KeyPress, Qt::Key_A, Qt::ControlModifier);
    QCoreApplication::sendEvent(&view.gallery(), &press);
    QCoreApplication::processEvents();
    return since(timer);
}

double timed(const std::function<void()>& act) {
    QElapsedTimer timer;
    timer.start();
    act();
    QCoreApplication::processEvents();
    return since(timer);
}

Json measure(const std::string& folder, QSize size) {
    models::Session session;
    ClustersView view(session);
    view.resize(size);
    view.show();
    wait([&] { return view.windowHandle()->isExposed(); });
    session.openRun(folder);
    wait([&] { return view.isReady() && session.data(); });
    wait([&] { return session.subset() && session.coverage() && session.jobs().running() == 0; }); // an idle program
    Json result;
    result["samples"] = session.run()->rows();
    result["clusters"] = session.clusters()->clusters.size();
    result["show_all_ms"] = timed([&] { view.setAllShown(true); });
    auto& gallery = view.gallery();
    result["cells"] = gallery.count();
    result["scroll_cold"] = scrollThrough(gallery);
    result["scroll_warm"] = scrollThrough(gallery);
    std::vector<double> resized;
    for (const int delta : {-120, -120, 120, 120, 120, 120, 120, -120, -120, -120})
        resized.push_back(wheel(gallery, delta, Qt::ControlModifier));
    result["resize"] = summary(resized);
    std::vector<double> sorted;
    for (int sort = kMemberSorts - 1; sort >= 0; --sort)
        sorted.push_back(timed([&] { view.setMemberSort(static_cast<MemberSort>(sort)); }));
    result["sort"] = summary(sorted);
    result["select_all_ms"] = selectAll(view);
    result["selected"] = session.selection().selected().count();
    qsizetype copied = 0;
    result["copy_all_ms"] = timed([&] { copied = view.galleryText().size(); });
    result["copied_characters"] = copied;
    result["thumbnail_budget_mb"] = static_cast<double>(models::ThumbnailCache::budget()) / 1e6;
    return result;
}

} // namespace

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_gallery_frames RUN [WIDTHxHEIGHT]\n");
        return 2;
    }
    models::theme().apply(app);
    QSize size(1100, 860);
    if (argc > 2) {
        const auto parts = QString::fromLocal8Bit(argv[2]).split(QLatin1Char('x'));
        if (parts.size() == 2)
            size = QSize(parts[0].toInt(), parts[1].toInt());
    }
    std::printf("%s\n", measure(argv[1], size).dump(2).c_str());
    return 0;
}
