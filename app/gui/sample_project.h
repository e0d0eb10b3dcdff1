#pragma once

#include "settings.h"

#include <widgets/models/session.h>

#include <QString>

#include <optional>

namespace lpntk::gui {

/// The project that comes with the program: real Fashion-MNIST images where they are installed, the shipped LeNet-5,
/// and the kernel of 150 samples per class, computed once and kept.
struct SampleProject {
    QString data;     ///< folder with the IDX files
    QString weights;  ///< shipped checkpoint
    QString run;      ///< folder of the kernel, exists once it was computed

    /// Nothing when images or checkpoint are not installed.
    static std::optional<SampleProject> find();
    /// Opens it; computes the kernel first where it is not there yet.
    void open(models::Session& session, const Settings& settings) const;
};

} // namespace lpntk::gui
