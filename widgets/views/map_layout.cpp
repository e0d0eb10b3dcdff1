// The parts of the map view and how they lie: tool bar, points, strip with the legends.
#include <widgets/views/map_view.h>

#include <widgets/models/sample_map.h>
#include <widgets/models/theme.h>
#include <widgets/views/map_canvas.h>
#include <widgets/views/map_legend.h>
#include <widgets/views/map_scale.h>
#include <widgets/views/parts_busy.h>
#include <widgets/views/parts_pair_card.h>
#include <widgets/views/parts_panel.h>
#include <widgets/views/parts_segment.h>

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

namespace lpntk::views {

using models::theme;

QWidget* MapView::makeToolBar() {
    auto* bar = new ViewToolBar(this);
    const auto makeCombo = [bar] {
        auto* combo = new QComboBox(bar);
        combo->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        return combo;
    };
    m_colour = makeCombo();
    for (const MapColour colour : kMapColours)
        m_colour->addItem(mapColourName(colour), static_cast<int>(colour));
    QLabel* colour = bar->addLabel(tr("Colour"), m_colour);
    bar->addWidget(m_colour);
    m_coordinates = makeCombo();
    m_coordinates->setToolTip(tr("Where the points lie: by the kernel, or by a file of coordinates"));
    QLabel* coordinates = bar->addLabel(tr("Coordinates"), m_coordinates);
    bar->addWidget(m_coordinates);
    QLabel* axes = nullptr;
    const QString axisNames[] = {tr("Horizontal axis"), tr("Vertical axis"), tr("Third axis, the colour")};
    for (int axis = 0; axis < 3; ++axis) {
        m_axes[axis] = makeCombo();
        if (axis == 0)
            axes = bar->addLabel(tr("Axes"), m_axes[axis]);
        m_axes[axis]->setAccessibleName(axisNames[axis]);
        m_axes[axis]->setToolTip(m_axes[axis]->accessibleName());
        bar->addWidget(m_axes[axis]);
    }
    m_axes[2]->hide();
    bar->addStretch();
    m_refine = new QPushButton(tr("Refine"), bar);
    m_refine->setToolTip(tr("Read the whole kernel, so that the components are those of all samples"));
    bar->addWidget(m_refine);
    const auto makeTool = [bar](const char* icon, const QString& words, bool checkable) {
        auto* button = new QToolButton(bar);
        button->setIcon(theme().icon(QString::fromLatin1(icon)));
        button->setToolTip(words);
        button->setAccessibleName(words);
        button->setCheckable(checkable);
        bar->addWidget(button);
        return button;
    };
    m_lasso = makeTool("lasso", tr("Select with a lasso (L)"), true);
    m_box = makeTool("box-select", tr("Select a box (B)"), true);
    QToolButton* fit = makeTool("zoom-fit", tr("Fit the whole map (F)"), false);
    for (QLabel* label : {colour, coordinates, axes})
        bar->dropWhenNarrow(label);
    bar->dropWhenNarrow(fit);

    connect(m_colour, &QComboBox::currentIndexChanged, this, [this] { recolour(); });
    connect(m_coordinates, &QComboBox::activated, this, &MapView::chooseCoordinates);
    connect(m_refine, &QPushButton::clicked, this, [this] { m_map->refine(); });
    connect(fit, &QToolButton::clicked, this, [this] { m_canvas->fit(); });
    for (int axis = 0; axis < 2; ++axis)
        connect(m_axes[axis], &QComboBox::currentIndexChanged, this, [this, axis](int chosen) {
            // Both the same would be a line: the other one gives way.
            QComboBox* other = m_axes[1 - axis];
            if (other->currentIndex() == chosen) {
                const QSignalBlocker blocker(other);
                other->setCurrentIndex(chosen == 0 ? 1 : 0);
            }
            showPlaces(false);
        });
    connect(m_axes[2], &QComboBox::currentIndexChanged, this, [this] { recolour(); });
    const auto switchMode = [this](QToolButton* button, MapCanvas::Mode mode) {
        connect(button, &QToolButton::clicked, this,
                [this, mode](bool on) { m_canvas->setMode(on ? mode : MapCanvas::Mode::pan); });
    };
    switchMode(m_lasso, MapCanvas::Mode::lasso);
    switchMode(m_box, MapCanvas::Mode::box);
    for (const auto& [key, button] : {std::pair(Qt::Key_L, m_lasso), std::pair(Qt::Key_B, m_box)}) {
        auto* shortcut = new QShortcut(key, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, button, &QToolButton::click);
    }
    return bar;
}

QWidget* MapView::makeMiddle() {
    auto* middle = new QWidget(this);
    auto* row = new QHBoxLayout(middle);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    QWidget* left = makePanel(middle);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* words = new QHBoxLayout;
    words->setContentsMargins(14, 8, 14, 4);
    for (QLabel** label : {&m_caption, &m_note}) {
        *label = new QLabel(left);
        (*label)->setProperty("role", "text2");
        (*label)->setMinimumWidth(1);
        words->addWidget(*label);
    }
    m_caption->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    column->addLayout(words);
    m_stage = new QWidget(left);
    auto* stage = new QVBoxLayout(m_stage);
    stage->setContentsMargins(0, 0, 0, 0);
    stage->addWidget(m_canvas = new MapCanvas(m_stage));
    column->addWidget(m_stage, 1);
    m_card = new PairCard(session(), m_stage);
    m_busy = new BusyLine(session().jobs(), m_stage);
    row->addWidget(left, 1);
    row->addWidget(makeStrip());
    return middle;
}

QWidget* MapView::makeStrip() {
    auto* strip = new SideStrip(this);
    const auto makeTitle = [strip] {
        auto* title = new QLabel(strip);
        title->setProperty("role", "section");
        return title;
    };
    m_groupPart = new QWidget(strip);
    auto* part = new QVBoxLayout(m_groupPart);
    part->setContentsMargins(0, 0, 0, 8);
    part->setSpacing(4);
    part->addWidget(m_groupTitle = makeTitle());
    part->addWidget(m_scale = new MapScale(m_groupPart));
    part->addWidget(m_groups = new MapLegendList(m_groupPart));
    strip->content()->addWidget(m_groupPart);
    auto* top = new QHBoxLayout;
    top->addWidget(m_classTitle = makeTitle());
    top->addStretch();
    m_showAll = new QPushButton(tr("Show all"), strip);
    m_showAll->setProperty("quiet", true);
    QSizePolicy keeps = m_showAll->sizePolicy();
    keeps.setRetainSizeWhenHidden(true); // else the list would jump at the first click
    m_showAll->setSizePolicy(keeps);
    top->addWidget(m_showAll);
    strip->content()->addLayout(top);
    strip->content()->addWidget(m_classes = new MapLegendList(strip));
    strip->content()->addStretch(1);
    m_classTitle->setText(tr("Classes"));
    m_classes->setAccessibleName(tr("Classes shown"));
    connect(m_showAll, &QPushButton::clicked, this, [this] {
        m_classes->legend().showAll();
        if (!m_groups->legend().isWhole())
            m_groups->legend().showAll();
    });
    for (MapLegendList* list : {m_groups, m_classes})
        connect(&list->legend(), &MapLegendModel::shownChanged, this, &MapView::applyShown);
    connect(m_classes, &MapLegendList::groupChosen, this, [this](int group) { chooseGroup(m_byClass, group); });
    connect(m_groups, &MapLegendList::groupChosen, this, [this](int group) { chooseGroup(m_byColour, group); });
    return strip;
}

} // namespace lpntk::views
