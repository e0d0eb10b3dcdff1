#include "kernel_dialog.h"

#include "open_dialog.h"
#include "plan_table.h"
#include "small_widgets.h"

#include <core/base/parallel.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QComboBox>
#include <QDir>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLibrary>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStyle>

#include <algorithm>
#include <utility>

namespace lpntk::gui {

namespace format = models::format;

namespace {

/// A plan probes the machine; while the user is still typing, none is made.
constexpr int kPauseMilliseconds = 250;
constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;

enum SampleChoice { all, limit, perClass };

template <typename Enum> void addEnum(QComboBox* box, Enum value, const QString& words) {
    box->addItem(words, QString::fromLatin1(run::nameOf(value)));
}

/// Whether NVIDIA's driver is installed; nothing of CUDA is started.
bool hasGraphicsCard() {
    QLibrary driver(QStringLiteral("cuda"), 1);
    return driver.load();
}

} // namespace

KernelDialog::KernelDialog(models::Session& session, Settings& settings, const QString& folder, QWidget* parent)
    : QDialog(parent), m_session(session), m_settings(settings), m_folder(folder) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Compute a kernel"));
    setObjectName(QStringLiteral("kernelDialog"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(12);
    column->addWidget(makeLabel(tr("Compute a kernel"), "title", this));
    auto* halves = new QHBoxLayout;
    halves->setSpacing(24);
    halves->addWidget(makeChoices());
    halves->addWidget(makePlan(), 1);
    column->addLayout(halves, 1);
    m_words = makeLabel({}, "danger", this);
    m_words->setObjectName(QStringLiteral("kernelWords"));
    m_words->setWordWrap(true);
    column->addWidget(m_words);
    m_run = addDialogButtons(*this, *column, tr("Run"));
    m_run->setEnabled(false);
    connect(m_run, &QPushButton::clicked, this, &KernelDialog::run);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMilliseconds);
    connect(&m_pause, &QTimer::timeout, this, &KernelDialog::plan);
    const double scale = models::theme().textScale();
    resize(qRound(900 * scale), qRound(560 * scale));
    changed();
    m_count->setFocus();
}

QWidget* KernelDialog::makeChoices() {
    auto* body = new QWidget(this);
    auto* form = new QFormLayout(body);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    const auto dataset = m_session.data();
    const int index = m_session.currentCheckpoint();
    form->addRow(tr("Data set"), makeLabel(dataset ? QString::fromStdString(dataset->name) : tr("none open"), "text2", body));
    form->addRow(tr("Network"), makeLabel(index >= 0 ? m_session.checkpoints()[static_cast<std::size_t>(index)].name : tr("none open"), "text2", body));
    addSamples(*form);
    addPrecision(*form);
    addBudget(*form);
    return body;
}

void KernelDialog::addSamples(QFormLayout& form) {
    m_split = new QComboBox(this);
    m_split->setAccessibleName(tr("Split"));
    if (const auto dataset = m_session.data())
        for (const data::Split& split : dataset->splits)
            m_split->addItem(tr("%1, %2 samples").arg(QString::fromStdString(split.name), format::count(split.count())),
                             QString::fromStdString(split.name));
    m_split->setCurrentIndex(std::max(0, m_split->findData(m_session.splitName())));
    m_samples = new QComboBox(this);
    m_samples->setObjectName(QStringLiteral("sampleChoice"));
    m_samples->setAccessibleName(tr("Samples"));
    m_samples->addItem(tr("All"), SampleChoice::all);
    m_samples->addItem(tr("The first"), SampleChoice::limit);
    m_samples->addItem(tr("The first of each class"), SampleChoice::perClass);
    m_samples->setCurrentIndex(SampleChoice::perClass);
    m_count = new QSpinBox(this);
    m_count->setObjectName(QStringLiteral("sampleCount"));
    m_count->setAccessibleName(tr("How many samples"));
    m_count->setRange(1, 100'000'000);
    m_count->setGroupSeparatorShown(true);
    m_count->setValue(150);
    m_blocks = new QComboBox(this);
    m_blocks->setAccessibleName(tr("Blocks"));
    addEnum(m_blocks, run::Blocks::full, tr("All pairs"));
    addEnum(m_blocks, run::Blocks::classes, tr("Pairs within a class"));
    form.addRow(tr("Split"), m_split);
    auto* row = new QHBoxLayout;
    row->addWidget(m_samples, 1);
    row->addWidget(m_count);
    form.addRow(tr("Samples"), row);
    form.addRow(tr("Pairs"), m_blocks);
    m_extends = new QComboBox(this);
    m_extends->setObjectName(QStringLiteral("extendedRun"));
    m_extends->setAccessibleName(tr("Run to extend"));
    m_extends->setToolTip(
        tr("A finished run of the same data, network and options: its samples are added to the chosen ones, "
           "and no pair of them is computed again"));
    m_extends->addItem(tr("nothing, a run of its own"), QString());
    for (const std::filesystem::path& folder : m_session.runFolders())
        m_extends->addItem(QString::fromStdString(folder.filename().string()), QString::fromStdString(folder.string()));
    form.addRow(tr("Extends"), m_extends);
    form.setRowVisible(m_extends, m_extends->count() > 1);
    for (QComboBox* box : {m_split, m_samples, m_blocks, m_extends})
        connect(box, &QComboBox::currentIndexChanged, this, &KernelDialog::changed);
    connect(m_count, &QSpinBox::valueChanged, this, &KernelDialog::changed);
}

void KernelDialog::addPrecision(QFormLayout& form) {
    m_kernel = new QComboBox(this);
    m_kernel->setAccessibleName(tr("Kernel"));
    addEnum(m_kernel, run::KernelKind::lpntk, tr("lpNTK, labels as signs"));
    addEnum(m_kernel, run::KernelKind::pntk, tr("pNTK, no labels"));
    addEnum(m_kernel, run::KernelKind::loss, tr("Gradient of the loss"));
    m_parameters = new QLineEdit(this);
    m_parameters->setObjectName(QStringLiteral("learntParameters"));
    m_parameters->setAccessibleName(tr("Parameters that are learnt"));
    m_parameters->setPlaceholderText(tr("all, or for example layer4.*,fc.*"));
    m_parameters->setToolTip(tr("Names or patterns of the parameters that are learnt, separated by commas; the others stay as they are"));
    m_device = new QComboBox(this);
    m_device->setAccessibleName(tr("Device"));
    m_device->addItem(tr("Processor"), QStringLiteral("cpu"));
    m_precision = new QComboBox(this);
    m_precision->setAccessibleName(tr("Precision"));
    listPrecisions();
    m_store = new QComboBox(this);
    m_store->setAccessibleName(tr("Stored as"));
    m_store->addItem(tr("float32 to 20,000 samples, then float16"), QString());
    addEnum(m_store, run::StoreType::f32, tr("float32"));
    addEnum(m_store, run::StoreType::f16, tr("float16 cosines"));
    form.addRow(tr("Kernel"), m_kernel);
    form.addRow(tr("Parameters"), m_parameters);
    form.addRow(tr("Device"), m_device);
    form.setRowVisible(m_device, false);
    // The system's loader has one lock, which a job that opens libtorch holds for a third of a second and more.
    m_session.jobs().ask<bool>(
        "graphics card", this, [](const base::JobContext&) { return hasGraphicsCard(); },
        [this, rows = &form](bool there) {
            if (there)
                m_device->addItem(tr("Graphics card"), QStringLiteral("cuda"));
            rows->setRowVisible(m_device, there);
        });
    form.addRow(tr("Precision"), m_precision);
    form.addRow(tr("Stored as"), m_store);
    connect(m_device, &QComboBox::currentIndexChanged, this, &KernelDialog::listPrecisions);
    connect(m_parameters, &QLineEdit::textEdited, this, &KernelDialog::changed);
    for (QComboBox* box : {m_kernel, m_device, m_precision, m_store})
        connect(box, &QComboBox::currentIndexChanged, this, &KernelDialog::changed);
}

/// What the device knows, the usual one first.
void KernelDialog::listPrecisions() {
    const QSignalBlocker quiet(m_precision);
    m_precision->clear();
    if (m_device->currentData().toString() != QStringLiteral("cpu")) {
        addEnum(m_precision, run::Precision::fp16, tr("Fast: half precision, scaled"));
        addEnum(m_precision, run::Precision::fp16x3, tr("Exact: three half-precision products"));
        addEnum(m_precision, run::Precision::tf32, tr("TF32 products"));
    }
    addEnum(m_precision, run::Precision::fp32, tr("Exact: float32 products, float64 sums"));
    addEnum(m_precision, run::Precision::fp64, tr("Reference: float64"));
}

void KernelDialog::addBudget(QFormLayout& form) {
    const auto number = [this](int low, int high, int value, const QString& name, const QString& suffix) {
        auto* box = new QSpinBox(this);
        box->setRange(low, high);
        box->setValue(value);
        box->setSuffix(suffix);
        box->setGroupSeparatorShown(true);
        box->setAccessibleName(name);
        connect(box, &QSpinBox::valueChanged, this, &KernelDialog::changed);
        return box;
    };
    m_memory = number(64, 4 << 20, static_cast<int>(m_settings.memoryBudget() / kMegabyte), tr("Memory budget"), tr(" MB"));
    m_memory->setObjectName(QStringLiteral("memoryBudget"));
    m_memory->setSingleStep(512);
    m_threads = number(1, 1024, m_settings.threads() > 0 ? m_settings.threads() : base::availableThreads(), tr("Threads"), {});
    m_threads->setObjectName(QStringLiteral("threadCount"));
    m_top = number(1, 10'000, 50, tr("Neighbours kept of each sample and sign"), {});
    m_out = new QLineEdit(this);
    m_out->setObjectName(QStringLiteral("runFolder"));
    m_out->setAccessibleName(tr("Run folder"));
    connect(m_out, &QLineEdit::textEdited, this, [this] { m_outByHand = true; });
    form.addRow(tr("Memory"), m_memory);
    form.addRow(tr("Threads"), m_threads);
    form.addRow(tr("Neighbours"), m_top);
    form.addRow(tr("Run folder"), m_out);
}

QWidget* KernelDialog::makePlan() {
    auto* body = new QWidget(this);
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    m_cost = makeLabel({}, "text2", body);
    m_cost->setObjectName(QStringLiteral("planCost"));
    m_cost->setWordWrap(true);
    m_cost->setMinimumHeight(m_cost->fontMetrics().height() * 4);
    m_cost->setAlignment(Qt::AlignTop);
    m_layers = new PlanTable(body);
    m_smaller = makeLabel({}, "text3", body);
    m_smaller->setObjectName(QStringLiteral("planSmaller"));
    m_smaller->setWordWrap(true);
    column->addWidget(makeLabel(tr("Plan"), "section", body));
    column->addWidget(m_cost);
    column->addWidget(m_layers, 1);
    column->addWidget(m_smaller);
    return body;
}

engine::KernelRequest KernelDialog::request() const {
    engine::KernelRequest request;
    const auto& checkpoint = m_session.checkpoints()[static_cast<std::size_t>(m_session.currentCheckpoint())];
    request.network = checkpoint.spec;
    request.data = m_session.data();
    request.dataSource = request.data->kind + ":" + request.data->path.string();
    request.preprocessing = checkpoint.preprocessing.value_or(data::defaultPreprocessing(*request.data));
    request.extends = m_extends->currentData().toString().toStdString();
    run::KernelOptions& options = request.options;
    options.split = m_split->currentData().toString().toStdString();
    const auto choice = m_samples->currentData().toInt();
    options.limit = choice == SampleChoice::limit ? m_count->value() : 0;
    options.perClass = choice == SampleChoice::perClass ? m_count->value() : 0;
    options.blocks = run::blocksFromName(m_blocks->currentData().toString().toStdString());
    options.store = m_store->currentData().toString().toStdString();
    options.parameters = m_parameters->text().trimmed().toStdString();
    options.device = m_device->currentData().toString().toStdString();
    options.precision = run::precisionFromName(m_precision->currentData().toString().toStdString());
    options.kernel = run::kernelKindFromName(m_kernel->currentData().toString().toStdString());
    options.memoryBytes = m_memory->value() * kMegabyte;
    options.threads = m_threads->value();
    options.top = m_top->value();
    return request;
}

QString KernelDialog::proposedName() const {
    const int index = m_session.currentCheckpoint();
    QString name = index >= 0 ? m_session.checkpoints()[static_cast<std::size_t>(index)].name : QStringLiteral("run");
    const auto choice = m_samples->currentData().toInt();
    if (choice == SampleChoice::limit)
        name += QStringLiteral("-first-%1").arg(m_count->value());
    else if (choice == SampleChoice::perClass)
        name += QStringLiteral("-%1-per-class").arg(m_count->value());
    name.replace(QRegularExpression(QStringLiteral("[^\\w.-]+")), QStringLiteral("-"));
    QString free = name;
    for (int number = 2; QDir(m_folder).exists(free); ++number)
        free = QStringLiteral("%1-%2").arg(name).arg(number);
    return QDir(m_folder).filePath(free);
}

void KernelDialog::changed() {
    m_count->setEnabled(m_samples->currentData().toInt() != SampleChoice::all);
    if (!m_outByHand)
        m_out->setText(proposedName());
    m_run->setEnabled(false);
    m_planning = true;
    m_runWhenPlanned = false;
    m_cost->setText(tr("Planning…"));
    say({});
    m_pause.start();
}

void KernelDialog::say(const QString& sentence) {
    m_words->setText(sentence);
    m_words->setVisible(!sentence.isEmpty());
}

void KernelDialog::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (!enter || !m_planning)
        return QDialog::keyPressEvent(event);
    // A number that was just typed is still being planned; the run starts when that says it fits.
    m_runWhenPlanned = true;
    m_cost->setText(tr("Planning; the run starts when the plan is there…"));
}

void KernelDialog::plan() {
    if (!m_session.data() || m_session.currentCheckpoint() < 0) {
        m_planning = false;
        return say(tr("A kernel needs a data set and a network; open both first."));
    }
    m_session.jobs().ask<engine::PlannedKernel>(
        "kernel.plan", this,
        [request = request()](const base::JobContext& context) { return engine::engine().plan(request, context); },
        [this](const engine::PlannedKernel& planned) { show(planned); },
        [this](const QString& sentence) {
            m_planning = m_runWhenPlanned = false;
            m_cost->clear();
            m_smaller->clear();
            m_layers->setPlan({});
            say(sentence);
        });
}

void KernelDialog::show(const engine::PlannedKernel& planned) {
    const run::KernelPlan& plan = planned.plan;
    m_cost->setText(tr("%1 samples of %2 classes, %3 parameters, %4 tiles.\nAbout %5: signals %6, products %7.\nMemory %8, disk %9.")
                        .arg(format::count(plan.rows), format::count(plan.classes), format::count(plan.parameters),
                             format::count(plan.tiles()), format::duration(plan.signalSeconds + plan.contractionSeconds),
                             format::duration(plan.signalSeconds), format::duration(plan.contractionSeconds),
                             format::bytesOf(static_cast<double>(plan.memoryBytes), static_cast<double>(plan.memoryBudget)),
                             format::bytes(static_cast<double>(plan.diskBytes))));
    m_layers->setPlan(plan);
    QStringList smaller;
    for (const run::KernelPlan& less : planned.smaller)
        smaller << tr("about %1 in %2")
                       .arg(format::duration(less.signalSeconds + less.contractionSeconds),
                            format::bytes(static_cast<double>(less.memoryBytes)));
    m_smaller->setText(smaller.isEmpty() ? QString() : tr("With less memory: %1.").arg(smaller.join(tr(", "))));
    say({});
    m_planning = false;
    m_run->setEnabled(true);
    if (std::exchange(m_runWhenPlanned, false))
        run();
}

void KernelDialog::run() {
    if (m_session.currentCheckpoint() < 0)
        return say(tr("The network could not be loaded; Issues says why."));
    const QString out = m_out->text().trimmed();
    if (out.isEmpty())
        return say(tr("Name a folder for the run."));
    engine::KernelRequest job = request();
    job.options.resume = run::isUnfinished(out.toStdString()); // goes on where it stopped
    if (QDir(out).exists() && !QDir(out).isEmpty() && !job.options.resume)
        return say(tr("The folder %1 exists and is not empty; name another one.").arg(out));
    QDir().mkpath(QFileInfo(out).absolutePath());
    m_settings.setMemoryBudget(m_memory->value() * kMegabyte);
    m_settings.setThreads(m_threads->value() == base::availableThreads() ? 0 : m_threads->value());
    const models::Ticket ticket = m_session.startKernel(job, QFileInfo(out).absoluteFilePath().toStdString());
    Q_EMIT started(ticket);
    accept();
}

} // namespace lpntk::gui
