#include "help_actions.h"

#include "help_page.h"
#include "small_widgets.h"

#include <core/base/version.h>

#include <widgets/models/theme.h>
#include <widgets/vtk/vtk_host.h>

#include <QGridLayout>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSet>
#include <QShortcut>

#include <map>

namespace lpntk::gui {

namespace {

QString keysOf(const QList<QKeySequence>& sequences) {
    QStringList texts;
    for (const QKeySequence& sequence : sequences)
        if (!sequence.isEmpty())
            texts << sequence.toString(QKeySequence::NativeText).replace(QLatin1Char('+'), QLatin1Char(' '));
    texts.removeDuplicates();
    return texts.join(KeyListDialog::tr(" or "));
}

struct KeyLine {
    QString words, keys;
};

/// Keys by topic: the registry's actions, then those that the views brought along.
std::vector<std::pair<QString, std::vector<KeyLine>>> collectKeys(const ActionRegistry& actions, QWidget* window) {
    std::vector<std::pair<QString, std::vector<KeyLine>>> topics;
    const auto topic = [&](const QString& name) -> std::vector<KeyLine>& {
        for (auto& [known, lines] : topics)
            if (known == name)
                return lines;
        return topics.emplace_back(name, std::vector<KeyLine>()).second;
    };
    QSet<const QAction*> listed;
    for (const ActionRegistry::Entry& entry : actions.entries()) {
        listed.insert(entry.action);
        if (!entry.action->shortcuts().isEmpty())
            topic(entry.topic).push_back({plainText(*entry.action), keysOf(entry.action->shortcuts())});
    }
    QSet<QString> seen;
    for (const QAction* action : window->findChildren<QAction*>())
        if (!listed.contains(action) && !action->shortcuts().isEmpty() && !action->text().isEmpty() && !seen.contains(plainText(*action))) {
            seen.insert(plainText(*action));
            topic(KeyListDialog::tr("In the views")).push_back({plainText(*action), keysOf(action->shortcuts())});
        }
    topic(KeyListDialog::tr("Everywhere")) = {
        {KeyListDialog::tr("Keep, prune, relabel the selected samples"), KeyListDialog::tr("K, P, R")},
        {KeyListDialog::tr("Previous and next sample"), KeyListDialog::tr("arrow keys")},
        {KeyListDialog::tr("Extend the selection"), KeyListDialog::tr("Shift with arrow keys or click")},
        {KeyListDialog::tr("Select the current sample"), KeyListDialog::tr("Space")},
        {KeyListDialog::tr("Toolbar, view, strip, Inspector"), KeyListDialog::tr("Tab")},
    };
    return topics;
}

} // namespace

KeyListDialog::KeyListDialog(const ActionRegistry& actions, QWidget* window) : QDialog(window) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Keys and help"));
    setObjectName(QStringLiteral("keyList"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(12);
    auto* halves = new QHBoxLayout;
    halves->setSpacing(24);
    halves->addWidget(makeKeys(actions, window), 1);
    halves->addWidget(new HelpPage(this), 1);
    column->addLayout(halves, 1);
    auto* close = new QPushButton(tr("Close"), this);
    close->setDefault(true);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    column->addWidget(close, 0, Qt::AlignRight);
    resize(qRound(960 * models::theme().textScale()), 640);
}

QWidget* KeyListDialog::makeKeys(const ActionRegistry& actions, QWidget* window) {
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setObjectName(QStringLiteral("keyScroll"));
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* body = new QWidget(scroll);
    auto* grid = new QGridLayout(body);
    grid->setContentsMargins(0, 0, 16, 0);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(0, 1);
    grid->addWidget(makeLabel(tr("Keys"), "title", body), 0, 0, 1, 2);
    int row = 1;
    for (const auto& [topic, lines] : collectKeys(actions, window)) {
        if (lines.empty())
            continue;
        auto* head = makeLabel(topic, "section", body);
        head->setContentsMargins(0, 10, 0, 2);
        grid->addWidget(head, row++, 0, 1, 2);
        for (const KeyLine& line : lines) {
            grid->addWidget(new QLabel(line.words, body), row, 0);
            auto* keys = makeLabel(line.keys, "text2", body);
            keys->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
            grid->addWidget(keys, row++, 1);
        }
    }
    grid->setRowStretch(row, 1);
    scroll->setWidget(body);
    // A scroll area asks for no width of its own, and keys that are cut off cannot be pressed.
    scroll->setMinimumWidth(body->minimumSizeHint().width() + scroll->verticalScrollBar()->sizeHint().width());
    return scroll;
}

HelpActions::HelpActions(ActionRegistry& actions, QMenu& menu, QWidget* window) : QObject(window), m_actions(actions), m_window(window) {
    menu.addAction(m_actions.add(tr("Help"), "help.keys", tr("&Keys and help"), {QKeySequence(Qt::Key_F1), QKeySequence(QStringLiteral("?"))},
                                 [this] { showKeys(); }));
    menu.addAction(m_actions.add(tr("Help"), "help.about", tr("&About lpNTK Explorer"), {}, [this] { showAbout(); }));
}

void HelpActions::showKeys() {
    auto* dialog = new KeyListDialog(m_actions, m_window);
    dialog->open();
}

void HelpActions::showAbout() {
    auto* dialog = new QDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QStringLiteral("aboutDialog"));
    dialog->setWindowTitle(tr("About lpNTK Explorer"));
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(8);
    column->addWidget(makeLabel(tr("lpNTK Explorer %1").arg(QString::fromLatin1(base::programVersion())), "title", dialog));
    auto* words = makeLabel(
        tr("Computes exactly how learning one sample changes every other one (labelled pseudo neural tangent kernel, "
           "Guo, Ren, Albrecht and Smith, ICLR 2024) and shows it as pictures.\n\n"
           "Works on this machine only; nothing is sent anywhere.\n\n"
           "Built with Qt %1 and VTK %2; libtorch is opened when a job needs it. The font is Inter (SIL Open Font "
           "Licence).")
            .arg(QString::fromLatin1(qVersion()), QString::fromLatin1(vtk::vtkVersionText())),
        "text2", dialog);
    words->setWordWrap(true);
    words->setMinimumWidth(420);
    column->addWidget(words);
    auto* close = new QPushButton(tr("Close"), dialog);
    connect(close, &QPushButton::clicked, dialog, &QDialog::accept);
    column->addWidget(close, 0, Qt::AlignRight);
    dialog->open();
}

} // namespace lpntk::gui
