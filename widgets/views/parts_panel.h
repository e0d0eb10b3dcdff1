#pragma once

#include <QFrame>

class QVBoxLayout;

namespace lpntk::views {

/// A line of one pixel in the colour of borders.
QFrame* makeLine(QWidget* parent, Qt::Orientation orientation = Qt::Horizontal);

/// A widget with the ground of panels.
QWidget* makePanel(QWidget* parent);

/// The strip at the right of heatmap and relations, with a line at its left. Its width follows the text scale.
class SideStrip : public QWidget {
    Q_OBJECT
public:
    explicit SideStrip(QWidget* parent);
    /// Where its parts go, from top to bottom.
    QVBoxLayout* content() const { return m_content; }

private:
    QVBoxLayout* m_content;
};

} // namespace lpntk::views
