#pragma once

#include <widgets/models/session.h>
#include <widgets/views/parts_thumbnail.h>

#include <QAbstractScrollArea>
#include <QCache>
#include <QImage>

#include <functional>
#include <memory>
#include <vector>

namespace lpntk::views {

/// Samples of a gallery under one heading.
struct GallerySection {
    QString key;                              ///< keeps a section folded when the content changes
    QString title;                            ///< empty: no heading
    QString count;                            ///< beside the title, "14 and the head"
    QString note;                             ///< at the right end, "by cosine to the head"
    std::vector<models::SampleId> samples;
};

/// How the cells of a gallery look.
class GalleryDelegate {
public:
    virtual ~GalleryDelegate() = default;
    /// Smallest size of a cell for a thumbnail of `side`; cells of a row share what is left when `stretches()`.
    virtual QSize cell(int side) const = 0;
    virtual bool stretches() const { return false; }
    virtual void paint(QPainter& painter, const QRect& cell, int side, models::SampleId sample, const ThumbnailState& state) const = 0;
    virtual QString spoken(models::SampleId sample) const = 0;
};

/// A thumbnail with one line of text below it.
class CaptionDelegate : public GalleryDelegate {
public:
    CaptionDelegate(models::Session& session, std::function<QString(models::SampleId)> caption)
        : m_session(session), m_caption(std::move(caption)), m_lines(2000) {}
    QSize cell(int side) const override;
    void paint(QPainter& painter, const QRect& cell, int side, models::SampleId sample, const ThumbnailState& state) const override;
    QString spoken(models::SampleId sample) const override;

private:
    QImage line(const QPainter& painter, const QSize& size, const QString& text, const QColor& ink) const;

    models::Session& m_session;
    std::function<QString(models::SampleId)> m_caption;
    mutable QCache<QString, QImage> m_lines; ///< captions as painted: thousands of samples share some hundred texts
};

/// Pictures of many samples in sections; only what is visible is painted, so 60,000 cost no more than 60. Clicks, arrow
/// keys (Shift extends, Space selects) and hover go to the session's selection. Ctrl + wheel changes the size.
class Gallery : public QAbstractScrollArea {
    Q_OBJECT
public:
    Gallery(models::Session& session, std::unique_ptr<GalleryDelegate> delegate, QWidget* parent);

    /// Keeps the place when the sections' keys are the same as before, else goes to the top.
    void setSections(std::vector<GallerySection> sections);
    const std::vector<GallerySection>& sections() const { return m_sections; }
    void setFoldable(bool foldable) { m_foldable = foldable; }
    void setFadePruned(bool fade) { m_fadePruned = fade; }
    /// Keeps the heading of the section at the top in view while its samples scroll by.
    void setStickyHeadings(bool sticky) { m_sticky = sticky; }
    void setThumbnailSide(int side);
    int thumbnailSide() const { return m_side; }

    std::int64_t count() const;
    /// Cell of a sample in viewport coordinates, null when it is not shown or folded away.
    QRect rectOf(models::SampleId sample) const;
    models::SampleId sampleAt(QPoint position) const;
    void ensureVisible(models::SampleId sample);
    /// Puts the heading of a section at the top.
    void showSection(int section);
    /// Samples in the order shown, without folded sections.
    std::vector<models::SampleId> shownSamples() const;
    /// Moves the current sample by `step` cells in the order shown.
    void step(std::int64_t step);

Q_SIGNALS:
    void contextMenuRequested(QPoint global);
    void activated(lpntk::models::SampleId sample);
    /// A click on a heading that does not fold.
    void headingClicked(int section);
    /// Ctrl+C; where nobody listens the key goes to the window.
    void copyRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
    struct Place {
        std::size_t section = kNowhere, index = 0;
    };
    struct Box {
        int top = 0, cellsTop = 0, bottom = 0; ///< content coordinates
    };
    void layOut();
    void speak();
    bool event(QEvent* event) override;
    std::size_t sectionAt(int y) const; ///< last section that begins at or above a place in the content; 0 without any
    int stickyHeight() const;           ///< of the heading that stays at the top, 0 while none does
    int headingAt(QPoint position) const; ///< section of the heading there, -1 for none
    void foldOrTell(int section);
    std::int64_t shownCount() const { return m_starts.empty() ? 0 : m_starts.back(); }
    bool isFolded(const GallerySection& section) const;
    QRect cellRect(const Place& place) const; ///< content coordinates
    const Place* placeOf(models::SampleId sample) const;
    std::int64_t flatIndex(const Place& place) const;
    models::SampleId sampleAtFlat(std::int64_t flat) const;
    void goTo(models::SampleId sample, Qt::KeyboardModifiers modifiers);
    void paintHeading(QPainter& painter, const GallerySection& section, int top) const;
    void paintSticky(QPainter& painter, int offset) const;
    models::SampleId vertical(int direction) const;

    models::Session& m_session;
    std::unique_ptr<GalleryDelegate> m_delegate;
    std::vector<GallerySection> m_sections;
    std::vector<Box> m_boxes;
    std::vector<std::int64_t> m_starts; ///< (sections + 1) cells before each section, folded ones have none
    mutable std::vector<Place> m_places; ///< by sample, kNowhere for those not shown; built when first asked for
    std::vector<QString> m_folded;
    models::SampleId m_anchor; ///< where a Shift selection started
    QSize m_cell;
    int m_columns = 1;
    int m_side = 56;
    bool m_foldable = false;
    bool m_fadePruned = true;
    bool m_sticky = false;
};

} // namespace lpntk::views
