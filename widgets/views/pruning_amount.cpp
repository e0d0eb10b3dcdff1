#include <widgets/views/pruning_amount.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>

#include <QFontMetrics>
#include <QKeyEvent>
#include <QStyle>
#include <QToolTip>

namespace lpntk::views {

using models::theme;
namespace format = models::format;

std::optional<double> shareFromText(const QString& text, std::int64_t rows, const QLocale& locale) {
    QString words = text.simplified();
    const bool percent = words.endsWith(QLatin1Char('%'));
    if (percent)
        words.chop(1);
    words.remove(QLatin1Char(' '));
    bool isNumber = false;
    double value = locale.toDouble(words, &isNumber);
    if (!isNumber)
        value = QLocale::c().toDouble(words, &isNumber);
    if (!isNumber || rows <= 0)
        return {};
    bool isCount = false;
    locale.toLongLong(words, &isCount);
    const double share = isCount && !percent ? value / static_cast<double>(rows) : value / 100;
    return share > 0 && share <= 1 ? std::optional(share) : std::nullopt;
}

AmountField::AmountField(QWidget* parent) : QLineEdit(parent) {
    setAlignment(Qt::AlignRight);
    setAccessibleName(tr("Amount to keep"));
    connect(&theme(), &models::Theme::changed, this, [this] { updateGeometry(); });
}

QSize AmountField::sizeHint() const {
    return {QFontMetrics(font()).horizontalAdvance(format::share(0.888)) + 26, QLineEdit::sizeHint().height()};
}

void AmountField::setAmount(double share, std::int64_t rows) {
    m_rows = rows;
    const bool typing = isModified() && hasFocus();
    m_shown = format::share(share);
    setToolTip(isReadOnly() ? tr("The method decides how many are kept")
                            : tr("Type a share such as 30 % or a count from 1 to %1").arg(format::count(rows)));
    if (!typing)
        setText(m_shown);
}

void AmountField::clearAmount() {
    m_shown.clear();
    m_rows = 0;
    clear();
}

void AmountField::setWrong(bool wrong) {
    if (m_wrong == wrong)
        return;
    m_wrong = wrong;
    setProperty("error", wrong);
    style()->unpolish(this);
    style()->polish(this);
}

void AmountField::take() {
    if (!isModified())
        return;
    const auto share = shareFromText(text(), m_rows, locale());
    setWrong(!share);
    if (!share) {
        QToolTip::showText(mapToGlobal(rect().bottomLeft()), toolTip(), this);
        return;
    }
    setModified(false);
    Q_EMIT amountTyped(*share);
    selectAll();
}

void AmountField::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        take();
    } else if (event->key() == Qt::Key_Escape && isModified()) {
        setWrong(false);
        setText(m_shown);
        selectAll();
    } else {
        QLineEdit::keyPressEvent(event);
        if (m_wrong && shareFromText(text(), m_rows, locale()))
            setWrong(false);
    }
}

void AmountField::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    if (event->reason() == Qt::PopupFocusReason)
        return;
    take();
    setWrong(false);
    setModified(false);
    setText(m_shown);
    deselect();
}

} // namespace lpntk::views
