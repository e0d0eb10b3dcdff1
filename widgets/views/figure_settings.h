#pragma once

#include <core/base/json_file.h>

class QWidget;

namespace lpntk::views {

/// What the controls of a view's tool bar are set to, under the names that a screen reader says, in the language of the
/// window; and what the view itself adds. For the recipe in a figure's file.
base::Json figureSettings(const QWidget& view);

} // namespace lpntk::views
