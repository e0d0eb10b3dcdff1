#include <widgets/views/inspector_rows.h>

#include <widgets/models/figures.h>
#include <widgets/models/format.h>
#include <widgets/views/parts_thumbnail.h>

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QPushButton>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

using models::Role;
using models::theme;

namespace {

constexpr double kMargin = 12, kGap = 10, kBarHeight = 7;
constexpr double kMostName = 0.46; ///< of the width, for the names

double lineHeight() {
    return std::round(21 * theme().textScale());
}

QFont fontOf(const ValueRow& row) {
    return theme().font(12, row.strong ? QFont::DemiBold : QFont::Normal);
}

} // namespace

ValueRows::ValueRows(Bars bars, QWidget* parent) : QWidget(parent), m_bars(bars) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&theme(), &models::Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void ValueRows::setCaptions(const QStringList& captions) {
    m_captions = captions;
    updateGeometry();
    update();
}

void ValueRows::setRows(std::vector<ValueRow> rows) {
    m_rows = std::move(rows);
    QStringList words;
    for (const ValueRow& row : m_rows)
        words << spoken(row);
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    updateGeometry();
    update();
}

QString ValueRows::spoken(const ValueRow& row) const {
    QStringList words;
    for (qsizetype i = 0; i < row.values.size(); ++i)
        words << (i < m_captions.size() ? m_captions[i] + QLatin1Char(' ') + row.values[i] : row.values[i]);
    return row.name + QLatin1Char(' ') + words.join(QStringLiteral(", "));
}

QSize ValueRows::sizeHint() const {
    const auto lines = static_cast<double>(m_rows.size()) + (m_captions.isEmpty() ? 0 : 1);
    return {theme().dock("inspector"), qCeil(lines * lineHeight())};
}

ValueRows::Columns ValueRows::columns() const {
    Columns result;
    qsizetype count = m_captions.size();
    bool swatches = false;
    for (const ValueRow& row : m_rows) {
        count = std::max(count, row.values.size());
        swatches = swatches || row.swatch.isValid();
        result.name = std::max(result.name, QFontMetricsF(fontOf(row)).horizontalAdvance(row.name));
    }
    double used = 0;
    for (qsizetype i = 0; i < count; ++i) {
        double width = i < m_captions.size() ? QFontMetricsF(theme().font(11)).horizontalAdvance(m_captions[i]) : 0;
        for (const ValueRow& row : m_rows)
            if (i < row.values.size())
                width = std::max(width, models::figuresWidth(fontOf(row), row.values[i]));
        result.values.push_back(std::ceil(width) + 1);
        used += result.values.back() + kGap;
    }
    const double all = width() - 2 * kMargin;
    result.name = std::ceil(result.name) + 1 + (swatches ? kSwatch + 7 : 0);
    const double most = m_bars == Bars::none ? all - used : std::min(kMostName * all, all - used - 2 * kGap);
    result.name = std::min(result.name, std::max(most, 0.0));
    result.bar = std::max(all - used - result.name - kGap, 0.0);
    return result;
}

void ValueRows::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    constexpr double kWaiting = 0.5; // what is shown belongs to the question before
    painter.setOpacity(isEnabled() ? 1 : kWaiting);
    const Columns widths = columns();
    QRectF line(kMargin, 0, width() - 2 * kMargin, lineHeight());
    if (!m_captions.isEmpty()) {
        double right = line.right();
        for (qsizetype i = m_captions.size(); i-- > 0;) {
            const double own = widths.values[static_cast<std::size_t>(i)];
            paintText(painter, QRectF(right - own, line.top(), own, line.height()), m_captions[i], theme().font(11),
                      theme().colour(Role::text3), Qt::AlignRight | Qt::AlignVCenter);
            right -= own + kGap;
        }
        line.translate(0, lineHeight());
    }
    for (const ValueRow& row : m_rows) {
        paintRow(painter, line, row, widths);
        line.translate(0, lineHeight());
    }
}

void ValueRows::paintRow(QPainter& painter, const QRectF& line, const ValueRow& row, const Columns& columns) const {
    const QFont font = fontOf(row);
    double left = line.left();
    if (row.swatch.isValid()) {
        paintSwatch(painter, QPointF(left, line.center().y()), row.swatch);
        left += kSwatch + 7;
    }
    const QColor ink = theme().colour(row.swatch.isValid() || row.strong ? Role::text : Role::text2);
    paintText(painter, QRectF(left, line.top(), line.left() + columns.name - left, line.height()), row.name, font, ink);
    if (row.bar) {
        const QRectF track(line.left() + columns.name + kGap, line.center().y() - kBarHeight / 2, columns.bar,
                           kBarHeight);
        if (m_bars == Bars::withSigns)
            paintSigned(painter, track, row);
        else
            paintBar(painter, track.adjusted(0, 1, 0, -1), *row.bar, theme().colour(row.colour));
    }
    double right = line.right();
    for (qsizetype i = static_cast<qsizetype>(columns.values.size()); i-- > 0;) {
        const double own = columns.values[static_cast<std::size_t>(i)];
        if (i < row.values.size())
            paintText(painter, QRectF(right - own, line.top(), own, line.height()), row.values[i], font,
                      theme().colour(Role::text), Qt::AlignRight | Qt::AlignVCenter);
        right -= own + kGap;
    }
}

void ValueRows::paintSigned(QPainter& painter, const QRectF& track, const ValueRow& row) const {
    // Both sides get the room that their longest bar needs, so that short tracks are used up.
    double plus = 0, minus = 0;
    for (const ValueRow& other : m_rows) {
        plus = std::max(plus, other.bar.value_or(0));
        minus = std::max(minus, -other.bar.value_or(0));
    }
    if (plus + minus <= 0)
        plus = 1;
    const double unit = (track.width() - 1) / (plus + minus);
    const double zero = std::round(track.left() + minus * unit);
    const double end = zero + *row.bar * unit;
    painter.fillRect(QRectF(std::min(zero, end), track.top() + 1, std::abs(end - zero), track.height() - 2),
                     theme().colour(row.colour));
    const double reach = (lineHeight() - kBarHeight) / 2;
    painter.fillRect(QRectF(zero, track.top() - reach, 1, lineHeight()), theme().colour(Role::borderStrong));
}

bool ValueRows::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int line = static_cast<int>(help->pos().y() / lineHeight()) - (m_captions.isEmpty() ? 0 : 1);
        // A long name is elided in its line.
        QToolTip::showText(help->globalPos(),
                           line >= 0 && line < static_cast<int>(m_rows.size())
                               ? spoken(m_rows[static_cast<std::size_t>(line)])
                               : QString(),
                           this);
        return true;
    }
    return QWidget::event(event);
}

LongRows::LongRows(ValueRows::Bars bars, std::size_t atFirst, QWidget* parent)
    : QWidget(parent), m_rows(new ValueRows(bars, this)), m_more(makeLink({}, this)), m_atFirst(atFirst) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_rows);
    column->addWidget(m_more, 0, Qt::AlignLeft);
    connect(m_more, &QPushButton::clicked, this, [this] {
        m_showsAll = !m_showsAll;
        refresh();
    });
    refresh();
}

void LongRows::setRows(std::vector<ValueRow> rows, std::optional<ValueRow> rest) {
    m_all = std::move(rows);
    m_rest = std::move(rest);
    refresh();
}

void LongRows::refresh() {
    const bool isLong = m_all.size() > m_atFirst;
    std::vector<ValueRow> shown = m_all;
    if (isLong && !m_showsAll) {
        shown.resize(m_atFirst);
        if (m_rest)
            shown.push_back(*m_rest);
    }
    m_rows->setRows(std::move(shown));
    m_more->setVisible(isLong);
    m_more->setText(m_showsAll ? tr("Show fewer") : tr("Show all %1").arg(models::format::count(std::ssize(m_all))));
}

QPushButton* makeLink(const QString& text, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setProperty("link", true);
    button->setCursor(Qt::PointingHandCursor);
    return button;
}

} // namespace lpntk::views
