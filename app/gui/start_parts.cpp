#include "start_parts.h"

#include "small_widgets.h"

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <QPainter>

namespace lpntk::gui {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr int kPicture = 44;
constexpr int kPairPicture = 56;

QString homeShort(const QString& path) {
    const QString home = QDir::homePath();
    return path.startsWith(home + QLatin1Char('/')) ? QLatin1Char('~') + path.mid(home.size()) : path;
}

void paintFocus(QPainter& painter, const QRect& rect) {
    painter.setPen(QPen(theme().colour(Role::focus), 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 5, 5);
}

} // namespace

QString whenText(const QDateTime& time, const QDateTime& now) {
    const qint64 days = time.date().daysTo(now.date());
    if (days == 0)
        return StartAction::tr("today %1").arg(QLocale().toString(time.time(), QStringLiteral("HH:mm")));
    if (days == 1)
        return StartAction::tr("yesterday");
    return QLocale().toString(time.date(), time.date().year() == now.date().year() ? QStringLiteral("d MMM") : QStringLiteral("d MMM yyyy"));
}

StartAction::StartAction(QAction* action, const QString& icon, const QString& words, const QString& sentence, bool first, QWidget* parent)
    : QPushButton(parent), m_action(action), m_icon(icon), m_words(words), m_sentence(sentence), m_first(first) {
    setAccessibleName(words);
    setAccessibleDescription(sentence);
    setObjectName(QStringLiteral("start.") + action->objectName());
    setCursor(Qt::PointingHandCursor);
    setEnabled(action->isEnabled());
    setToolTip(action->isEnabled() ? QString() : action->toolTip());
    connect(action, &QAction::changed, this, [this] { setEnabled(m_action && m_action->isEnabled()); });
    connect(this, &QPushButton::clicked, action, &QAction::trigger);
}

QSize StartAction::sizeHint() const {
    return {400, theme().row("startAction")};
}

void StartAction::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool bright = m_first && isEnabled();
    const Role fill = isDown() ? Role::pressed : bright ? Role::selection : Role::hover;
    if (isDown() || bright || underMouse()) {
        painter.setPen(Qt::NoPen);
        // Hover on the window's grey needs the lighter panel to be seen.
        painter.setBrush(theme().colour(fill == Role::hover ? Role::panel : fill));
        painter.drawRoundedRect(rect(), 5, 5);
    }
    theme().icon(m_icon, !isEnabled() ? Role::disabledText : bright ? Role::accentText : Role::text2)
        .paint(&painter, QRect(12, height() / 2 - 10, 20, 20));
    const int left = 46;
    const int right = KeyBox::paint(painter, QPoint(width() - 12, height() / 2),
                                    m_action ? m_action->shortcut().toString(QKeySequence::NativeText).replace(QLatin1Char('+'), QLatin1Char(' ')) : QString())
                          .left() - 8;
    painter.setFont(theme().font(13, QFont::Medium));
    const int line = painter.fontMetrics().height();
    const int top = (height() - 2 * line) / 2;
    painter.setPen(theme().colour(isEnabled() ? Role::text : Role::disabledText));
    painter.drawText(QRect(left, top - 1, right - left, line), Qt::AlignLeft | Qt::AlignVCenter, m_words);
    painter.setFont(theme().font(12));
    painter.setPen(theme().colour(isEnabled() ? Role::text2 : Role::disabledText));
    painter.drawText(QRect(left, top + line + 1, right - left, line), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(m_sentence, Qt::ElideRight, right - left));
    if (hasFocus())
        paintFocus(painter, rect());
}

RecentRow::RecentRow(const RecentProject& project, bool last, QWidget* parent)
    : QPushButton(parent), m_project(project), m_picture(project.picture), m_last(last) {
    m_missing = !QFileInfo::exists(project.path);
    setObjectName(QStringLiteral("recent.") + project.name);
    setAccessibleName(tr("Open %1").arg(project.name));
    setAccessibleDescription(m_missing ? tr("The project has moved.") : project.path);
    setToolTip(project.path);
    setCursor(Qt::PointingHandCursor);
    if (m_missing) {
        m_side = new QPushButton(tr("Locate…"), this);
        m_side->setAccessibleName(tr("Locate %1").arg(project.name));
        connect(m_side, &QPushButton::clicked, this, [this] { Q_EMIT locateRequested(m_project.path); });
    } else if (!project.note.isEmpty()) {
        setAccessibleDescription(project.note);
        m_side = new QPushButton(tr("Discard"), this);
        m_side->setObjectName(QStringLiteral("discardUnsaved"));
        m_side->setAccessibleName(tr("Discard the unsaved work on %1").arg(project.name));
        connect(m_side, &QPushButton::clicked, this, [this] { Q_EMIT discardRequested(m_project.path); });
    }
    connect(this, &QPushButton::clicked, this, [this] {
        if (m_missing)
            Q_EMIT locateRequested(m_project.path);
        else
            Q_EMIT opened(m_project.path);
    });
}

QSize RecentRow::sizeHint() const {
    return {400, theme().row("recent")};
}

void RecentRow::resizeEvent(QResizeEvent* event) {
    QPushButton::resizeEvent(event);
    if (m_side) {
        m_side->adjustSize();
        m_side->move(width() - m_side->width() - 12, (height() - m_side->height()) / 2);
    }
}

void RecentRow::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    if (underMouse() || isDown())
        painter.fillRect(rect().adjusted(1, 1, -1, -1), theme().colour(isDown() ? Role::pressed : Role::hover));
    if (!m_last)
        painter.fillRect(QRect(0, height() - 1, width(), 1), theme().colour(Role::border));
    const QRect picture(12, (height() - kPicture) / 2, kPicture, kPicture);
    if (!m_missing && !m_picture.isNull()) {
        painter.drawPixmap(picture, m_picture);
    } else {
        painter.setPen(QPen(theme().colour(Role::borderStrong), 1, Qt::DashLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(picture).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
        theme().icon(m_missing ? QStringLiteral("warning") : QStringLiteral("project"), m_missing ? Role::warning : Role::text3)
            .paint(&painter, QRect(picture.center() - QPoint(8, 8), QSize(16, 16)));
    }
    const int left = picture.right() + 15;
    const QString samples = m_project.samples > 0 ? tr("%1 samples").arg(format::count(m_project.samples)) : QString();
    painter.setFont(theme().font(13, QFont::Medium));
    const int line = painter.fontMetrics().height();
    const int top = (height() - 2 * line) / 2;
    const int width = this->width() - left - 12 - (m_side ? m_side->width() + 12 : 140);
    painter.setPen(theme().colour(Role::text));
    painter.drawText(QRect(left, top - 1, width, line), Qt::AlignVCenter, painter.fontMetrics().elidedText(m_project.name, Qt::ElideMiddle, width));
    painter.setFont(theme().font(12));
    painter.setPen(theme().colour(m_missing ? Role::warning : Role::text2));
    const QString second = m_missing                  ? tr("The project has moved. Locate it or remove the entry.")
                           : m_project.note.isEmpty() ? homeShort(m_project.path)
                                                      : m_project.note;
    painter.drawText(QRect(left, top + line + 1, width, line), Qt::AlignVCenter, painter.fontMetrics().elidedText(second, Qt::ElideMiddle, width));
    if (m_side)
        return;
    const QRect side(this->width() - 152, top - 1, 140, line);
    painter.setPen(theme().colour(Role::text));
    painter.drawText(side, Qt::AlignRight | Qt::AlignVCenter, samples);
    painter.setPen(theme().colour(Role::text3));
    painter.drawText(side.translated(0, line + 2), Qt::AlignRight | Qt::AlignVCenter, whenText(m_project.time, QDateTime::currentDateTime()));
    if (hasFocus())
        paintFocus(painter, rect());
}

PairExample::PairExample(Kind kind, const QString& first, const QString& second, double cosine, QWidget* parent)
    : QWidget(parent), m_kind(kind), m_first(first), m_second(second), m_cosine(cosine) {
    setAccessibleName(tr("%1, cosine %2").arg(word(), format::cosine(cosine)));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme(), &models::Theme::changed, this, &QWidget::updateGeometry);
}

QString PairExample::word() const {
    return m_kind == Kind::interchangeable ? tr("Interchangeable") : m_kind == Kind::unrelated ? tr("Unrelated") : tr("Contradictory");
}

QString PairExample::sentence() const {
    return m_kind == Kind::interchangeable ? tr("Learning one also teaches the other.")
           : m_kind == Kind::unrelated     ? tr("Learning one leaves the other alone.")
                                           : tr("Learning one unteaches the other.");
}

/// Room for the words beside the pictures.
QRect PairExample::wordsRect(int width) const {
    const int left = 16 + 2 * kPairPicture + 20;
    return {left, 16, std::max(0, width - left - 16), 0};
}

bool PairExample::isTight(int width) const {
    const QFontMetrics metrics(theme().font(13, QFont::Medium));
    return 25 + metrics.horizontalAdvance(word()) + 12 + metrics.horizontalAdvance(format::cosine(m_cosine)) > wordsRect(width).width();
}

int PairExample::heightForWidth(int width) const {
    const QFontMetrics large(theme().font(13, QFont::Medium)), small(theme().font(12));
    const QRect room(0, 0, wordsRect(width).width(), 1000);
    const int lines = large.height() * (isTight(width) ? 2 : 1) + 3;
    return std::max(kPairPicture, lines + small.boundingRect(room, Qt::TextWordWrap, sentence()).height()) + 32;
}

QSize PairExample::minimumSizeHint() const {
    const int width = 16 + 2 * kPairPicture + 20 + 25 + QFontMetrics(theme().font(13, QFont::Medium)).horizontalAdvance(word()) + 18;
    return {width, kPairPicture + 32};
}

QSize PairExample::sizeHint() const {
    const int width = std::max(340, minimumSizeHint().width());
    return {width, heightForWidth(width)};
}

void PairExample::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme().colour(Role::border));
    painter.setBrush(theme().colour(Role::panel));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    const QRect first(16, 16, kPairPicture, kPairPicture);
    painter.drawImage(first, m_first);
    painter.drawImage(first.translated(kPairPicture + 4, 0), m_second);
    const QRect words = wordsRect(width());
    const int left = words.left();
    const bool tight = isTight(width());
    const Role role = m_kind == Kind::interchangeable ? Role::positive : m_kind == Kind::unrelated ? Role::neutral : Role::negative;
    QPen pen(theme().colour(role), m_kind == Kind::unrelated ? 2 : 4);
    pen.setCapStyle(Qt::FlatCap);
    if (m_kind == Kind::unrelated)
        pen.setDashPattern({0.75, 1.25});
    else if (m_kind == Kind::contradictory)
        pen.setDashPattern({1.25, 0.75});
    painter.setPen(pen);
    painter.setFont(theme().font(13, QFont::Medium));
    const int line = painter.fontMetrics().height();
    const int middle = 16 + line / 2;
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.drawLine(left, middle, left + 18, middle);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme().colour(Role::text));
    painter.drawText(QRect(left + 25, 16, words.width() - 23, line), Qt::AlignLeft | Qt::AlignVCenter, word());
    if (tight)
        painter.drawText(QRect(left + 25, 16 + line, words.width() - 25, line), Qt::AlignLeft | Qt::AlignVCenter, format::cosine(m_cosine));
    else
        painter.drawText(QRect(left, 16, words.width(), line), Qt::AlignRight | Qt::AlignVCenter, format::cosine(m_cosine));
    painter.setFont(theme().font(12));
    painter.setPen(theme().colour(Role::text2));
    const int below = 16 + line * (tight ? 2 : 1) + 3;
    painter.drawText(QRect(left, below, words.width(), height() - below), Qt::TextWordWrap | Qt::AlignTop | Qt::AlignLeft, sentence());
}

void Card::setMarked(bool marked) {
    if (m_marked == marked)
        return;
    m_marked = marked;
    update();
}

void Card::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPen pen(theme().colour(m_marked ? Role::accent : m_edge == Edge::dashed ? Role::borderStrong : Role::border), m_marked ? 2 : 1);
    if (m_edge == Edge::dashed)
        pen.setDashPattern({4, 3});
    painter.setPen(pen);
    painter.setBrush(m_marked ? QBrush(theme().colour(Role::selection))
                              : m_edge == Edge::dashed ? QBrush(Qt::NoBrush) : QBrush(theme().colour(Role::panel)));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
}

} // namespace lpntk::gui
