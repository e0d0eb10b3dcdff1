#include "status_line.h"

#include "settings.h"
#include "small_widgets.h"

#include <core/base/parallel.h>

#include <widgets/models/format.h>

#include <QFile>
#include <QLabel>
#include <QToolButton>

namespace lpntk::gui {

using models::Change;
namespace format = models::format;

namespace {

/// Names of built-in networks as people write them.
QString networkTitle(const std::string& model) {
    if (model == "lenet5")
        return QStringLiteral("LeNet-5");
    if (model == "lenet")
        return StatusLine::tr("LeNet of the paper");
    if (model == "mlp")
        return QStringLiteral("MLP");
    QString title = QString::fromStdString(model);
    title.replace(QStringLiteral("resnet"), QStringLiteral("ResNet-"));
    return title;
}

} // namespace

double heldBytes() {
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    double kilobytes = 0;
    const QList<QByteArray> lines = file.readAll().split('\n');
    for (const QByteArray& line : lines)
        if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:"))
            kilobytes += line.mid(line.indexOf(':') + 1).trimmed().split(' ').first().toDouble();
    return kilobytes * 1024;
}

StatusLine::StatusLine(models::Session& session, Settings& settings, QWidget* parent)
    : QStatusBar(parent), m_session(session), m_settings(settings) {
    setSizeGripEnabled(false);
    keepRowHeight(*this, "statusBar");
    setContentsMargins(6, 0, 6, 0);
    m_samples = addLeft("statusSamples");
    m_network = addLeft("statusNetwork");
    m_precision = addLeft("statusPrecision");
    m_selected = new QLabel(this);
    m_selected->setObjectName(QStringLiteral("statusSelected"));
    m_memory = new QLabel(this);
    m_memory->setObjectName(QStringLiteral("statusMemory"));
    m_jobs = new QToolButton(this);
    m_jobs->setObjectName(QStringLiteral("statusJobs"));
    m_jobs->setProperty("quiet", true);
    m_jobs->setToolTip(tr("Show jobs and issues"));
    m_jobs->setStyleSheet(QStringLiteral("QToolButton { min-height: 20px; max-height: 20px; border: none; padding: 0 4px; }"));
    for (QWidget* widget : {static_cast<QWidget*>(m_selected), static_cast<QWidget*>(m_memory), static_cast<QWidget*>(m_jobs)}) {
        widget->setContentsMargins(6, 0, 6, 0);
        addPermanentWidget(widget);
    }
    connect(m_jobs, &QToolButton::clicked, this, &StatusLine::jobsPressed);
    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & (Change::run | Change::data | Change::networks))
            refreshOpen();
        if (what & Change::issues)
            refreshJobs();
    });
    connect(&m_session.selection(), &models::SelectionModel::selectedChanged, this, &StatusLine::refreshSelection);
    connect(&m_session.jobs(), &models::JobRunner::jobsChanged, this, &StatusLine::refreshJobs);
    connect(&m_settings, &Settings::budgetChanged, this, &StatusLine::refreshMemory);
    m_clock.setInterval(2000);
    connect(&m_clock, &QTimer::timeout, this, &StatusLine::refreshMemory);
    m_clock.start();
    refreshOpen();
    refreshSelection();
    refreshJobs();
}

QLabel* StatusLine::addLeft(const char* name) {
    auto* label = new QLabel(this);
    label->setObjectName(QString::fromLatin1(name));
    label->setContentsMargins(6, 0, 6, 0);
    addWidget(label);
    return label;
}

void StatusLine::refreshOpen() {
    const auto run = m_session.run();
    const auto dataset = m_session.data();
    QString samples = tr("No project open"), network, precision;
    if (run) {
        const run::KernelPlan& plan = run->manifest().plan;
        samples = tr("%1 samples").arg(format::count(run->rows()));
        network = tr("%1, %2 parameters").arg(networkTitle(run->manifest().model), format::count(plan.parameters));
        precision = plan.precision == run::Precision::fp64 ? tr("float64")
                    : plan.precision == run::Precision::fp32 ? tr("exact, float64 sums")
                                                             : QString::fromLatin1(run::nameOf(plan.precision));
    } else if (dataset && !dataset->splits.empty()) {
        const auto name = m_session.splitName().toStdString();
        std::int64_t count = dataset->splits.front().count();
        for (const data::Split& split : dataset->splits)
            if (split.name == name)
                count = split.count();
        samples = tr("%1 samples").arg(format::count(count));
    }
    m_samples->setText(samples);
    m_network->setText(network);
    m_precision->setText(precision);
    refreshMemory();
}

void StatusLine::refreshSelection() {
    const std::int64_t count = m_session.selection().selected().count();
    m_selected->setText(count > 0 ? tr("%1 selected").arg(format::count(count)) : QString());
}

void StatusLine::refreshMemory() {
    const auto budget = static_cast<double>(m_settings.memoryBudget());
    const bool open = m_session.run() || m_session.data();
    m_memory->setText(open ? tr("Memory %1").arg(format::bytesOf(heldBytes(), budget))
                           : tr("CPU, %n threads   Memory budget %1", nullptr,
                                m_settings.threads() > 0 ? m_settings.threads() : base::availableThreads())
                                 .arg(format::bytes(budget)));
}

void StatusLine::refreshJobs() {
    const int jobs = static_cast<int>(m_session.jobs().jobs().size());
    const int issues = static_cast<int>(m_session.issues().size());
    QString text = jobs == 0 ? tr("No jobs") : jobs == 1 ? tr("1 job") : tr("%1 jobs").arg(jobs);
    if (issues > 0)
        text += QStringLiteral(", ") + (issues == 1 ? tr("1 issue") : tr("%1 issues").arg(issues));
    m_jobs->setText(text);
    m_jobs->setAccessibleName(text);
}

} // namespace lpntk::gui
