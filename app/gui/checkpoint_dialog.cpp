#include "checkpoint_dialog.h"

#include "open_dialog.h"
#include "small_widgets.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QComboBox>
#include <QFormLayout>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

namespace lpntk::gui {

namespace format = models::format;

namespace {

/// Enough to tell a trained network from chance at once.
constexpr std::int64_t kMeasured = 2000;

struct Checked {
    engine::NetworkInfo info;
    engine::Evaluation evaluation;
};

const data::Split& measuredSplit(const data::Dataset& dataset) {
    for (const data::Split& split : dataset.splits)
        if (split.name == "test")
            return split;
    return dataset.splits.front();
}

Checked checkNetwork(const engine::NetworkSpec& spec, const std::shared_ptr<const data::Dataset>& dataset,
                     const data::Preprocessing& preprocessing, const base::JobContext& context) {
    const data::Split& split = measuredSplit(*dataset);
    Checked checked;
    checked.info = engine::engine().describe(spec, data::inputShape(split, preprocessing), dataset->classes(), context);
    engine::EvaluateRequest request{spec, dataset, split.name, preprocessing, {}, 0, false};
    // Every n-th sample, so that data sorted by class are measured in all classes.
    const std::int64_t step = std::max<std::int64_t>(1, split.count() / kMeasured);
    for (std::int64_t i = 0; i < split.count(); i += step)
        request.indices.push_back(i);
    checked.evaluation = engine::engine().evaluate(request, context);
    return checked;
}

} // namespace

CheckpointDialog::CheckpointDialog(models::Session& session, const QString& path, const QString& start, QWidget* parent)
    : QDialog(parent), m_session(session) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Open a checkpoint"));
    setObjectName(QStringLiteral("checkpointDialog"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(12);
    column->addWidget(makeLabel(tr("Open a checkpoint"), "title", this));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    m_file = new PathField(session, PathField::files, tr("Weights"), this);
    m_file->setStart(start);
    form->addRow(tr("Weights"), m_file);
    addFields(*form);
    column->addLayout(form);
    m_words = makeLabel({}, "text2", this);
    m_words->setObjectName(QStringLiteral("checkpointWords"));
    m_words->setWordWrap(true);
    m_words->setMinimumHeight(m_words->fontMetrics().height() * 3);
    m_words->setAlignment(Qt::AlignTop);
    column->addWidget(m_words);
    column->addWidget(makeLabel(tr("Keys of the file and parameters of the network"), "section", this));
    m_mapping = new QPlainTextEdit(this);
    m_mapping->setReadOnly(true);
    m_mapping->setTabChangesFocus(true);
    m_mapping->setAccessibleName(tr("Mapping of keys to parameters"));
    m_mapping->setMinimumHeight(150);
    m_mapping->setFont(QFont(QStringLiteral("monospace"), 9));
    column->addWidget(m_mapping, 1);
    m_open = addDialogButtons(*this, *column, tr("Open"));
    m_open->setEnabled(false);
    connect(m_open, &QPushButton::clicked, this, &CheckpointDialog::take);
    connect(m_file, &PathField::described, this, &CheckpointDialog::check);
    fillNetworks();
    m_file->setPath(path);
    m_file->setFocus();
    check();
    const double scale = models::theme().textScale();
    resize(qRound(640 * scale), qRound(560 * scale));
}

void CheckpointDialog::addFields(QFormLayout& form) {
    m_network = new QComboBox(this);
    m_network->setObjectName(QStringLiteral("networkChoice"));
    m_network->setAccessibleName(tr("Network"));
    m_network->addItem(tr("Guess from the weights"), QString());
    m_preprocessing = new QComboBox(this);
    m_preprocessing->setAccessibleName(tr("Preprocessing"));
    fillPreprocessing();
    m_seed = new QSpinBox(this);
    m_seed->setRange(0, 1'000'000'000);
    m_seed->setAccessibleName(tr("Seed for a network without weights"));
    form.addRow(tr("Network"), m_network);
    form.addRow(tr("Preprocessing"), m_preprocessing);
    form.addRow(tr("Seed without weights"), m_seed);
    connect(m_network, &QComboBox::currentIndexChanged, this, &CheckpointDialog::changeChoice);
    connect(m_preprocessing, &QComboBox::currentIndexChanged, this, &CheckpointDialog::changeChoice);
    connect(m_seed, &QSpinBox::valueChanged, this, &CheckpointDialog::changeChoice);
}

void CheckpointDialog::fillNetworks() {
    // The list comes from the engine library, which only jobs open.
    using Names = std::vector<std::string>;
    m_session.jobs().ask<Names>("checkpoint.models", this, [](const base::JobContext&) { return engine::engine().models(); },
                                [this](const Names& names) {
                                    for (const std::string& name : names)
                                        m_network->addItem(QString::fromStdString(name), QString::fromStdString(name));
                                });
}

void CheckpointDialog::fillPreprocessing() {
    QString fitting;
    if (const auto dataset = m_session.data())
        fitting = QString::fromStdString(data::defaultPreprocessing(*dataset).name);
    m_preprocessing->addItem(fitting.isEmpty() ? tr("What fits the data set") : tr("What fits the data set (%1)").arg(fitting), QString());
    for (const std::string& name : data::preprocessingNames())
        m_preprocessing->addItem(QString::fromStdString(name), QString::fromStdString(name));
}

engine::NetworkSpec CheckpointDialog::spec() const {
    return {m_network->currentData().toString().toStdString(), m_file->path().toStdString(), static_cast<std::uint64_t>(m_seed->value())};
}

std::optional<data::Preprocessing> CheckpointDialog::preprocessing() const {
    const QString name = m_preprocessing->currentData().toString();
    return name.isEmpty() ? std::nullopt : std::optional(data::preprocessingPreset(name.toStdString()));
}

void CheckpointDialog::say(const QString& words, const char* role) {
    m_words->setText(words);
    m_words->setProperty("role", QString::fromLatin1(role));
    m_words->style()->unpolish(m_words);
    m_words->style()->polish(m_words);
}

void CheckpointDialog::changeChoice() {
    m_openWhenChecked.clear();
    check();
}

/// Return opens the checkpoint as soon as it is known to fit.
void CheckpointDialog::keyPressEvent(QKeyEvent* event) {
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && !m_open->isEnabled())
        m_openWhenChecked = m_file->path();
    QDialog::keyPressEvent(event);
}

void CheckpointDialog::check() {
    const bool hasWeights = !m_file->path().isEmpty();
    const bool named = !m_network->currentData().toString().isEmpty();
    m_seed->setEnabled(!hasWeights);
    m_mapping->clear();
    m_open->setEnabled(false);
    if (hasWeights && m_file->description().kind != PathKind::weights)
        return say(m_file->description().kind == PathKind::none ? QString() : tr("This is not a file of weights."), "warning");
    if (!hasWeights && !named)
        return say(tr("Choose weights, or a network to be initialised from the seed."), "text2");
    const auto dataset = m_session.data();
    if (!dataset || dataset->splits.empty()) {
        m_open->setEnabled(true);
        return say(tr("No data set is open, so the weights are checked and their accuracy is measured when one is."), "text2");
    }
    say(tr("Loading the network and measuring its accuracy…"), "text2");
    const data::Preprocessing chosen = preprocessing().value_or(data::defaultPreprocessing(*dataset));
    m_session.jobs().ask<Checked>(
        "checkpoint.check", this,
        [spec = spec(), dataset, chosen](const base::JobContext& context) { return checkNetwork(spec, dataset, chosen, context); },
        [this](const Checked& checked) { show(checked.info, checked.evaluation); },
        [this](const QString& sentence) { say(sentence, "danger"); });
}

void CheckpointDialog::show(const engine::NetworkInfo& info, const engine::Evaluation& evaluation) {
    const QString facts = tr("%1, %2 parameters. Accuracy %3 on %4 samples, loss %5.")
                              .arg(QString::fromStdString(info.model), format::count(info.parameters), format::share(evaluation.accuracy),
                                   format::count(evaluation.samples), format::number(evaluation.loss, 3));
    if (evaluation.warning.empty())
        say(facts, "success");
    else
        say(facts + QLatin1Char('\n') + tr("Warning. %1").arg(QString::fromStdString(evaluation.warning)), "danger");
    QStringList lines;
    for (const std::string& line : info.unwrapped)
        lines << tr("unwrapped: %1").arg(QString::fromStdString(line));
    for (const std::string& line : info.mapping)
        lines << QString::fromStdString(line);
    // An exported program needs no mapping; it is shown what is in it.
    if (lines.isEmpty() && !info.program.empty())
        for (const engine::LayerInfo& layer : info.layers)
            for (const std::string& parameter : layer.parameters)
                lines << QStringLiteral("%1: %2").arg(QString::fromStdString(layer.operation), QString::fromStdString(parameter));
    if (info.fromSeed)
        lines << tr("no weights: initialised from seed %1").arg(m_seed->value());
    m_mapping->setPlainText(lines.join(QLatin1Char('\n')));
    m_open->setEnabled(true);
    // A warning is to be read first.
    if (evaluation.warning.empty() && !m_openWhenChecked.isEmpty() && m_openWhenChecked == m_file->path())
        take();
}

void CheckpointDialog::take() {
    m_session.openCheckpoint(spec(), preprocessing());
    accept();
}

} // namespace lpntk::gui
