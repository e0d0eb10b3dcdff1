#include <widgets/views/inspector_section.h>

#include <widgets/models/theme.h>
#include <widgets/views/parts_panel.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>

namespace lpntk::views {

using models::theme;

namespace {

constexpr int kMargin = 12;

QString keyOf(const QString& name) {
    return QStringLiteral("inspector/open/") + name;
}

} // namespace

FoldSection::FoldSection(const QString& name, const QString& title, bool open, QWidget* parent)
    : QWidget(parent), m_name(name), m_button(new QToolButton(this)), m_aside(new QLabel(this)),
      m_below(new QLabel(this)), m_body(new QWidget(this)), m_open(QSettings().value(keyOf(name), open).toBool()) {
    setObjectName(QStringLiteral("section.") + name);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeLine(this));
    auto* head = new QHBoxLayout;
    head->setContentsMargins(4, 4, kMargin, 4);
    head->setSpacing(4);
    m_button->setProperty("fold", true);
    m_button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_button->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    for (QLabel* label : {m_aside, m_below}) {
        label->setProperty("role", "text3");
        label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    m_below->setContentsMargins(kMargin, 0, kMargin, 4);
    head->addWidget(m_button);
    head->addStretch(1);
    head->addWidget(m_aside);
    column->addLayout(head);
    column->addWidget(m_below);
    m_content = new QVBoxLayout(m_body);
    m_content->setContentsMargins(0, 0, 0, 8);
    m_content->setSpacing(0);
    column->addWidget(m_body);
    connect(m_button, &QToolButton::clicked, this, [this] { setOpen(!m_open); });
    connect(&theme(), &models::Theme::changed, this, [this] { refresh(); });
    setTitle(title);
    refresh();
}

void FoldSection::setTitle(const QString& title) {
    m_button->setText(title);
    m_aside->setAccessibleName(title);
    m_below->setAccessibleName(title);
    refresh();
}

void FoldSection::setAside(const QString& text) {
    m_aside->setText(text);
    m_below->setText(text);
    placeAside();
}

void FoldSection::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    placeAside();
}

void FoldSection::placeAside() {
    const bool fits = m_button->sizeHint().width() + m_aside->sizeHint().width() + 2 * kMargin <= width();
    m_aside->setVisible(fits);
    m_below->setVisible(!fits && !m_below->text().isEmpty());
}

void FoldSection::setOpen(bool open) {
    if (open == m_open)
        return;
    m_open = open;
    QSettings().setValue(keyOf(m_name), open);
    refresh();
    Q_EMIT toggled(open);
}

void FoldSection::leaveRoomForBusyLine() {
    m_hasBusyLine = true;
    refresh();
}

void FoldSection::refresh() {
    constexpr int kBusyLine = 32;
    m_body->setMinimumHeight(m_hasBusyLine ? qRound(kBusyLine * theme().textScale()) : 0);
    for (QLabel* label : {m_aside, m_below})
        label->setFont(theme().font(12));
    m_button->setIcon(theme().icon(m_open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right")));
    m_button->setAccessibleName(m_open ? tr("%1, shown").arg(m_button->text())
                                       : tr("%1, folded").arg(m_button->text()));
    m_body->setVisible(m_open);
    placeAside();
}

} // namespace lpntk::views
