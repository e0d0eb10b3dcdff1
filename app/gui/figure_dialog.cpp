#include "figure_dialog.h"

#include "open_dialog.h"
#include "small_widgets.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QStyle>

namespace lpntk::gui {

namespace format = models::format;
using models::theme;

namespace {

constexpr QSize kPreview(400, 260);
constexpr int kPreviewPause = 120; ///< ms after the last change
constexpr int kScreenDots = 96;    ///< an inch, of a logical pixel where nothing is said about paper
constexpr double kMillimetresPerInch = 25.4;
constexpr int kBodyPixels = 13; ///< of most letters

template <typename Widget> Widget* named(Widget* widget, const char* objectName, const QString& accessible) {
    widget->setObjectName(QString::fromLatin1(objectName));
    widget->setAccessibleName(accessible);
    return widget;
}

void choose(QComboBox* box, const QVariant& data) {
    box->setCurrentIndex(std::max(0, box->findData(data)));
}

} // namespace

FigureDialog::FigureDialog(models::Session& session, Settings& settings, std::vector<FigureSubject> subjects,
                           std::function<void()> reopen, QWidget* parent)
    : QDialog(parent), m_session(session), m_settings(settings), m_subjects(std::move(subjects)),
      m_reopen(std::move(reopen)), m_maker(new FigureMaker(session, this)) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Save a figure"));
    setObjectName(QStringLiteral("figureDialog"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(12);
    column->addWidget(makeLabel(tr("Save a figure"), "title", this));
    auto* halves = new QHBoxLayout;
    halves->setSpacing(24);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    addFields(*form);
    halves->addLayout(form, 1);
    m_preview = named(new QLabel(this), "figurePreview", tr("Preview"));
    m_preview->setFixedSize(kPreview);
    m_preview->setAlignment(Qt::AlignCenter);
    m_preview->setFrameShape(QFrame::StyledPanel);
    halves->addWidget(m_preview, 0, Qt::AlignTop);
    column->addLayout(halves);
    m_words = makeLabel({}, "text2", this);
    m_words->setObjectName(QStringLiteral("figureWords"));
    m_words->setWordWrap(true);
    m_words->setMinimumHeight(m_words->fontMetrics().height() * 2);
    m_words->setAlignment(Qt::AlignTop);
    column->addWidget(m_words);
    m_progress = named(new QProgressBar(this), "figureProgress", tr("Progress"));
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    QSizePolicy keepsPlace = m_progress->sizePolicy();
    keepsPlace.setRetainSizeWhenHidden(true);
    m_progress->setSizePolicy(keepsPlace);
    m_progress->hide();
    column->addWidget(m_progress);
    m_save = addDialogButtons(*this, *column, tr("Save"));
    m_save->setObjectName(QStringLiteral("figureSave"));
    connectFields();
    showChoices(m_settings.figureChoices());
    m_file->setFocus();
}

void FigureDialog::addFields(QFormLayout& form) {
    m_subject = named(new QComboBox(this), "figureSubject", tr("Figure of"));
    for (const FigureSubject& subject : m_subjects)
        m_subject->addItem(subject.title);
    m_format = named(new QComboBox(this), "figureFormat", tr("Format"));
    m_format->addItem(tr("PNG, a picture"), QStringLiteral("png"));
    m_format->addItem(tr("PDF, shapes and text"), QStringLiteral("pdf"));
    m_format->addItem(tr("SVG, shapes and text"), QStringLiteral("svg"));
    m_file = named(new QLineEdit(this), "figureFile", tr("File"));
    m_file->setMinimumWidth(260);
    auto* file = new QPushButton(tr("File…"), this);
    file->setAutoDefault(false);
    connect(file, &QPushButton::clicked, this, &FigureDialog::chooseFile);
    auto* fileRow = new QHBoxLayout;
    fileRow->addWidget(m_file, 1);
    fileRow->addWidget(file);
    m_colours = named(new QComboBox(this), "figureColours", tr("Colours"));
    m_colours->addItem(tr("As shown"), QStringLiteral("shown"));
    m_colours->addItem(tr("Light"), QStringLiteral("light"));
    m_colours->addItem(tr("Dark"), QStringLiteral("dark"));
    m_toolBar = named(new QCheckBox(tr("With the tool bar of the view"), this), "figureToolBar",
                      tr("With the tool bar of the view"));
    form.addRow(tr("Figure of"), m_subject);
    form.addRow(tr("Format"), m_format);
    form.addRow(tr("File"), fileRow);
    form.addRow(tr("Size"), makeSizeRow());
    form.addRow(tr("Scale"), makeScaleRow());
    form.addRow(tr("Colours"), m_colours);
    form.addRow(QString(), m_toolBar);
}

QWidget* FigureDialog::makeSizeRow() {
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    m_unit = named(new QComboBox(row), "figureUnit", tr("Size in"));
    m_unit->addItem(tr("As shown"), QStringLiteral("shown"));
    m_unit->addItem(tr("Pixels"), QStringLiteral("px"));
    m_unit->addItem(tr("Millimetres"), QStringLiteral("mm"));
    m_width = named(new QDoubleSpinBox(row), "figureWidth", tr("Width"));
    m_height = named(new QDoubleSpinBox(row), "figureHeight", tr("Height"));
    for (QDoubleSpinBox* side : {m_width, m_height}) {
        side->setRange(10, 8192);
        side->setDecimals(0);
        side->setMinimumWidth(84);
    }
    layout->addWidget(m_unit);
    layout->addWidget(m_width);
    layout->addWidget(new QLabel(QStringLiteral("×"), row));
    layout->addWidget(m_height);
    layout->addStretch();
    return row;
}

QWidget* FigureDialog::makeScaleRow() {
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    m_scale = named(new QComboBox(row), "figureScale", tr("Scale"));
    for (const int scale : {1, 2, 3, 4})
        m_scale->addItem(tr("%1×").arg(scale), scale);
    m_scale->setToolTip(tr("Dots for each pixel of the window: lines, letters and pictures of samples grow with it"));
    m_dots = named(new QSpinBox(row), "figureDots", tr("Dots per inch"));
    m_dots->setRange(50, 1200);
    m_dots->setSuffix(tr(" dpi"));
    m_dots->setMinimumWidth(96);
    layout->addWidget(m_scale);
    layout->addWidget(m_dots);
    layout->addStretch();
    return row;
}

void FigureDialog::connectFields() {
    m_previewSoon.setSingleShot(true);
    m_previewSoon.setInterval(kPreviewPause);
    connect(&m_previewSoon, &QTimer::timeout, this, &FigureDialog::drawPreview);
    connect(m_subject, &QComboBox::currentIndexChanged, this, &FigureDialog::subjectChosen);
    connect(m_format, &QComboBox::currentIndexChanged, this, &FigureDialog::endingChosen);
    connect(m_unit, &QComboBox::currentIndexChanged, this, &FigureDialog::unitChosen);
    connect(m_file, &QLineEdit::textEdited, this, &FigureDialog::fileTyped);
    for (QComboBox* box : {m_scale, m_colours})
        connect(box, &QComboBox::currentIndexChanged, this, &FigureDialog::refresh);
    for (QDoubleSpinBox* side : {m_width, m_height})
        connect(side, &QDoubleSpinBox::valueChanged, this, &FigureDialog::refresh);
    connect(m_dots, &QSpinBox::valueChanged, this, &FigureDialog::refresh);
    connect(m_toolBar, &QCheckBox::toggled, this, &FigureDialog::refresh);
    connect(m_save, &QPushButton::clicked, this, &FigureDialog::save);
    connect(m_maker, &FigureMaker::progressed, this, [this](double share) {
        m_progress->show();
        m_progress->setValue(qRound(1000 * share));
    });
    connect(m_maker, &FigureMaker::made, this, &FigureDialog::write);
    connect(m_maker, &FigureMaker::failed, this, &FigureDialog::failed);
}

// --- choices
// ----------------------------------------------------------------------------------------------------------

void FigureDialog::showChoices(const FigureChoices& choices) {
    choose(m_format, choices.ending);
    choose(m_unit, choices.unit);
    m_lastUnit = m_unit->currentData().toString();
    if (m_lastUnit != QLatin1String("shown")) {
        m_width->setValue(choices.width);
        m_height->setValue(choices.height);
    }
    choose(m_scale, qRound(choices.scale));
    m_dots->setValue(choices.dotsPerInch);
    choose(m_colours, choices.colours);
    m_toolBar->setChecked(choices.toolBar);
    subjectChosen();
    unitChosen();
}

FigureChoices FigureDialog::choices() const {
    return {m_format->currentData().toString(),
            m_unit->currentData().toString(),
            m_width->value(),
            m_height->value(),
            m_scale->currentData().toDouble(),
            m_dots->value(),
            m_colours->currentData().toString(),
            m_toolBar->isChecked()};
}

const FigureSubject& FigureDialog::subject() const {
    return m_subjects[static_cast<std::size_t>(std::max(0, m_subject->currentIndex()))];
}

FigureKind FigureDialog::kind() const {
    return *figureKindOf(QStringLiteral(".") + m_format->currentData().toString());
}

QString FigureDialog::suggestedFile() const {
    const QString last = m_settings.lastFolder("figure");
    const auto run = m_session.run();
    const QString name = run ? QString::fromStdString(run->folder().filename().string()) + QLatin1Char('-') : QString();
    return QDir(last.isEmpty() ? QDir::homePath() : last)
        .filePath(name + subject().name + QLatin1Char('.') + endingOf(kind()));
}

FigureSize FigureDialog::figureSize() const {
    const QString unit = m_unit->currentData().toString();
    FigureSize size;
    size.ratio = m_scale->currentData().toDouble();
    if (unit == QLatin1String("mm")) {
        size.dotsPerInch = m_dots->value();
        const double pixels = size.dotsPerInch / kMillimetresPerInch / size.ratio;
        size.layout = (QSizeF(m_width->value(), m_height->value()) * pixels).toSize();
    } else {
        size.dotsPerInch = qRound(kScreenDots * size.ratio);
        size.layout = unit == QLatin1String("px") ? QSizeF(m_width->value(), m_height->value()).toSize()
                      : subject().widget          ? subject().widget->size()
                                                  : QSize();
    }
    return size;
}

views::FigureLook FigureDialog::look() const {
    using Colours = views::FigureLook::Colours;
    const QString colours = m_colours->currentData().toString();
    views::FigureLook look;
    if (m_unit->currentData().toString() != QLatin1String("shown"))
        look.size = figureSize().layout;
    look.colours = colours == QLatin1String("light")  ? Colours::light
                   : colours == QLatin1String("dark") ? Colours::dark
                                                      : Colours::asShown;
    look.toolBar = m_toolBar->isChecked();
    return look;
}

// --- what the user does
// -----------------------------------------------------------------------------------------------

void FigureDialog::subjectChosen() {
    // A window is laid out by the desktop, so it is drawn as large as it is.
    const bool window = subject().widget && subject().widget->isWindow();
    m_unit->setEnabled(!window);
    m_unit->setToolTip(window ? tr("The whole window is drawn as large as it is") : QString());
    if (window)
        choose(m_unit, QStringLiteral("shown"));
    if (!m_fileTyped)
        m_file->setText(suggestedFile());
    unitChosen();
}

void FigureDialog::unitChosen() {
    const QString unit = m_unit->currentData().toString();
    const bool shown = unit == QLatin1String("shown"), paper = unit == QLatin1String("mm");
    const QString suffix = paper ? tr(" mm") : tr(" px");
    const bool other = std::exchange(m_lastUnit, unit) != unit;
    for (QDoubleSpinBox* side : {m_width, m_height}) {
        const QSignalBlocker quiet(side);
        side->setEnabled(!shown);
        side->setSuffix(suffix);
        const bool wide = side == m_width;
        const QSize size = subject().widget ? subject().widget->size() : QSize();
        const double pixels = wide ? size.width() : size.height();
        if (shown || (other && !paper))
            side->setValue(pixels);
        else if (other)
            side->setValue(wide ? 170 : std::round(170.0 * size.height() / std::max(1, size.width())));
    }
    m_dots->setEnabled(paper);
    refresh();
}

void FigureDialog::endingChosen() {
    const QString file = m_file->text();
    if (const auto known = figureKindOf(file); known && *known != kind())
        m_file->setText(file.left(file.size() - endingOf(*known).size()) + endingOf(kind()));
    refresh();
}

void FigureDialog::fileTyped() {
    m_fileTyped = true;
    if (const auto known = figureKindOf(m_file->text()))
        choose(m_format, endingOf(*known));
    refresh();
}

void FigureDialog::chooseFile() {
    auto* dialog = new QFileDialog(this, tr("File of the figure"), QFileInfo(m_file->text()).absolutePath(),
                                   tr("Figures (*.png *.pdf *.svg)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(endingOf(kind()));
    dialog->selectFile(QFileInfo(m_file->text()).fileName());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        m_file->setText(file);
        fileTyped();
    });
    dialog->open();
}

// --- what it comes to
// -------------------------------------------------------------------------------------------------

void FigureDialog::say(const QString& words, bool problem) {
    m_words->setText(words);
    m_words->setProperty("role", problem ? "danger" : "text2");
    m_words->style()->unpolish(m_words);
    m_words->style()->polish(m_words);
    m_save->setEnabled(!problem && !m_maker->isBusy());
}

void FigureDialog::refresh() {
    m_previewSoon.start();
    const FigureSize size = figureSize();
    const QString file = m_file->text().trimmed();
    const QSize least = subject().widget && !look().size.isEmpty() ? subject().widget->minimumSizeHint() : QSize();
    if (!subject().widget)
        return say(tr("That view is not shown any more."), true);
    if (!figureKindOf(file))
        return say(tr("Name a file that ends in .png, .pdf or .svg."), true);
    if (size.layout.width() < least.width() || size.layout.height() < least.height())
        return say(
            tr("At this size the view has %1 × %2 pixels and needs %3 × %4: choose a larger size or a smaller scale.")
                .arg(size.layout.width())
                .arg(size.layout.height())
                .arg(least.width())
                .arg(least.height()),
            true);
    if (!size.isPossible())
        return say(tr("%1 × %2 dots are too many; a figure has at most %3 a side and 134 million in all: choose a "
                      "smaller size or scale.")
                       .arg(format::count(size.dots().width()), format::count(size.dots().height()),
                            format::count(FigureSize::kMostDots)),
                   true);
    const QSizeF paper = size.millimetres();
    QString words =
        tr("%1 × %2 dots, laid out as %3 × %4 pixels; on paper %5 × %6 mm at %7 dpi with letters of %8 points.")
            .arg(format::count(size.dots().width()), format::count(size.dots().height()),
                 format::count(size.layout.width()), format::count(size.layout.height()),
                 format::number(paper.width(), 0), format::number(paper.height(), 0))
            .arg(size.dotsPerInch)
            .arg(format::number(kBodyPixels * theme().textScale() * size.ratio * 72 / size.dotsPerInch, 1));
    if (QFileInfo::exists(file))
        words += QLatin1Char(' ') + tr("The file exists and will be replaced.");
    say(words, false);
}

void FigureDialog::drawPreview() {
    if (!subject().widget || !subject().widget->isVisible() || !m_save->isEnabled() || m_maker->isBusy())
        return;
    QImage image = views::figurePreview(*subject().widget, look(), (kPreview - QSize(2, 2)) * devicePixelRatioF());
    image.setDevicePixelRatio(devicePixelRatioF());
    m_preview->setPixmap(QPixmap::fromImage(image));
}

// --- saving
// -----------------------------------------------------------------------------------------------------------

void FigureDialog::save() {
    const FigureSize size = figureSize();
    m_settings.setFigureChoices(choices());
    m_settings.setLastFolder("figure", QFileInfo(m_file->text().trimmed()).absolutePath());
    m_save->setEnabled(false);
    m_maker->make({subject(), look(), kind(), size.ratio, size.dotsPerInch});
}

void FigureDialog::write(const Figure& figure) {
    const QString file = QFileInfo(m_file->text().trimmed()).absoluteFilePath();
    FigureMaker::write(
        m_session, figure, file, this,
        [this, file] {
            Q_EMIT saved(file);
            accept();
        },
        [this](const QString& sentence) { failed(sentence); });
}

void FigureDialog::failed(const QString& sentence) {
    m_session.addIssue(models::Issue::Severity::error,
                       tr("The figure was not saved. %1").arg(format::sentence(sentence)), m_reopen);
    m_progress->hide();
    say(sentence, true);
    m_save->setEnabled(true); // once more, when the cause is mended
}

} // namespace lpntk::gui
