#pragma once

#include <core/analysis/relations.h>
#include <widgets/models/session.h>
#include <widgets/views/inspector_section.h>

#include <vector>

class QPushButton;

namespace lpntk::views {

class NeighbourList;

/// Neighbours of one kind, strongest first: at first a few rows, all of them on demand. The list does not scroll, the
/// Inspector does.
class NeighboursSection : public FoldSection {
    Q_OBJECT
public:
    NeighboursSection(models::Session& session, const QString& name, const QString& title, QWidget* parent);
    void setNeighbours(std::vector<analysis::Neighbour> neighbours);
    NeighbourList& list() const { return *m_list; }
    QPushButton* more() const { return m_more; }

private:
    void fit();

    NeighbourList* m_list;
    QPushButton* m_more;
    bool m_showsAll = false;
};

} // namespace lpntk::views
