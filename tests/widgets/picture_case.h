#pragma once

#include "run_fixture.h"

#include <QString>
#include <QWidget>

namespace lpntk::tests {

/// The two rows of a test `pictures` of a view: "<view>_dark" and "<view>_light", with the column `dark`.
void addPictureRows(const char* view);

/// Grabs the widget in dark or light colours and compares it with tests/images/<name>.png. Skips the test where the
/// pictures of the samples are missing, fails it when there is a difference or no baseline.
void checkPicture(QWidget& widget, const RunFixture& fixture, bool dark, const QString& name);

} // namespace lpntk::tests
