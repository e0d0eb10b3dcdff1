#include <widgets/views/inspector_facts.h>

#include <widgets/models/format.h>
#include <widgets/views/pruning_card.h>

#include <QCoreApplication>
#include <QLocale>

#include <cmath>
#include <limits>

namespace lpntk::views {

using base::RowId;
using models::SampleId;
namespace format = models::format;

namespace {

QString say(const char* text) {
    return QCoreApplication::translate("Facts", text);
}

std::size_t at(RowId row) {
    return static_cast<std::size_t>(row.value());
}

/// `words`: %1 is the sample, %2 the figure.
Fact linkTo(SampleId sample, const QString& name, const QString& words, const QString& figure) {
    const QString number = format::sample(sample);
    return {name, words.arg(number, figure), number, sample};
}

/// Means of kappa with the others of the own class and with all others that the run has values for.
void addMeans(std::vector<Fact>& facts, const run::Run& run, RowId row) {
    const auto classes = static_cast<std::size_t>(run.classes());
    const double norm = static_cast<double>(run.norms()[at(row)]);
    const int label = run.labelOf(row);
    const std::int64_t own = run.classRange(label).size() - 1;
    const std::int64_t all = run.hasFull() ? run.rows() - 1 : own;
    const double toClass = run.classSum()[at(row) * classes + static_cast<std::size_t>(label)] - norm * norm;
    if (own > 0)
        facts.push_back({say("Mean κ, own class"), format::kappa(toClass / static_cast<double>(own))});
    if (run.hasFull() && all > 0)
        facts.push_back(
            {say("Mean κ, all"), format::kappa((run.rowSum()[at(row)] - norm * norm) / static_cast<double>(all))});
}

void addCluster(std::vector<Fact>& facts, const models::Session& session, const run::Run& run, RowId row) {
    const auto clusters = session.clusters();
    if (!clusters || clusters->clusterOf.size() != static_cast<std::size_t>(run.rows()) ||
        !clusters->clusterOf[at(row)].isValid())
        return;
    const auto number = static_cast<std::size_t>(clusters->clusterOf[at(row)].value());
    const auto& cluster = clusters->clusters[number];
    const QString name =
        QStringLiteral("%1 %2").arg(session.className(cluster.label)).arg(clusters->rankInClass[number]);
    const QString size = format::counted(cluster.size(), say("1 sample"), say("%1 samples"));
    Fact fact{say("Cluster"), QStringLiteral("%1, %2").arg(name, size), name};
    for (const auto* rows : {&cluster.members, &cluster.attached})
        for (const RowId member : *rows)
            fact.samples.push_back(run.sampleFromRow(member));
    facts.push_back(std::move(fact));
    if (cluster.head == row) {
        facts.push_back({say("Head"), say("this sample")});
        return;
    }
    const SampleId head = run.sampleFromRow(cluster.head);
    facts.push_back(linkTo(head, say("Head"), say("%1, cosine %2"),
                           format::cosine(static_cast<double>(clusters->cosineToHead[at(row)]))));
}

void addRedundancy(std::vector<Fact>& facts, const models::Session& session, const run::Run& run, RowId row) {
    const auto clustering = session.clustering();
    if (!clustering || &clustering->run() != &run)
        return;
    const auto& redundancy = clustering->redundancy();
    if (!redundancy.isRedundant(row))
        return;
    const SampleId other = run.sampleFromRow(redundancy.because[at(row)]);
    facts.push_back(linkTo(other, say("Redundant"), say("by %1, %2 own κ"),
                           format::ratio(static_cast<double>(redundancy.ratio[at(row)]))));
}

void addPruning(std::vector<Fact>& facts, const models::Session& session, const run::Run& run, RowId row) {
    const auto subset = session.subset();
    if (!subset || subset->kept.size() != static_cast<std::size_t>(run.rows()))
        return;
    const curation::Reason reason = subset->reason[at(row)];
    if (subset->kept[at(row)]) {
        facts.push_back({say("Kept"), reason == curation::Reason::keptByHand ? say("by hand")
                                      : reason == curation::Reason::keptHead ? say("head of its cluster")
                                                                             : say("by the rule")});
        return;
    }
    facts.push_back({say("Pruned"), headingOf(reason)});
    if (subset->nearestKept.size() <= at(row) || !subset->nearestKept[at(row)].isValid())
        return;
    const SampleId nearest = run.sampleFromRow(subset->nearestKept[at(row)]);
    facts.push_back(linkTo(nearest, say("Nearest kept"), say("%1, cosine %2"),
                           format::cosine(static_cast<double>(subset->nearestCosine[at(row)]))));
}

void addDecisions(std::vector<Fact>& facts, const models::Session& session, SampleId sample) {
    const curation::Decision& decision = session.decisions().of(sample);
    if (decision.relabel >= 0)
        facts.push_back({say("Relabelled"),
                         say("%1, in the data %2")
                             .arg(session.className(decision.relabel), session.className(session.labelOf(sample)))});
    if (decision.review)
        facts.push_back({say("Review"), say("marked")});
    QStringList tags;
    for (const std::string& tag : decision.tags)
        tags << QString::fromStdString(tag);
    if (!tags.isEmpty())
        facts.push_back({say("Tags"), tags.join(QStringLiteral(", "))});
}

QString valueOf(const data::Column& column, std::size_t index) {
    if (const auto* texts = std::get_if<std::vector<std::string>>(&column.values))
        return index < texts->size() ? QString::fromStdString((*texts)[index]) : QString();
    const auto& numbers = std::get<std::vector<double>>(column.values);
    if (index >= numbers.size() || std::isnan(numbers[index]))
        return {};
    const double value = numbers[index];
    constexpr double kExact = 1e15;
    return value == std::floor(value) && std::abs(value) < kExact ? format::number(value, 0)
                                                                  : QLocale().toString(value, 'g', 6);
}

void addColumns(std::vector<Fact>& facts, const models::Session& session, SampleId sample) {
    if (!session.data())
        return;
    for (const data::Split& split : session.data()->splits) {
        if (QString::fromStdString(split.name) != session.splitName())
            continue;
        for (const data::Column& column : split.columns)
            if (const QString value = valueOf(column, static_cast<std::size_t>(sample.value())); !value.isEmpty())
                facts.push_back({QString::fromStdString(column.name), value});
    }
}

} // namespace

std::vector<Fact> cardFacts(const models::Session& session, SampleId sample) {
    const QString unknown = format::number(std::numeric_limits<double>::quiet_NaN(), 0);
    const int label = session.labelOf(sample), prediction = session.predictionOf(sample);
    const auto probability = [&](int of) {
        return format::probability(static_cast<double>(session.probabilityOf(sample, of)));
    };
    Fact predicted{say("Prediction"), prediction < 0 ? unknown : probability(prediction)};
    if (prediction >= 0 && prediction != label)
        predicted.wrong = session.className(prediction);
    else if (prediction >= 0)
        predicted.value = session.className(prediction) + QLatin1Char(' ') + predicted.value;
    QString redundant = unknown;
    if (const auto clustering = session.clustering();
        clustering && session.run() && &clustering->run() == session.run().get())
        if (const RowId row = session.run()->rowFromSample(sample); row.isValid())
            redundant = clustering->redundancy().isRedundant(row) ? say("yes") : say("no");
    return {std::move(predicted),
            {say("Label prob."), probability(label)},
            {say("Margin"), format::signedNumber(session.marginOf(sample), 2)},
            {say("Norm √κ"), format::number(session.normOf(sample), 1)},
            {say("EL2N"), format::number(session.el2nOf(sample), 2)},
            {say("Redundant"), redundant}};
}

std::vector<Fact> moreFacts(const models::Session& session, SampleId sample) {
    std::vector<Fact> facts;
    addDecisions(facts, session, sample);
    const auto run = session.run();
    if (const RowId row = run && sample.isValid() ? run->rowFromSample(sample) : RowId(); row.isValid()) {
        addPruning(facts, session, *run, row);
        addCluster(facts, session, *run, row);
        addRedundancy(facts, session, *run, row);
        addMeans(facts, *run, row);
    }
    addColumns(facts, session, sample);
    if (const QString location = session.locationOf(sample); !location.isEmpty())
        facts.push_back({say("Path"), location});
    return facts;
}

QString factsText(const models::Session& session, SampleId sample) {
    QStringList lines{format::sample(sample) + QLatin1Char('\t') + session.className(session.labelOf(sample))};
    for (const auto& facts : {cardFacts(session, sample), moreFacts(session, sample)})
        for (const Fact& fact : facts)
            lines << fact.name + QLatin1Char('\t') + fact.text();
    for (int label = 0; label < session.classes() && session.predictionOf(sample) >= 0; ++label)
        lines << say("p(%1)").arg(session.className(label)) + QLatin1Char('\t') +
                     QLocale().toString(static_cast<double>(session.probabilityOf(sample, label)), 'g', 6);
    return lines.join(QLatin1Char('\n'));
}

} // namespace lpntk::views
