#include "settings_dialog.h"

#include "open_dialog.h"
#include "small_widgets.h"

#include <core/base/parallel.h>

#include <widgets/models/format.h>
#include <widgets/views/parts_segment.h>

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>

namespace lpntk::gui {

namespace format = models::format;

namespace {

constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;
constexpr int kPercents[] = {100, 110, 120, 130, 140, 150};
/// In the order of the buttons.
constexpr Settings::Colours kColours[] = {Settings::Colours::system, Settings::Colours::dark, Settings::Colours::light};

void addSection(QFormLayout& form, const QString& title, QWidget* parent) {
    auto* label = makeLabel(title, "section", parent);
    label->setContentsMargins(0, 8, 0, 0);
    form.addRow(label);
}

QSpinBox* makeNumber(int low, int high, const char* objectName, const QString& name, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setObjectName(QString::fromLatin1(objectName));
    box->setAccessibleName(name);
    box->setRange(low, high);
    box->setGroupSeparatorShown(true);
    box->setMinimumWidth(150);
    return box;
}

} // namespace

SettingsDialog::SettingsDialog(Settings& settings, QWidget* parent)
    : QDialog(parent), m_settings(settings), m_before(settings.preferences()), m_recentBefore(settings.allRecent()) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Settings"));
    setObjectName(QStringLiteral("settingsDialog"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(12);
    // The dialog grows and shrinks with the text that it sets.
    column->setSizeConstraint(QLayout::SetFixedSize);
    column->addWidget(makeLabel(tr("Settings"), "title", this));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    addLook(*form);
    addStart(*form);
    addJobs(*form);
    column->addLayout(form);
    auto* defaults = new QPushButton(tr("Defaults"), this);
    defaults->setObjectName(QStringLiteral("defaultsButton"));
    defaults->setAutoDefault(false);
    connect(defaults, &QPushButton::clicked, this, [this] {
        show({});
        take();
    });
    QPushButton* done = addDialogButtons(*this, *column, tr("Done"));
    connect(done, &QPushButton::clicked, this, &SettingsDialog::accept);
    static_cast<QBoxLayout*>(column->itemAt(column->count() - 1)->layout())->insertWidget(0, defaults);
    setTabOrder(m_threads, defaults);
    show(m_before);
    m_colours->button(m_colours->current())->setFocus();
}

void SettingsDialog::addLook(QFormLayout& form) {
    addSection(form, tr("Look"), this);
    const QStringList words{tr("As the desktop"), tr("Dark"), tr("Light")};
    m_colours = new views::Segment(words, true, this);
    m_colours->setObjectName(QStringLiteral("coloursChoice"));
    m_colours->setAccessibleName(tr("Colours"));
    for (int i = 0; i < words.size(); ++i) {
        m_colours->button(i)->setAccessibleName(tr("Colours: %1").arg(words[i]));
        m_colours->button(i)->setFocusPolicy(Qt::StrongFocus);
    }
    m_textScale = new QComboBox(this);
    m_textScale->setObjectName(QStringLiteral("textSize"));
    m_textScale->setAccessibleName(tr("Text size"));
    for (const int percent : kPercents)
        m_textScale->addItem(format::share(percent / 100.0, 0), percent);
    form.addRow(tr("Colours"), m_colours);
    form.addRow(tr("Text size"), m_textScale);
    connect(m_colours, &views::Segment::chosen, this, &SettingsDialog::take);
    connect(m_textScale, &QComboBox::currentIndexChanged, this, &SettingsDialog::take);
}

void SettingsDialog::addStart(QFormLayout& form) {
    addSection(form, tr("Start"), this);
    m_restore = new QCheckBox(tr("Restore the window and its docks"), this);
    m_restore->setObjectName(QStringLiteral("restoreLayout"));
    m_restore->setToolTip(tr("Size, place and docks of the last time, or those saved with a project"));
    m_recentLimit = makeNumber(0, Settings::kMostRecent, "recentLimit", tr("Recent projects that are listed"), this);
    m_recentLimit->setSpecialValueText(tr("none"));
    m_forget = new QPushButton(tr("Forget them"), this);
    m_forget->setObjectName(QStringLiteral("forgetRecent"));
    m_forget->setAccessibleName(tr("Forget the recent projects"));
    m_forget->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_recentLimit);
    row->addWidget(m_forget);
    form.addRow(tr("Window"), m_restore);
    form.addRow(tr("Recent projects"), row);
    static_cast<QLabel*>(form.labelForField(row))->setBuddy(m_recentLimit);
    connect(m_restore, &QCheckBox::toggled, this, &SettingsDialog::take);
    connect(m_recentLimit, &QSpinBox::valueChanged, this, &SettingsDialog::take);
    connect(m_forget, &QPushButton::clicked, this, &SettingsDialog::forgetRecent);
}

void SettingsDialog::addJobs(QFormLayout& form) {
    addSection(form, tr("Kernel jobs"), this);
    m_memory = makeNumber(64, 4 << 20, "defaultMemory", tr("Memory budget of kernel jobs in megabytes"), this);
    m_memory->setSuffix(tr(" MB"));
    m_memory->setSingleStep(512);
    m_threads = makeNumber(0, 1024, "defaultThreads", tr("Threads of kernel jobs"), this);
    m_threads->setSpecialValueText(tr("all %n cores", nullptr, base::availableThreads()));
    form.addRow(tr("Memory"), m_memory);
    form.addRow(tr("Threads"), m_threads);
    auto* words = makeLabel(tr("The dialog that computes a kernel starts with these."), "caption", this);
    form.addRow(QString(), words);
    connect(m_memory, &QSpinBox::valueChanged, this, &SettingsDialog::take);
    connect(m_threads, &QSpinBox::valueChanged, this, &SettingsDialog::take);
}

void SettingsDialog::take() {
    if (m_showing)
        return;
    Settings::Preferences values;
    values.colours = kColours[std::max(0, m_colours->current())];
    values.textScale = m_textScale->currentData().toInt() / 100.0;
    values.restoreLayout = m_restore->isChecked();
    values.recentLimit = m_recentLimit->value();
    values.memoryBudget = m_memory->value() * kMegabyte;
    values.threads = m_threads->value();
    m_settings.setPreferences(values);
}

void SettingsDialog::show(const Settings::Preferences& values) {
    m_showing = true;
    m_colours->setCurrent(static_cast<int>(std::find(std::begin(kColours), std::end(kColours), values.colours) - std::begin(kColours)));
    m_textScale->setCurrentIndex(m_textScale->findData(qRound(values.textScale * 10) * 10));
    m_restore->setChecked(values.restoreLayout);
    m_recentLimit->setValue(values.recentLimit);
    m_forget->setEnabled(!m_settings.allRecent().empty());
    m_memory->setValue(static_cast<int>(values.memoryBudget / kMegabyte));
    m_threads->setValue(values.threads);
    m_showing = false;
}

void SettingsDialog::forgetRecent() {
    m_settings.setRecent({});
    m_forget->setEnabled(false);
}

void SettingsDialog::accept() {
    // Their small pictures go too, but only now: Cancel brings the projects back with them.
    if (m_settings.allRecent().empty())
        for (const RecentProject& project : m_recentBefore)
            QFile::remove(project.picture);
    QDialog::accept();
}

void SettingsDialog::reject() {
    m_settings.setPreferences(m_before);
    if (m_settings.allRecent().size() != m_recentBefore.size())
        m_settings.setRecent(m_recentBefore);
    QDialog::reject();
}

} // namespace lpntk::gui
