#pragma once

#include <widgets/views/pruning_content.h>

#include <QString>
#include <QStringList>

namespace lpntk::views {

/// The samples as a table with a header line, columns apart by tabs: sample, class, kept or pruned, reason, coverage,
/// nearest kept sample with its cosine, for how many pruned ones it stands. Safe on a worker.
QString samplesAsText(const PruningContent& content, const std::vector<base::RowId>& rows,
                      const QStringList& classNames, const base::JobContext& context);

} // namespace lpntk::views
