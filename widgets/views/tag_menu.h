#pragma once

#include <widgets/models/session.h>

#include <QString>

#include <vector>

class QMenu;

namespace lpntk::views {

// Tags of samples, the same in every place that offers them. Each change is one undo step.

void tagSamples(models::Session& session, const std::vector<models::SampleId>& samples, const QString& tag);
void untagSamples(models::Session& session, const std::vector<models::SampleId>& samples, const QString& tag);

/// A field for a new tag, then the tags there are with their counts; those that all of `samples` have are checked, and
/// choosing such a one takes it away.
void fillTagMenu(QMenu& menu, models::Session& session, const std::vector<models::SampleId>& samples);
/// The same as a menu of its own at `global`, its field ready to be typed into.
void popUpTagMenu(models::Session& session, const std::vector<models::SampleId>& samples, QWidget* parent,
                  QPoint global);

} // namespace lpntk::views
