#include <widgets/views/pruning_text.h>

#include <widgets/models/format.h>

#include <QCoreApplication>

namespace lpntk::views {

using base::RowId;
namespace format = models::format;

namespace {

QString say(const char* text) {
    return QCoreApplication::translate("PruningView", text);
}

QString lineOf(const PruningContent& content, RowId row, const QStringList& classNames) {
    const auto& run = content.clustering->run();
    const auto& subset = *content.subset;
    const auto at = static_cast<std::size_t>(row.value());
    const bool kept = subset.kept[at] != 0;
    const RowId nearest = kept ? RowId() : subset.nearestKept[at];
    QStringList cells{
        QString::number(run.sampleFromRow(row).value()), classNames.value(run.labelOf(row)),
        kept ? say("kept") : say("pruned"),
        QString::fromStdString(curation::reasonText(*content.clustering, *content.clusters, subset, row))};
    cells << (!kept && content.coverage ? format::share(static_cast<double>(content.coverage->perRow[at])) : QString());
    cells << (nearest.isValid() ? QString::number(run.sampleFromRow(nearest).value()) : QString());
    cells << (nearest.isValid() ? format::cosineExact(static_cast<double>(subset.nearestCosine[at])) : QString());
    cells << (kept && at < subset.standsFor.size() ? format::count(subset.standsFor[at]) : QString());
    return cells.join(QLatin1Char('\t'));
}

} // namespace

QString samplesAsText(const PruningContent& content, const std::vector<RowId>& rows, const QStringList& classNames,
                      const base::JobContext& context) {
    QStringList lines{QStringList{say("Sample"), say("Class"), say("Verdict"), say("Reason"), say("Coverage"),
                                  say("Nearest kept"), say("Cosine"), say("Stands for")}
                          .join(QLatin1Char('\t'))};
    for (const RowId row : rows) {
        if (lines.size() % 1000 == 0)
            context.throwIfCancelled();
        lines << lineOf(content, row, classNames);
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace lpntk::views
