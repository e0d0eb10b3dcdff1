#include <widgets/vtk/tile_cache.h>

namespace lpntk::vtk {

const TileCache::Entry* TileCache::find(const TileKey& key) {
    const auto found = m_places.find(key.number());
    if (found == m_places.end())
        return nullptr;
    m_entries.splice(m_entries.begin(), m_entries, found->second);
    return &m_entries.front();
}

void TileCache::insert(Entry entry) {
    if (const auto found = m_places.find(entry.key.number()); found != m_places.end()) {
        m_entries.erase(found->second);
        m_places.erase(found);
    }
    m_entries.push_front(std::move(entry));
    m_places[m_entries.front().key.number()] = m_entries.begin();
    while (m_entries.size() > m_capacity) {
        m_places.erase(m_entries.back().key.number());
        m_entries.pop_back();
    }
}

void TileCache::clear() {
    m_entries.clear();
    m_places.clear();
}

} // namespace lpntk::vtk
