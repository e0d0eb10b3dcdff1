// libFuzzer target for filters: whatever the text, it is read and evaluated or refused by a FilterError whose place
// lies in the text; completions at every place of it are found without harm.
//     fuzz_filter CORPUS tests/fuzz/filters

#include <core/curation/filter.h>
#include <core/curation/filter_completion.h>

#include <helpers/synthetic_run.h>

#include <cstdlib>
#include <unistd.h>

namespace {

using namespace lpntk;
namespace fs = std::filesystem;

/// A small run with everything that columns come from; its folder goes at once, its files stay mapped.
std::shared_ptr<const curation::FilterTable> makeTable() {
    const fs::path folder = fs::temp_directory_path() / ("fuzz_filter-" + std::to_string(::getpid()));
    auto made = tests::makeSyntheticRun(60, 4);
    made.classNames = {"Coat", "T-shirt/top", "Größe", "7"};
    tests::writeSyntheticRun(folder, made);
    curation::FilterSource source;
    source.run = run::Run::open(folder);
    fs::remove_all(folder);
    const auto clustering = analysis::Clustering::compute(source.run, analysis::Mode::paper, nullptr, 1);
    source.clustering = clustering;
    source.clusters =
        std::make_shared<const analysis::ClusterAssignment>(clustering->assign(clustering->headsForRatio(0.2)));
    auto decisions = std::make_shared<curation::Decisions>();
    curation::Edit edit;
    edit.kind = curation::Edit::Kind::tag;
    edit.samples = {source.run->sampleFromRow(base::RowId(3))};
    edit.tag = "blurry";
    decisions->apply(edit);
    source.decisions = decisions;
    source.subset = std::make_shared<const curation::Subset>(curation::prune(*clustering, {}, *decisions, false, 1));
    source.current = source.run->sampleFromRow(base::RowId(5));
    return std::make_shared<const curation::FilterTable>(source);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto table = makeTable();
    const std::string text(reinterpret_cast<const char*>(data), size);
    try {
        if (curation::Filter(text, table).rows().size() != 60)
            std::abort();
    } catch (const curation::FilterError& error) {
        if (error.begin() > text.size() || error.begin() + error.length() > text.size() || error.sentence().empty())
            std::abort();
    }
    const auto completions = curation::filterCompletions(text, size > 0 ? data[0] % (size + 1) : 0, *table);
    if (completions.begin > text.size())
        std::abort();
    return 0;
}
