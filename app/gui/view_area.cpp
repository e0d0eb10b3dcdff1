#include "view_area.h"

#include "small_widgets.h"

#include <widgets/models/theme.h>

#include <QHBoxLayout>
#include <QPainter>
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
    m_stack = new QStackedWidget(this);
    m_empty = new EmptyPage(m_stack);
    m_stack->addWidget(m_empty);
    column->addWidget(row);
    column->addWidget(m_stack, 1);
    makeTabs();
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

bool ViewArea::showView(const QString& name) {
    for (std::size_t i = 0; i < viewTable().size(); ++i)
        if (viewTable()[i].name == name) {
            m_tabs->setCurrentIndex(static_cast<int>(i));
            showCurrent();
            return true;
        }
    return false;
}

QString ViewArea::currentView() const {
    return viewTable()[static_cast<std::size_t>(std::max(0, m_tabs->currentIndex()))].name;
}

QWidget* ViewArea::currentWidget() const {
    return m_stack->currentWidget();
}

void ViewArea::showCurrent() {
    const auto index = static_cast<std::size_t>(std::max(0, m_tabs->currentIndex()));
    refreshEmpty();
    if (!m_session.run()) {
        m_stack->setCurrentWidget(m_empty);
    } else {
        MadeView& made = m_views[index];
        if (!made.widget) {
            const ViewEntry& entry = viewTable()[index];
            made = entry.make(m_session, m_stack, [this] { Q_EMIT viewReady(); }, [this] { Q_EMIT exportRequested(); });
            made.widget->setObjectName(QStringLiteral("view.") + entry.name);
            if (made.setLinked)
                made.setLinked(m_link->isChecked());
            m_stack->addWidget(made.widget);
        }
        m_stack->setCurrentWidget(made.widget);
    }
    Q_EMIT viewChanged();
}

bool ViewArea::isReady() const {
    if (!m_session.run())
        return true;
    const auto& made = m_views[static_cast<std::size_t>(std::max(0, m_tabs->currentIndex()))];
    return made.widget && made.isReady();
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
