#include "view_area.h"

#include "small_widgets.h"

#include <widgets/models/theme.h>
#include <widgets/views/session_view.h>

#include <QComboBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QToolButton>

namespace lpntk::gui {

using models::Change;
using models::Role;
using models::theme;

namespace {

/// The tab row; its line runs under the tabs to the right edge.
class TabRow : public QWidget {
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.fillRect(rect(), theme().colour(Role::window));
        painter.fillRect(QRect(0, height() - 1, width(), 1), theme().colour(Role::border));
    }
};

} // namespace

ViewArea::ViewArea(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    m_views.resize(viewTable().size());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new TabRow(this);
    keepRowHeight(*row, "tab");
    auto* rowLayout = new QHBoxLayout(row);
    rowLayout->setContentsMargins(0, 0, 6, 0);
    rowLayout->setSpacing(0);
    m_tabs = new QTabBar(row);
    m_tabs->setObjectName(QStringLiteral("viewTabs"));
    m_tabs->setAccessibleName(tr("Views"));
    m_tabs->setExpanding(false);
    m_tabs->setDrawBase(false);
    m_tabs->setIconSize(QSize(16, 16));
    rowLayout->addWidget(m_tabs);
    rowLayout->addStretch();
    m_link = makeIconButton(QStringLiteral("link"), tr("This view follows the shared selection"), row);
    m_link->setObjectName(QStringLiteral("linkButton"));
    m_link->setCheckable(true);
    m_link->setChecked(true);
    rowLayout->addWidget(m_link);
    m_splitter = new QSplitter(Qt::Horizontal, this);
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_stack = new QStackedWidget(m_splitter);
    m_empty = new EmptyPage(m_stack);
    m_stack->addWidget(m_empty);
    m_splitter->addWidget(m_stack);
    m_splitter->addWidget(m_side = makeSide());
    column->addWidget(row);
    column->addWidget(m_splitter, 1);
    makeTabs();
    m_tabs->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_tabs, &QTabBar::customContextMenuRequested, this, &ViewArea::showTabMenu);
    connect(m_link, &QToolButton::toggled, this, &ViewArea::setLinked);
    connect(m_tabs, &QTabBar::currentChanged, this, &ViewArea::showCurrent);
    connect(m_empty, &EmptyPage::pressed, this, &ViewArea::pressEmpty);
    connect(&m_session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & (Change::run | Change::data | Change::networks))
            showCurrent();
    });
    refreshEmpty();
}

void ViewArea::makeTabs() {
    for (const ViewEntry& entry : viewTable())
        m_tabs->addTab(theme().icon(entry.icon, Role::text2), entry.title());
}

QWidget* ViewArea::makeSide() {
    auto* side = new QWidget(m_splitter);
    side->setObjectName(QStringLiteral("besideArea"));
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* bar = new DockBar(side);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(8, 0, 6, 0);
    m_sideChoice = new QComboBox(bar);
    m_sideChoice->setObjectName(QStringLiteral("besideChoice"));
    m_sideChoice->setAccessibleName(tr("View beside"));
    for (const ViewEntry& entry : viewTable())
        m_sideChoice->addItem(entry.title());
    row->addWidget(m_sideChoice);
    row->addStretch();
    auto* close = makeIconButton(QStringLiteral("close"), tr("Show one view alone"), bar);
    close->setObjectName(QStringLiteral("closeBeside"));
    row->addWidget(close);
    m_sideStack = new QStackedWidget(side);
    column->addWidget(bar);
    column->addWidget(m_sideStack, 1);
    connect(m_sideChoice, &QComboBox::activated, this,
            [this](int index) { showBeside(viewTable()[static_cast<std::size_t>(index)].name); });
    connect(close, &QToolButton::clicked, this, [this] { showBeside({}); });
    side->hide();
    return side;
}

void ViewArea::showTabMenu(QPoint place) {
    const int index = m_tabs->tabAt(place);
    if (index < 0)
        return;
    QMenu menu(this);
    const bool beside = index == m_beside;
    menu.addAction(beside ? tr("Show one view alone") : tr("Show beside"), this, [this, index, beside] {
        showBeside(beside ? QString() : viewTable()[static_cast<std::size_t>(index)].name);
    });
    menu.exec(m_tabs->mapToGlobal(place));
}

void ViewArea::setBar(QWidget* bar) {
    static_cast<QVBoxLayout*>(layout())->insertWidget(1, bar); // after the tabs
}

bool ViewArea::showView(const QString& name) {
    for (std::size_t i = 0; i < viewTable().size(); ++i)
        if (viewTable()[i].name == name) {
            m_tabs->setCurrentIndex(static_cast<int>(i));
            showCurrent();
            return true;
        }
    return false;
}

void ViewArea::focusView() {
    if (auto* view = dynamic_cast<views::SessionView*>(m_stack->currentWidget()))
        view->keysGoTo()->setFocus(Qt::ShortcutFocusReason);
}

QString ViewArea::currentView() const {
    return viewTable()[static_cast<std::size_t>(std::max(0, m_tabs->currentIndex()))].name;
}

QWidget* ViewArea::currentWidget() const {
    return m_stack->currentWidget();
}

QString ViewArea::besideView() const {
    return m_beside < 0 ? QString() : viewTable()[static_cast<std::size_t>(m_beside)].name;
}

void ViewArea::showBeside(const QString& name) {
    int index = -1;
    for (std::size_t i = 0; i < viewTable().size(); ++i)
        if (viewTable()[i].name == name)
            index = static_cast<int>(i);
    if (index == m_beside)
        return;
    const int former = m_beside;
    m_beside = index;
    if (index >= 0 && index == m_front) {
        // The former one comes to the front; without one, the view before or after.
        const int count = static_cast<int>(viewTable().size());
        m_front = former >= 0 ? former : (index + 1) % count;
        const QSignalBlocker blocker(m_tabs);
        m_tabs->setCurrentIndex(m_front);
    }
    showCurrent();
}

/// The view's widget, made when it is first asked for.
QWidget* ViewArea::viewAt(int index) {
    MadeView& made = m_views[static_cast<std::size_t>(index)];
    if (!made.widget) {
        const ViewEntry& entry = viewTable()[static_cast<std::size_t>(index)];
        made = entry.make(
            m_session, m_stack, [this] { Q_EMIT viewReady(); }, [this] { Q_EMIT exportRequested(); });
        made.widget->setObjectName(QStringLiteral("view.") + entry.name);
        if (made.setLinked)
            made.setLinked(m_link->isChecked());
    }
    return made.widget;
}

void ViewArea::showCurrent() {
    const int index = std::max(0, m_tabs->currentIndex());
    if (index == m_beside)
        m_beside = m_front;
    m_front = index;
    refreshEmpty();
    if (!m_session.run()) {
        m_stack->setCurrentWidget(m_empty);
    } else {
        QWidget* view = viewAt(index);
        if (m_stack->indexOf(view) < 0)
            m_stack->addWidget(view);
        m_stack->setCurrentWidget(view);
    }
    showSide();
    Q_EMIT viewChanged();
}

void ViewArea::showSide() {
    const bool shown = m_beside >= 0 && m_session.run();
    if (shown) {
        QWidget* view = viewAt(m_beside);
        if (m_sideStack->indexOf(view) < 0)
            m_sideStack->addWidget(view);
        m_sideStack->setCurrentWidget(view);
        m_sideChoice->setCurrentIndex(m_beside);
    }
    if (shown && m_side->isHidden())
        m_splitter->setSizes({m_splitter->width() / 2, m_splitter->width() / 2});
    m_side->setVisible(shown);
}

bool ViewArea::isReady() const {
    if (!m_session.run())
        return true;
    const auto ready = [this](int index) {
        const MadeView& made = m_views[static_cast<std::size_t>(index)];
        return made.widget && made.isReady();
    };
    return ready(m_front) && (m_beside < 0 || ready(m_beside));
}

bool ViewArea::isLinked() const {
    return m_link->isChecked();
}

void ViewArea::setLinked(bool linked) {
    m_link->setChecked(linked);
    m_link->setIcon(theme().icon(linked ? QStringLiteral("link") : QStringLiteral("unlink"), linked ? Role::accentText : Role::text2));
    const QString words = linked ? tr("The views follow the shared selection") : tr("The views keep to themselves; press to link them again");
    m_link->setToolTip(words);
    m_link->setAccessibleName(words);
    for (const MadeView& made : m_views)
        if (made.setLinked)
            made.setLinked(linked);
    Q_EMIT linkedChanged(linked);
}

void ViewArea::refreshEmpty() {
    if (!m_session.data())
        m_empty->say(QStringLiteral("data-set"), tr("No data set yet"),
                     tr("Open images with labels: IDX, CIFAR, a folder per class, NPZ or a CSV list."), tr("Open a data set…"));
    else if (m_session.checkpoints().empty())
        m_empty->say(QStringLiteral("checkpoint"), tr("No network yet"),
                     tr("The kernel is made of a network's gradients. Open weights that were trained on these data."),
                     tr("Open a checkpoint…"));
    else
        m_empty->say(QStringLiteral("heatmap"), tr("No kernel yet"),
                     tr("Data and network are there. The dialog shows the cost in minutes and bytes before anything runs."),
                     tr("Compute a kernel…"));
}

void ViewArea::pressEmpty() {
    if (!m_session.data())
        Q_EMIT openDataRequested();
    else if (m_session.checkpoints().empty())
        Q_EMIT openCheckpointRequested();
    else
        Q_EMIT computeRequested();
}

} // namespace lpntk::gui
