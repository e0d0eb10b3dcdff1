#include <widgets/views/pruning_agreement.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/parts_thumbnail.h>

#include <QPainter>
#include <QPaintEvent>

#include <algorithm>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

AgreementTable::AgreementTable(models::Session& session, QWidget* parent) : QWidget(parent), m_session(session) {
    setAccessibleName(tr("Agreement by class"));
}

int AgreementTable::lineHeight() const {
    return qRound(21 * theme().textScale());
}

QSize AgreementTable::sizeHint() const {
    return {330, (static_cast<int>(m_lines.size()) + 1) * lineHeight() + 8};
}

QString AgreementTable::nameOf(std::size_t line) const {
    return line + 1 == m_lines.size() ? tr("All classes") : m_session.className(static_cast<int>(line));
}

void AgreementTable::setCounts(const curation::Comparison& counts) {
    const bool resized = counts.ofClass.size() + 1 != m_lines.size();
    m_lines = counts.ofClass;
    m_lines.push_back(counts.all);
    setAccessibleDescription(asText());
    if (resized)
        updateGeometry();
    update();
}

QString AgreementTable::asText() const {
    QStringList lines{
        QStringList{tr("Class"), tr("Overlap"), tr("Both"), tr("Only A"), tr("Only B"), tr("Neither")}.join(
            QLatin1Char('\t'))};
    for (std::size_t line = 0; line < m_lines.size(); ++line) {
        const auto& of = m_lines[line];
        lines << QStringList{nameOf(line),
                             format::share(of.overlap(), 0),
                             format::count(of.both),
                             format::count(of.onlyA),
                             format::count(of.onlyB),
                             format::count(of.neither)}
                     .join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void AgreementTable::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.fillRect(event->rect(), theme().colour(Role::panel));
    const double scale = theme().textScale();
    const double number = 48 * scale;
    const double nameWidth = std::min(104 * scale, width() * 0.3);
    const auto cell = [&](const QRectF& line, int column, const QString& text, const QFont& font, Role ink) {
        paintText(painter, QRectF(line.right() - (4 - column) * number, line.top(), number, line.height()), text, font,
                  theme().colour(ink), Qt::AlignRight | Qt::AlignVCenter);
    };
    const QRectF head(12, 2, width() - 24, lineHeight());
    const QString titles[] = {tr("Overlap"), tr("Both"), tr("Only A"), tr("Only B")};
    for (int column = 0; column < 4; ++column)
        cell(head, column, titles[column], theme().font(11), Role::text3);
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        const bool all = i + 1 == m_lines.size();
        const QFont font = theme().font(12, all ? QFont::Medium : QFont::Normal);
        const QRectF line = head.translated(0, static_cast<double>((i + 1)) * lineHeight());
        const auto& of = m_lines[i];
        double left = line.left();
        if (!all)
            paintSwatch(painter, QPointF(left, line.center().y()),
                        theme().classColour(static_cast<int>(i), m_session.classes()));
        left += kSwatch + 7;
        paintText(painter, QRectF(left, line.top(), line.left() + nameWidth - left, line.height()), nameOf(i), font,
                  theme().colour(Role::text));
        const QRectF bar(line.left() + nameWidth + 4, line.center().y() - 3.5,
                         line.width() - nameWidth - 4 * number - 8, 7);
        if (bar.width() >= 16)
            paintBar(painter, bar, of.overlap(), theme().colour(Role::accent));
        const QString texts[] = {format::share(of.overlap(), 0), format::count(of.both), format::count(of.onlyA),
                                 format::count(of.onlyB)};
        for (int column = 0; column < 4; ++column)
            cell(line, column, texts[column], font, column == 0 ? Role::text : Role::text2);
    }
}

} // namespace lpntk::views
