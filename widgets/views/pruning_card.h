#pragma once

#include <widgets/views/parts_gallery.h>
#include <widgets/views/pruning_content.h>

#include <QString>

namespace lpntk::views {

/// "Redundant: a stronger sample teaches it more": heading of the samples pruned for one reason.
QString headingOf(curation::Reason reason);

/// Cell of the pruned gallery: picture, class and id, reason, coverage; at the right the nearest kept sample with its
/// cosine.
class PruneCardDelegate : public GalleryDelegate {
public:
    explicit PruneCardDelegate(models::Session& session) : m_session(session) {}
    void setContent(std::shared_ptr<const PruningContent> content) { m_content = std::move(content); }

    QSize cell(int side) const override;
    bool stretches() const override { return true; }
    void paint(QPainter& painter, const QRect& cell, int side, models::SampleId sample, const ThumbnailState& state) const override;
    QString spoken(models::SampleId sample) const override;

private:
    QString reasonOf(base::RowId row) const;
    QString coverageOf(base::RowId row) const;

    models::Session& m_session;
    std::shared_ptr<const PruningContent> m_content;
};

} // namespace lpntk::views
