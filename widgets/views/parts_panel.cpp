#include <widgets/views/parts_panel.h>

#include <widgets/models/theme.h>

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace lpntk::views {

using models::theme;

QFrame* makeLine(QWidget* parent, Qt::Orientation orientation) {
    auto* line = new QFrame(parent);
    line->setProperty("line", true);
    if (orientation == Qt::Horizontal)
        line->setFixedHeight(1);
    else
        line->setFixedWidth(1);
    return line;
}

QWidget* makePanel(QWidget* parent) {
    auto* panel = new QWidget(parent);
    panel->setAutoFillBackground(true);
    panel->setBackgroundRole(QPalette::Base);
    return panel;
}

SideStrip::SideStrip(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(makeLine(this, Qt::Vertical));
    QWidget* panel = makePanel(this);
    row->addWidget(panel, 1);
    m_content = new QVBoxLayout(panel);
    m_content->setContentsMargins(12, 8, 12, 8);
    m_content->setSpacing(8);
    const auto fit = [this] { setFixedWidth(theme().dock("viewSide") + 1); };
    connect(&theme(), &models::Theme::changed, this, fit);
    fit();
}

} // namespace lpntk::views
