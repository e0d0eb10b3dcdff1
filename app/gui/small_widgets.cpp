#include "small_widgets.h"

#include <widgets/models/theme.h>

#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QStyleOption>

namespace lpntk::gui {

using models::Role;
using models::theme;

QLabel* makeLabel(const QString& text, const char* role, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("role", QString::fromLatin1(role));
    label->setTextFormat(Qt::PlainText);
    return label;
}

QToolButton* makeIconButton(const QString& icon, const QString& name, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setIcon(theme().icon(icon));
    button->setIconSize(QSize(16, 16));
    button->setProperty("quiet", true);
    button->setToolTip(name);
    button->setAccessibleName(name);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

void keepRowHeight(QWidget& bar, const char* row) {
    const auto fit = [&bar, row] { bar.setFixedHeight(theme().row(row)); };
    QObject::connect(&theme(), &models::Theme::changed, &bar, fit);
    fit();
}

void keepFont(QWidget& words, int px, QFont::Weight weight) {
    const auto fit = [&words, px, weight] { words.setFont(theme().font(px, weight)); };
    QObject::connect(&theme(), &models::Theme::changed, &words, fit);
    fit();
}

KeyBox::KeyBox(const QString& keys, QWidget* parent) : QWidget(parent), m_keys(keys) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

int KeyBox::widthOf(const QString& keys) {
    return QFontMetrics(theme().font(11)).horizontalAdvance(keys) + 10;
}

QSize KeyBox::sizeHint() const {
    return {widthOf(m_keys), QFontMetrics(theme().font(11)).height() + 4};
}

QRect KeyBox::paint(QPainter& painter, QPoint right, const QString& keys) {
    painter.save();
    painter.setFont(theme().font(11));
    const int height = painter.fontMetrics().height() + 4;
    const QRect box(right.x() - widthOf(keys), right.y() - height / 2, widthOf(keys), height);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme().colour(Role::borderStrong));
    painter.setBrush(theme().colour(Role::panel));
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    painter.setPen(theme().colour(Role::text2));
    painter.drawText(box, Qt::AlignCenter, keys);
    painter.restore();
    return box;
}

void KeyBox::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, QPoint(width(), height() / 2), m_keys);
}

DockBar::DockBar(QWidget* parent) : QWidget(parent) {
    connect(&theme(), &models::Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

QSize DockBar::sizeHint() const {
    return {QWidget::sizeHint().width(), theme().row("dockTitle")};
}

QSize DockBar::minimumSizeHint() const {
    return {QWidget::minimumSizeHint().width(), theme().row("dockTitle")};
}

void DockBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme().colour(Role::border));
}

DockTitle::DockTitle(const QString& title, QWidget* parent) : DockBar(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 8, 0);
    row->setSpacing(2);
    auto* words = new QLabel(title, this);
    keepFont(*words, 13, QFont::DemiBold);
    words->setObjectName(QStringLiteral("dockTitle"));
    row->addWidget(words);
    row->addStretch();
}

void DockTitle::addButton(QToolButton* button) {
    layout()->addWidget(button);
}

EmptyPage::EmptyPage(QWidget* parent) : QWidget(parent) {
    setProperty("panel", true);
    setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(8);
    m_icon = new QLabel(this);
    m_title = makeLabel({}, "title", this);
    m_sentence = makeLabel({}, "text2", this);
    m_sentence->setWordWrap(true);
    m_sentence->setAlignment(Qt::AlignHCenter);
    m_sentence->setObjectName(QStringLiteral("emptyPageSentence"));
    m_button = new QPushButton(this);
    m_button->setProperty("primary", true);
    column->addStretch();
    column->addWidget(m_icon, 0, Qt::AlignHCenter);
    column->addWidget(m_title, 0, Qt::AlignHCenter);
    column->addWidget(m_sentence); // an aligned label would be given the height of a wider one
    column->addSpacing(4);
    column->addWidget(m_button, 0, Qt::AlignHCenter);
    column->addStretch();
    connect(m_button, &QPushButton::clicked, this, &EmptyPage::pressed);
}

void EmptyPage::say(const QString& icon, const QString& title, const QString& sentence, const QString& button) {
    m_icon->setPixmap(theme().icon(icon, Role::text3).pixmap(QSize(20, 20), devicePixelRatioF()));
    m_title->setText(title);
    m_sentence->setText(sentence);
    m_button->setText(button);
    m_button->setVisible(!button.isEmpty());
    m_button->setObjectName(QStringLiteral("emptyPageButton"));
}

} // namespace lpntk::gui
