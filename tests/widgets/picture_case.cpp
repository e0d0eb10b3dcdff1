#include "picture_case.h"

#include <helpers/picture_compare.h>
#include <widgets/models/theme.h>

#include <QtTest>

namespace lpntk::tests {

void addPictureRows(const char* view) {
    QTest::addColumn<bool>("dark");
    QTest::addRow("%s_dark", view) << true;
    QTest::addRow("%s_light", view) << false;
}

void checkPicture(QWidget& widget, const RunFixture& fixture, bool dark, const QString& name) {
    if (fixture.session.data() == nullptr)
        QSKIP("Fashion-MNIST is not installed: the pictures have no thumbnails");
    // The colours of a selection and the ring of the focus depend on which window is active.
    widget.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&widget));
    if (auto* focus = widget.window()->focusWidget())
        focus->clearFocus();
    models::theme().setDark(dark);
    // Polishing by the new style sheet and laying out anew are posted events.
    QCoreApplication::sendPostedEvents();
    const QString wrong = differsFromBaseline(widget.grab().toImage(), name);
    models::theme().setDark(true);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

} // namespace lpntk::tests
