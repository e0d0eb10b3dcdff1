#include <widgets/views/heatmap_range_box.h>

#include <core/analysis/class_pairs.h>
#include <widgets/models/format.h>

#include <QAbstractItemView>
#include <QStylePainter>

#include <algorithm>
#include <cmath>

namespace lpntk::views {

namespace format = models::format;

namespace {

constexpr int kFigureRole = Qt::UserRole + 1;

/// kappa = cosine times both norms: the median norm makes a range of the same meaning.
double medianSquaredNorm(const run::Run& run) {
    std::vector<float> norms(run.norms().begin(), run.norms().end());
    const auto middle = norms.begin() + static_cast<std::ptrdiff_t>(norms.size() / 2);
    std::nth_element(norms.begin(), middle, norms.end());
    return std::max(static_cast<double>(*middle) * static_cast<double>(*middle), 1e-12);
}

/// Two figures, rounded up.
double rounded(double range) {
    const double unit = std::pow(10, std::floor(std::log10(range)) - 1);
    return std::ceil(range / unit - 1e-9) * unit;
}

} // namespace

HeatmapRangeBox::HeatmapRangeBox(QWidget* parent) : QComboBox(parent) {
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(5);
    setToolTip(tr("Range of the colours: the pairs beyond it have the colour of its ends"));
}

void HeatmapRangeBox::fill(const run::Run& run, Quantity quantity) {
    const QSignalBlocker blocker(this);
    clear();
    if (run.rows() == 0)
        return;
    const bool cosine = quantity == Quantity::cosine;
    m_unit = cosine ? 1 : medianSquaredNorm(run);
    const auto add = [&](double range, const QString& words) {
        const double value = cosine ? range : rounded(range * m_unit);
        const QString figure =
            QStringLiteral("±") + (cosine ? format::number(value, 2) : QString::number(value, 'g', 3));
        // Of kappa about so many: the norms of its pairs differ.
        const QString text = cosine ? tr("%1 holds %2 of pairs") : tr("%1 holds about %2 of pairs");
        addItem(words.isEmpty() ? figure : text.arg(figure, words), value);
        setItemData(count() - 1, figure, kFigureRole);
    };
    add(analysis::defaultRange(run), format::share(0.98, 0));
    for (const double share : {0.5, 0.9, 0.99, 0.999})
        add(std::max(analysis::cosineQuantile(run, share), 0.005), format::share(share, share > 0.99 ? 1 : 0));
    insertSeparator(count());
    for (const double range : {0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0})
        add(range, {});
    setCurrentIndex(0);
}

/// As wide as the figures: the words stand in the list only.
QSize HeatmapRangeBox::sizeHint() const {
    constexpr int kAround = 43; // padding, arrow and border of the style sheet
    int widest = 0;
    for (int i = 0; i < count(); ++i)
        widest = std::max(widest, fontMetrics().horizontalAdvance(itemData(i, kFigureRole).toString()));
    return {widest + kAround, QComboBox::sizeHint().height()};
}

double HeatmapRangeBox::cosineRange() const {
    return std::min(range() / m_unit, 1.0);
}

void HeatmapRangeBox::paintEvent(QPaintEvent*) {
    QStylePainter painter(this);
    QStyleOptionComboBox option;
    initStyleOption(&option);
    option.currentText = currentData(kFigureRole).toString();
    painter.drawComplexControl(QStyle::CC_ComboBox, option);
    painter.drawControl(QStyle::CE_ComboBoxLabel, option);
}

void HeatmapRangeBox::showPopup() {
    view()->setMinimumWidth(view()->sizeHintForColumn(0) + 24);
    QComboBox::showPopup();
}

} // namespace lpntk::views
