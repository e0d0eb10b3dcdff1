#include "start_page.h"

#include "kernel_picture.h"
#include "small_widgets.h"
#include "start_parts.h"

#include <core/base/version.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QScrollArea>

namespace lpntk::gui {

using models::Role;
using models::theme;

namespace {

constexpr int kWidth = 1128;
constexpr int kLeftColumn = 516;
constexpr int kGap = 48;
constexpr int kRecentShown = 4;

QLabel* sectionLabel(const QString& text, QWidget* parent) {
    auto* label = makeLabel(text, "section", parent);
    label->setContentsMargins(12, 0, 12, 0);
    return label;
}

QLabel* iconLabel(const QString& icon, QWidget* parent) {
    auto* label = new QLabel(parent);
    const auto draw = [label, icon] { label->setPixmap(theme().icon(icon).pixmap(QSize(16, 16), label->devicePixelRatioF())); };
    QObject::connect(&theme(), &models::Theme::changed, label, draw);
    draw();
    return label;
}

void clearRows(QVBoxLayout& rows) {
    while (QLayoutItem* item = rows.takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
}

} // namespace

StartPage::StartPage(ActionRegistry& actions, Settings& settings, QWidget* parent)
    : QWidget(parent), m_actions(actions), m_settings(settings) {
    setObjectName(QStringLiteral("startPage"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->viewport()->setAutoFillBackground(false);
    auto* page = new QWidget(scroll);
    page->setAutoFillBackground(false);
    auto* centre = new QHBoxLayout(page);
    centre->setContentsMargins(24, 24, 24, 16);
    auto* body = new QWidget(page);
    const auto fit = [body] { body->setMaximumWidth(qRound(kWidth * theme().textScale())); };
    connect(&theme(), &models::Theme::changed, body, fit);
    fit();
    centre->addStretch(1);
    centre->addWidget(body, 1000);
    centre->addStretch(1);
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addStretch(3);
    column->addWidget(makeHead());
    column->addSpacing(40);
    auto* halves = new QHBoxLayout;
    halves->setSpacing(kGap);
    auto* left = new QVBoxLayout;
    auto* right = new QVBoxLayout;
    left->setSpacing(0);
    right->setSpacing(0);
    left->addWidget(makeActions());
    left->addSpacing(14);
    left->addWidget(makeDropArea(), 1);
    right->addWidget(makeUnsaved());
    right->addWidget(makeRecent());
    right->addSpacing(20);
    right->addWidget(makeSteps());
    right->addStretch();
    halves->addLayout(left, kLeftColumn);
    halves->addLayout(right, kWidth - kLeftColumn - kGap);
    column->addLayout(halves);
    column->addSpacing(40);
    column->addWidget(makePairs());
    column->addStretch(4);
    column->addWidget(makeFoot());
    scroll->setWidget(page);
    outer->addWidget(scroll);
    connect(&m_settings, &Settings::recentChanged, this, &StartPage::refreshRecent);
    refreshRecent();
}

QWidget* StartPage::makeHead() {
    auto* head = new QWidget(this);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(16);
    auto* picture = new QLabel(head);
    QPixmap pixmap(QStringLiteral(":/help/kernel.png"));
    pixmap.setDevicePixelRatio(pixmap.width() / 56.0);
    picture->setPixmap(pixmap);
    row->addWidget(picture);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addStretch();
    words->addWidget(makeLabel(tr("lpNTK Explorer"), "display", head));
    words->addWidget(makeLabel(tr("See how learning one sample changes every other, then keep the ones that matter."), "text2", head));
    words->addStretch();
    row->addLayout(words, 1);
    row->addWidget(makeLabel(tr("version %1").arg(QString::fromLatin1(base::programVersion())), "text3", head));
    return head;
}

QWidget* StartPage::makeActions() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(sectionLabel(tr("Start"), box));
    column->addSpacing(8);
    const auto add = [&](const char* action, const char* icon, const QString& words, const QString& sentence, bool first) {
        column->addWidget(new StartAction(m_actions.find(action), QString::fromLatin1(icon), words, sentence, first, box));
    };
    add("file.openSample", "run", tr("Open the sample project"), tr("1,500 Fashion-MNIST images, LeNet-5, kernel computed in seconds"), true);
    add("file.openData", "data-set", tr("Open a data set…"), tr("IDX, CIFAR, a folder per class, NPY and NPZ, CSV"), false);
    add("file.openCheckpoint", "checkpoint", tr("Open a checkpoint…"), tr(".pt2, or .safetensors, .pt of a built-in network"), false);
    add("file.openRun", "heatmap", tr("Open a run…"), tr("A folder written here or by lpntk kernel"), false);
    add("file.openProject", "open", tr("Open a project…"), tr(".lpntk"), false);
    return box;
}

QWidget* StartPage::makeDropArea() {
    auto* area = new Card(Card::Edge::dashed, this);
    m_drop = area;
    area->setMinimumHeight(120);
    auto* column = new QVBoxLayout(area);
    column->setSpacing(4);
    column->addStretch();
    column->addWidget(iconLabel(QStringLiteral("open"), area), 0, Qt::AlignHCenter);
    column->addSpacing(6);
    auto* title = new QLabel(tr("Drop files or folders anywhere"), area);
    keepFont(*title, 13, QFont::Medium);
    column->addWidget(title, 0, Qt::AlignHCenter);
    column->addWidget(makeLabel(tr("Their kind is found by looking. Files are only read, never run."), "text2", area), 0, Qt::AlignHCenter);
    column->addStretch();
    return area;
}

QWidget* StartPage::makeUnsaved() {
    m_unsaved = new QWidget(this);
    auto* column = new QVBoxLayout(m_unsaved);
    column->setContentsMargins(0, 0, 0, 20);
    column->setSpacing(8);
    column->addWidget(sectionLabel(tr("Not saved"), m_unsaved));
    auto* card = new Card(Card::Edge::solid, m_unsaved);
    m_unsavedRows = new QVBoxLayout(card);
    m_unsavedRows->setContentsMargins(0, 0, 0, 0);
    m_unsavedRows->setSpacing(0);
    column->addWidget(card);
    m_unsaved->hide();
    return m_unsaved;
}

void StartPage::showUnsaved(const std::vector<UnsavedProject>& projects) {
    clearRows(*m_unsavedRows);
    for (std::size_t i = 0; i < projects.size(); ++i) {
        const UnsavedProject& project = projects[i];
        QStringList holds;
        if (project.edits > 0)
            holds << (project.edits == 1 ? tr("1 edit by hand") : tr("%1 edits by hand").arg(project.edits));
        if (project.selections > 0)
            holds << (project.selections == 1 ? tr("1 saved selection")
                                              : tr("%1 saved selections").arg(project.selections));
        holds << whenText(project.time, QDateTime::currentDateTime());
        auto* row = new RecentRow({project.path, project.name, 0, project.time, {}, holds.join(QStringLiteral(", "))},
                                  i + 1 == projects.size(), this);
        connect(row, &RecentRow::opened, this, &StartPage::recoverRequested);
        connect(row, &RecentRow::discardRequested, this, &StartPage::discardRequested);
        m_unsavedRows->addWidget(row);
    }
    m_unsaved->setVisible(!projects.empty());
}

QWidget* StartPage::makeRecent() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->addWidget(sectionLabel(tr("Recent"), box));
    head->addStretch();
    m_recentCount = makeLabel({}, "text3", box);
    m_recentCount->setContentsMargins(0, 0, 12, 0);
    head->addWidget(m_recentCount);
    column->addLayout(head);
    auto* card = new Card(Card::Edge::solid, box);
    m_recentRows = new QVBoxLayout(card);
    m_recentRows->setContentsMargins(0, 0, 0, 0);
    m_recentRows->setSpacing(0);
    column->addWidget(card);
    return box;
}

void StartPage::refreshRecent() {
    clearRows(*m_recentRows);
    const auto recent = m_settings.recent();
    m_recentCount->setText(recent.empty() ? QString() : models::format::count(static_cast<std::int64_t>(recent.size())));
    if (recent.empty()) {
        auto* words = makeLabel(tr("Projects appear here when they are saved."), "text2", this);
        words->setMargin(16);
        m_recentRows->addWidget(words);
    }
    const auto shown = std::min<std::size_t>(recent.size(), kRecentShown);
    for (std::size_t i = 0; i < shown; ++i) {
        auto* row = new RecentRow(recent[i], i + 1 == shown, this);
        connect(row, &RecentRow::opened, this, &StartPage::projectChosen);
        connect(row, &RecentRow::locateRequested, this, &StartPage::locateRequested);
        m_recentRows->addWidget(row);
    }
}

QWidget* StartPage::makeSteps() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(sectionLabel(tr("From data to a smaller set"), box));
    auto* card = new Card(Card::Edge::solid, box);
    auto* grid = new QGridLayout(card);
    grid->setContentsMargins(12, 12, 12, 12);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(12);
    const struct { const char* icon; QString step, words; } steps[] = {
        {"checkpoint", tr("1 Load"), tr("data set and checkpoint; accuracy is measured at once")},
        {"heatmap", tr("2 Compute"), tr("cost in minutes and bytes is shown before the run")},
        {"relations", tr("3 Look"), tr("heatmap, clusters, relations")},
        {"prune", tr("4 Prune and export"), tr("every edit can be undone; the recipe is kept")},
    };
    int line = 0;
    for (const auto& step : steps) {
        auto* name = new QLabel(step.step, card);
        keepFont(*name, 12, QFont::Medium);
        grid->addWidget(iconLabel(QString::fromLatin1(step.icon), card), line, 0);
        grid->addWidget(name, line, 1);
        auto* words = makeLabel(step.words, "text2", card);
        words->setWordWrap(true);
        grid->addWidget(words, line, 2);
        ++line;
    }
    grid->setColumnMinimumWidth(1, 116);
    grid->setColumnStretch(2, 1);
    column->addWidget(card);
    return box;
}

QWidget* StartPage::makePairs() {
    auto* box = new QWidget(this);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(sectionLabel(tr("How a pair is read"), box));
    auto* row = new QHBoxLayout;
    row->setSpacing(16);
    using Kind = PairExample::Kind;
    // Real samples of Fashion-MNIST and their cosines under the sample checkpoint (resources/help/README.md).
    row->addWidget(new PairExample(Kind::interchangeable, QStringLiteral(":/help/same-a.png"), QStringLiteral(":/help/same-b.png"), 0.90, box));
    row->addWidget(new PairExample(Kind::unrelated, QStringLiteral(":/help/apart-a.png"), QStringLiteral(":/help/apart-b.png"), 0.0, box));
    row->addWidget(new PairExample(Kind::contradictory, QStringLiteral(":/help/against-a.png"), QStringLiteral(":/help/against-b.png"), -0.31, box));
    column->addLayout(row);
    return box;
}

QWidget* StartPage::makeFoot() {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(12, 0, 12, 8);
    row->setSpacing(8);
    const auto key = [&](const QString& keys, const QString& words) {
        row->addWidget(new KeyBox(keys, box));
        row->addWidget(makeLabel(words, "text2", box));
        row->addSpacing(12);
    };
    key(tr("F1"), tr("keys and help"));
    key(tr("Ctrl K"), tr("any command"));
    row->addStretch();
    row->addWidget(makeLabel(tr("Nothing is sent anywhere."), "text2", box));
    return box;
}

void StartPage::setDropping(bool dropping) {
    static_cast<Card*>(m_drop)->setMarked(dropping);
}

} // namespace lpntk::gui
