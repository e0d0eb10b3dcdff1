#include <widgets/views/inspector_picture.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/parts_thumbnail.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace lpntk::views {

using models::SampleId;
using models::theme;
namespace format = models::format;

PictureWindow::PictureWindow(models::Session& session, SampleId sample, QWidget* parent)
    : QDialog(parent), m_session(session), m_canvas(new PictureCanvas(this)), m_value(new QLabel(this)),
      m_zoom(new QLabel(this)) {
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("pictureWindow"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_canvas, 1);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(12, 6, 12, 6);
    line->addWidget(m_value, 1);
    line->addWidget(m_zoom);
    column->addLayout(line);
    for (QLabel* label : {m_value, m_zoom}) {
        label->setProperty("role", "text2");
        label->setFont(theme().font(12));
    }
    m_canvas->setAccessibleName(tr("Picture"));
    connect(m_canvas, &PictureCanvas::hovered, this, &PictureWindow::tell);
    connect(m_canvas, &PictureCanvas::zoomed, this, [this] {
        const int zoom = m_canvas->zoom();
        m_zoom->setText(zoom > 0 ? tr("%1 ×").arg(zoom) : tr("1/%1").arg(-zoom));
        m_zoom->setAccessibleName(tr("Zoom %1").arg(m_zoom->text()));
    });
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, [this](SampleId ready) {
        if (ready == m_sample)
            refreshPicture();
    });
    connect(&session.selection(), &models::SelectionModel::currentChanged, this,
            [this] { setSample(m_session.selection().current()); });
    connect(&session, &models::Session::changed, this, [this](models::Changes what) {
        if (what & (models::Changes(models::Change::data) | models::Change::run))
            setSample(m_session.selection().current());
    });
    resize(640, 680);
    setSample(sample);
    m_canvas->setFocus();
}

void PictureWindow::setSample(SampleId sample) {
    const auto dataset = m_session.data();
    if (!sample.isValid() || !dataset) {
        close();
        return;
    }
    m_sample = sample;
    setWindowTitle(spokenSample(m_session, sample));
    m_canvas->setValues({});
    refreshPicture();
    tell({});
    m_session.jobs().ask<PixelValues>(
        "picture values", this,
        [dataset, split = m_session.splitName().toStdString(), sample](const base::JobContext&) {
            return readPixels(*dataset->split(split).images, sample.value());
        },
        [this](PixelValues values) {
            m_canvas->setValues(std::move(values));
            tell({});
        },
        [this](const QString& sentence) { m_value->setText(format::sentence(sentence)); });
}

void PictureWindow::refreshPicture() {
    m_canvas->setPicture(m_session.thumbnails().image(m_sample));
}

void PictureWindow::tell(std::optional<QPoint> pixel) {
    const auto& shape = m_canvas->values().shape;
    if (pixel)
        m_value->setText(tr("x %1, y %2: %3").arg(pixel->x()).arg(pixel->y()).arg(m_canvas->values().at(*pixel)));
    else if (shape.width > 0)
        m_value->setText(tr("%1 × %2, %3")
                             .arg(shape.width)
                             .arg(shape.height)
                             .arg(format::counted(shape.channels, tr("1 channel"), tr("%1 channels"))));
    else
        m_value->clear();
}

QString PictureWindow::status() const {
    return m_value->text();
}

} // namespace lpntk::views
