#include <widgets/models/format.h>

#include <core/analysis/relations.h>

#include <QCoreApplication>
#include <QLocale>

#include <cmath>

namespace lpntk::models::format {

namespace {

constexpr QChar kMinus(0x2212);
constexpr QChar kNarrowSpace(0x202F);
constexpr QChar kSpace(0x00A0);
const QString kNone(QChar(0x2013));

QLocale locale() {
    QLocale result;
    if (result.language() == QLocale::C) // the C locale has no separators at all
        result = QLocale(QLocale::English, QLocale::UnitedStates);
    result.setNumberOptions(QLocale::DefaultNumberOptions);
    return result;
}

QString translate(const char* text) {
    return QCoreApplication::translate("format", text);
}

/// Unsigned text of |value| and whether it still differs from zero after rounding.
QString magnitude(double value, int decimals, bool* zero) {
    *zero = std::abs(value) < 0.5 * std::pow(10.0, -decimals);
    return locale().toString(*zero ? 0.0 : std::abs(value), 'f', decimals);
}

} // namespace

QString sentence(const QString& words) {
    const QString text = words.trimmed();
    return text.isEmpty() || QStringLiteral(".!?…").contains(text.back()) ? text : text + QLatin1Char('.');
}

QString count(std::int64_t value) {
    const QString text = locale().toString(static_cast<qlonglong>(std::abs(value)));
    return value < 0 ? kMinus + text : text;
}

QString counted(std::int64_t value, const QString& one, const QString& many) {
    return value == 1 ? one : many.arg(count(value));
}

QString countOf(std::int64_t value, std::int64_t total) {
    return translate("%1 of %2").arg(count(value), count(total));
}

QString number(double value, int decimals) {
    if (std::isnan(value))
        return kNone;
    if (std::isinf(value))
        return value < 0 ? kMinus + QString(QChar(0x221E)) : QString(QChar(0x221E));
    bool zero = false;
    const QString text = magnitude(value, decimals, &zero);
    return value < 0 && !zero ? kMinus + text : text;
}

QString signedNumber(double value, int decimals) {
    if (std::isnan(value) || std::isinf(value))
        return number(value, decimals);
    bool zero = false;
    const QString text = magnitude(value, decimals, &zero);
    return zero ? text : (value < 0 ? QString(kMinus) : QStringLiteral("+")) + text;
}

QString cosine(double value) {
    return signedNumber(value, 2);
}

QString cosineExact(double value) {
    return signedNumber(value, 3);
}

QString kappa(double value) {
    const double size = std::abs(value);
    if (std::isnan(value) || size >= 9.995)
        return signedNumber(value, 1);
    if (value == 0)
        return QStringLiteral("0");
    const int exponent = static_cast<int>(std::floor(std::log10(size)));
    if (exponent < -4) {
        QString text = locale().toString(size, 'e', 2).toLower();
        text.replace(QLatin1Char('-'), kMinus);
        return (value < 0 ? QString(kMinus) : QStringLiteral("+")) + text;
    }
    return signedNumber(value, 2 - exponent);
}

QString angle(double cosine) {
    return std::isnan(cosine) ? kNone : number(analysis::angleOf(cosine), 1) + QChar(0x00B0);
}

QString threshold(double cosine) {
    return format::cosine(cosine) + kSpace + angle(cosine);
}

QString share(double value, int decimals) {
    return std::isnan(value) ? kNone : number(100 * value, decimals) + kNarrowSpace + QLatin1Char('%');
}

QString probability(double value) {
    return number(value, 2);
}

QString sample(base::SampleId sample) {
    return sample.isValid() ? QLatin1Char('#') + QString::number(sample.value()) : kNone;
}

QString prediction(const QString& className, double probability) {
    return QChar(0x2192) + QStringLiteral(" ") + className + QLatin1Char(' ') + format::probability(probability);
}

QString ratio(double value) {
    return number(value, 2) + kNarrowSpace + QChar(0x00D7);
}

QString bytes(double bytes) {
    static const char* const units[] = {"B", "KB", "MB", "GB", "TB"};
    int unit = 0;
    while (std::abs(bytes) >= 999.5 && unit < 4) {
        bytes /= 1024;
        ++unit;
    }
    const bool whole = unit == 0 || std::abs(bytes) >= 10 || bytes == std::round(bytes);
    return number(bytes, whole ? 0 : 1) + kSpace + QLatin1String(units[unit]);
}

QString bytesOf(double value, double total) {
    return translate("%1 of %2").arg(bytes(value), bytes(total));
}

QString duration(double seconds) {
    if (std::isnan(seconds) || seconds < 0)
        return kNone;
    if (seconds < 9.95 && seconds > 0 && seconds != std::round(seconds))
        return number(seconds, seconds < 0.995 ? 2 : 1) + kSpace + translate("s");
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    const auto part = [](std::int64_t value, const char* unit) { return count(value) + kSpace + translate(unit); };
    if (whole < 60)
        return part(whole, "s");
    if (whole < 3600)
        return part(whole / 60, "min") + (whole % 60 ? kSpace + part(whole % 60, "s") : QString());
    return part(whole / 3600, "h") + kSpace + part(whole % 3600 / 60, "min");
}

QString timeLeft(double seconds) {
    return seconds < 0 || std::isnan(seconds) ? QString() : translate("%1 left").arg(duration(std::ceil(seconds)));
}

QString rate(double perSecond, const QString& unit) {
    const int decimals = perSecond >= 100 ? 0 : 1;
    return number(perSecond, decimals) + kSpace + unit + QStringLiteral("/s");
}

} // namespace lpntk::models::format
