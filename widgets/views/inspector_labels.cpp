#include <widgets/views/inspector_labels.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_rows.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/sample_actions.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace lpntk::views {

using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

constexpr std::size_t kAtFirst = 5;
constexpr int kRestMilliseconds = 300;

} // namespace

LabelsSection::LabelsSection(models::Session& session, SampleActions& actions, QWidget* parent)
    : FoldSection(QStringLiteral("labels"), tr("If the label were"), false, parent), m_session(session),
      m_actions(actions), m_rows(new LongRows(ValueRows::Bars::none, kAtFirst, body())), m_words(new QLabel(body())),
      m_start(new QPushButton(body())), m_relabel(new QPushButton(body())),
      m_busy(new BusyLine(session.jobs(), body())) {
    m_words->setWordWrap(true);
    m_words->setProperty("role", "text2");
    m_words->setContentsMargins(12, 2, 12, 4);
    m_rows->rows().setCaptions({tr("own class"), tr("contradictory")});
    m_rows->rows().setAccessibleName(tr("If the label were"));
    content()->addWidget(m_rows);
    content()->addWidget(m_words);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(12, 0, 12, 0);
    for (QPushButton* button : {m_start, m_relabel}) {
        buttons->addWidget(button);
        button->hide();
    }
    buttons->addStretch(1);
    content()->addLayout(buttons);
    m_rows->hide();
    leaveRoomForBusyLine();
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMilliseconds);
    connect(&m_rest, &QTimer::timeout, this, &LabelsSection::ask);
    connect(this, &FoldSection::toggled, this, &LabelsSection::want);
    connect(m_start, &QPushButton::clicked, this, &LabelsSection::start);
    connect(&session.jobs(), &models::JobRunner::cancelled, this, [this](models::Ticket ended) {
        if (m_asking && ended == m_ticket) { // from the list of jobs
            say(tr("Cancelled."), tr("Compute"));
            settle();
        }
    });
    connect(m_relabel, &QPushButton::clicked, this, [this] {
        if (m_best >= 0)
            m_actions.relabel({m_sample}, m_best == m_session.labelOf(m_sample) ? -1 : m_best);
    });
}

void LabelsSection::setNetwork(std::shared_ptr<models::RunNetwork> network) {
    m_network = std::move(network);
    m_kernel.reset();
    m_sample = {};
    want();
}

void LabelsSection::setSample(SampleId sample) {
    if (sample == m_sample)
        return;
    m_sample = sample;
    m_kernel.reset();
    want();
}

void LabelsSection::setMomentSeconds(double seconds) {
    m_momentSeconds = seconds;
    want();
}

int LabelsSection::presentLabel() const {
    const int given = m_session.decisions().of(m_sample).relabel;
    return given >= 0 ? given : m_session.labelOf(m_sample);
}

bool LabelsSection::takesAMoment() const {
    const double seconds = models::RunNetwork::labelSeconds(m_network->run());
    return seconds >= 0 && seconds <= m_momentSeconds;
}

void LabelsSection::want() {
    m_session.jobs().cancel(std::exchange(m_ticket, 0));
    m_asking = m_wanted = false;
    m_relabel->setEnabled(false);
    if (!m_kernel) { // what stands there is about another sample
        m_words->hide();
        m_relabel->hide();
    }
    if (!m_network || !m_sample.isValid() || !m_network->run().rowFromSample(m_sample).isValid()) {
        say(m_network ? tr("Needs a sample of the run.") : tr("Needs a run."), {});
        settle();
    } else if (m_network->run().manifest().plan.kernel == run::KernelKind::pntk) {
        say(tr("The pNTK kernel does not depend on labels."), {});
        settle();
    } else if (!isOpen()) {
        settle();
    } else if (m_kernel || takesAMoment()) {
        m_wanted = true;
        m_rows->setEnabled(false);
        m_rest.start();
    } else {
        const double seconds = models::RunNetwork::labelSeconds(m_network->run());
        const QString samples = format::count(m_network->run().rows());
        say(seconds < 0
                ? tr("The network has to be run on all %1 samples.").arg(samples)
                : tr("The network has to be run on all %1 samples, about %2.").arg(samples, format::duration(seconds)),
            tr("Compute"));
        settle();
    }
}

void LabelsSection::start() {
    if (!m_network || !m_sample.isValid())
        return;
    m_wanted = true;
    ask();
}

void LabelsSection::recount() {
    if (m_kernel)
        want();
}

void LabelsSection::ask() {
    if (!std::exchange(m_wanted, false))
        return;
    m_asking = true;
    m_start->hide();
    const auto work = [network = m_network, kernel = m_kernel, sample = m_sample, present = presentLabel(),
                       thresholds = m_session.thresholds()](const base::JobContext& context) {
        Answer answer{kernel ? kernel : network->labelKernel(sample, context), {}};
        const auto& found = *answer.kernel;
        const analysis::LabelKappa kappa{found.kappa, found.self, found.diagonal, found.labels,
                                         network->run().rowFromSample(sample).value()};
        answer.outcomes = analysis::bestFirst(analysis::labelOutcomes(kappa, thresholds), present);
        return answer;
    };
    // What takes long stands in the list of jobs, where it can be cancelled.
    const bool listed = !m_kernel && !takesAMoment();
    m_ticket = m_session.jobs().start<Answer>(
        tr("%1 under every label").arg(format::sample(m_sample)), listed, this, work,
        [this](const Answer& answer) { showAnswer(answer); },
        [this](const QString& sentence) {
            say(format::sentence(sentence), tr("Try again"));
            settle();
        });
    m_busy->follow(m_ticket, tr("Network"));
    if (listed)
        say({}, {});
}

void LabelsSection::showAnswer(const Answer& answer) {
    m_kernel = answer.kernel;
    std::vector<ValueRow> rows;
    for (const analysis::LabelOutcome& outcome : answer.outcomes) {
        const bool present = rows.empty();
        ValueRow row;
        row.name =
            present ? tr("%1 (now)").arg(m_session.className(outcome.label)) : m_session.className(outcome.label);
        row.values = {format::cosine(outcome.classCosine), format::count(outcome.counts.contradictory)};
        row.swatch = theme().classColour(outcome.label, m_session.classes());
        row.strong = present;
        rows.push_back(std::move(row));
    }
    m_rows->setRows(std::move(rows));
    m_rows->setEnabled(true);
    m_rows->show();
    m_start->hide();
    showBetter(answer.outcomes);
    settle();
}

void LabelsSection::showBetter(const std::vector<analysis::LabelOutcome>& outcomes) {
    const auto better = analysis::betterLabel(outcomes);
    m_best = better ? better->label : -1;
    m_words->setFont(theme().font(12));
    m_words->setVisible(true);
    m_relabel->setVisible(better.has_value());
    m_relabel->setEnabled(better.has_value());
    if (!better) {
        m_words->setText(tr("No other label makes it less contradictory."));
        return;
    }
    const QString name = m_session.className(better->label);
    m_words->setText(tr("Least contradictory as %1: %2 instead of %3.")
                         .arg(name, format::count(better->counts.contradictory),
                              format::count(outcomes.front().counts.contradictory)));
    m_relabel->setText(tr("Relabel as %1").arg(QString(name).replace(QLatin1Char('&'), QStringLiteral("&&"))));
}

void LabelsSection::say(const QString& words, const QString& button) {
    m_words->setText(words);
    m_words->setFont(theme().font(12));
    m_words->setVisible(!words.isEmpty());
    m_rows->hide();
    m_relabel->hide();
    m_start->setText(button);
    m_start->setVisible(!button.isEmpty());
}

void LabelsSection::settle() {
    m_asking = false;
    if (!m_wanted)
        Q_EMIT settled();
}

} // namespace lpntk::views
