#pragma once

#include <QLineEdit>
#include <QLocale>

#include <cstdint>
#include <optional>

namespace lpntk::views {

/// The share of `rows` that a typed amount means: "30 %" or "12.5" is a share, "295" a count. None when it is neither,
/// is not above 0, or exceeds everything. Thousands and decimals as in `locale`.
std::optional<double> shareFromText(const QString& text, std::int64_t rows, const QLocale& locale = QLocale());

/// The amount as text that can be typed over; Return takes it, Escape brings the former one back. Owned by its view.
class AmountField : public QLineEdit {
    Q_OBJECT
public:
    explicit AmountField(QWidget* parent);
    /// Leaves a text alone that is being typed.
    void setAmount(double share, std::int64_t rows);
    void clearAmount();
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void amountTyped(double share);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void take();
    void setWrong(bool wrong);

    QString m_shown;
    std::int64_t m_rows = 0;
    bool m_wrong = false;
};

} // namespace lpntk::views
