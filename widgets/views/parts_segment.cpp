#include <widgets/views/parts_segment.h>

#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStyleOptionButton>
#include <QtMath>

#include <algorithm>

namespace lpntk::views {

using models::Role;
using models::theme;

Segment::Segment(const QStringList& texts, bool exclusive, QWidget* parent)
    : QWidget(parent), m_group(new QButtonGroup(this)), m_texts(texts) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    m_group->setExclusive(exclusive);
    for (qsizetype i = 0; i < texts.size(); ++i) {
        auto* button = new QToolButton(this);
        button->setText(texts[i]);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setCheckable(exclusive);
        button->setProperty("segment", texts.size() == 1 ? "only" : i == 0 ? "first" : i + 1 == texts.size() ? "last" : "middle");
        m_group->addButton(button, static_cast<int>(i));
        m_buttons.push_back(button);
        row->addWidget(button);
    }
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(m_group, &QButtonGroup::idClicked, this, &Segment::chosen);
}

int Segment::current() const {
    return m_group->checkedId();
}

void Segment::setCurrent(int index) {
    if (index >= 0) {
        button(index)->setChecked(true);
        return;
    }
    m_group->setExclusive(false);
    for (auto* button : m_buttons)
        button->setChecked(false);
    m_group->setExclusive(true);
}

void Segment::setShortTexts(const QStringList& texts) {
    m_shortTexts = texts;
    for (qsizetype i = 0; i < m_texts.size(); ++i)
        if (auto* choice = button(static_cast<int>(i)); m_texts[i] != texts[i]) {
            choice->setAccessibleName(m_texts[i]);
            choice->setToolTip(m_texts[i]);
        }
}

void Segment::setShort(bool isShort) {
    const QStringList& texts = isShort ? m_shortTexts : m_texts;
    for (qsizetype i = 0; i < texts.size(); ++i)
        button(static_cast<int>(i))->setText(texts[i]);
    // The row around asks at once, not when the event loop has told it.
    layout()->activate();
    updateGeometry();
}

KeyButton::KeyButton(const QString& icon, const QString& text, const QString& key, QWidget* parent)
    : QPushButton(parent), m_icon(icon), m_words(text), m_key(key) {
    setAccessibleName(text);
    setToolTip(key.isEmpty() ? text : tr("%1 (%2)").arg(text, key));
}

QSize KeyButton::sizeHint() const {
    const QFontMetricsF metrics(font());
    const QFontMetricsF small(theme().font(11, QFont::Medium));
    double width = 22 + metrics.horizontalAdvance(m_words);
    if (showsIcon())
        width += 22;
    if (showsKey())
        width += 10 + std::max(18.0, small.horizontalAdvance(m_key) + 10);
    return {qCeil(width), theme().row("control")};
}

void KeyButton::setShort(bool isShort) {
    m_short = isShort;
    updateGeometry();
    update();
}

void KeyButton::setIconShown(bool shown) {
    m_iconShown = shown;
    updateGeometry();
    update();
}

void KeyButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    option.text.clear();
    option.icon = {};
    style()->drawControl(QStyle::CE_PushButtonBevel, &option, &painter, this);
    const QColor ink = theme().colour(isEnabled() ? (isChecked() ? Role::accentText : Role::text) : Role::disabledText);
    QRectF inside = QRectF(rect()).adjusted(11, 0, -8, 0);
    if (showsIcon()) {
        theme().icon(m_icon).paint(&painter, QRect(qRound(inside.left()), (height() - 16) / 2, 16, 16), Qt::AlignCenter,
                                   isEnabled() ? QIcon::Normal : QIcon::Disabled);
        inside.adjust(22, 0, 0, 0);
    }
    if (showsKey())
        inside.setRight(paintKey(painter, QPointF(inside.right(), height() / 2.0), m_key, theme().colour(isEnabled() ? Role::text2 : Role::disabledText)).left() - 6);
    paintText(painter, inside, m_words, font(), ink);
}

ViewToolBar::ViewToolBar(QWidget* parent) : FittingRow(parent) {
    row().setContentsMargins(12, 0, 12, 1);
    row().setSpacing(8);
    setFixedHeight(theme().row("toolBar"));
    connect(&theme(), &models::Theme::changed, this, [this] { setFixedHeight(theme().row("toolBar")); });
}

QLabel* ViewToolBar::addLabel(const QString& text, QWidget* control) {
    auto* label = new QLabel(text, this);
    label->setProperty("role", "text2");
    label->setBuddy(control);
    control->setAccessibleName(text);
    if (row().count() > 0)
        row().addSpacing(4);
    layout()->addWidget(label);
    layout()->addWidget(control);
    return label;
}

void ViewToolBar::addWidget(QWidget* widget) {
    layout()->addWidget(widget);
}

void ViewToolBar::addStretch() {
    row().addStretch(1);
}

void ViewToolBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme().colour(Role::border));
}

EmptyState::EmptyState(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void EmptyState::show(const QString& icon, const QString& title, const QString& sentence) {
    m_icon = icon;
    m_title = title;
    m_sentence = sentence;
    setAccessibleName(title);
    setAccessibleDescription(sentence);
    QWidget::show();
    update();
}

void EmptyState::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    const int middle = height() / 2 - 40;
    theme().icon(m_icon).paint(&painter, QRect((width() - 20) / 2, middle, 20, 20));
    painter.setFont(theme().font(13, QFont::Medium));
    painter.setPen(theme().colour(Role::text));
    const int line = qRound(22 * theme().textScale());
    painter.drawText(QRect(16, middle + 28, width() - 32, line), Qt::AlignCenter, m_title);
    painter.setFont(theme().font(13));
    painter.setPen(theme().colour(Role::text2));
    painter.drawText(QRect(16, middle + 28 + line, width() - 32, 3 * line), Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, m_sentence);
}

} // namespace lpntk::views
