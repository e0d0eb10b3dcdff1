#include <widgets/views/inspector_neighbours.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_rows.h>
#include <widgets/views/parts_neighbour_row.h>

#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace lpntk::views {

using models::theme;

namespace {

constexpr int kAtFirst = 4;

} // namespace

NeighboursSection::NeighboursSection(models::Session& session, const QString& name, const QString& title,
                                     QWidget* parent)
    : FoldSection(name, title, true, parent), m_list(new NeighbourList(session, body())), m_more(makeLink({}, body())) {
    m_list->setAccessibleName(title);
    m_list->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    content()->setContentsMargins(0, 0, 0, 4);
    content()->addWidget(m_list);
    content()->addWidget(m_more, 0, Qt::AlignLeft);
    connect(m_more, &QPushButton::clicked, this, [this] {
        m_showsAll = !m_showsAll;
        fit();
    });
    connect(&theme(), &models::Theme::changed, this, &NeighboursSection::fit);
    fit();
}

void NeighboursSection::setNeighbours(std::vector<analysis::Neighbour> neighbours) {
    m_list->neighbours().setNeighbours(std::move(neighbours));
    fit();
}

void NeighboursSection::fit() {
    const int count = m_list->neighbours().rowCount();
    const bool isLong = count > kAtFirst;
    m_list->setFixedHeight((m_showsAll ? count : std::min(count, kAtFirst)) * theme().row("list"));
    m_list->setVisible(count > 0);
    m_more->setVisible(isLong);
    m_more->setText(m_showsAll ? tr("Show fewer") : tr("Show all %1").arg(models::format::count(count)));
    if (isLong && !m_showsAll)
        m_list->scrollToTop();
}

} // namespace lpntk::views
