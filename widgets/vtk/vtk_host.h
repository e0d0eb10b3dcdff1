#pragma once

#include <QColor>
#include <QImage>
#include <QWidget>

#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkGenericRenderWindowInteractor.h>
#include <vtkNew.h>
#include <vtkRenderer.h>

#include <memory>

class QOffscreenSurface;
class QOpenGLContext;
class QOpenGLFramebufferObject;

namespace lpntk::vtk {

/// Platform, default surface format and the filter on VTK's own messages. Call it first thing in main(), before the
/// QApplication; a host made without it sets its own format and filter, which is enough for tests.
void prepareOpenGl();

/// Version of the VTK in use, "9.1.0".
const char* vtkVersionText();

/// The widget in which everything drawn by VTK appears: owns a render window that draws into a framebuffer off screen,
/// whose picture is painted like any other, and an interactor that never draws by itself. VTK works in device pixels,
/// Qt's events are translated. Window's thread only.
///
/// No QOpenGLWidget: with one in it, Qt composes a whole window by OpenGL whenever any of its widgets changes, which
/// costs 20 ms and more where OpenGL is software.
class VtkHost : public QWidget {
    Q_OBJECT
public:
    explicit VtkHost(QWidget* parent = nullptr);
    ~VtkHost() override;

    /// False where VTK cannot draw (Qt's offscreen platform, even when a probe context succeeds): views then show a
    /// sentence instead.
    static bool isUsable();

    vtkRenderer* renderer() const { return m_renderer; }
    /// Drawn after and above renderer(), with a depth of its own.
    vtkRenderer* overlay() const { return m_overlay; }
    vtkGenericOpenGLRenderWindow* renderWindow() const { return m_window; }
    vtkGenericRenderWindowInteractor* interactor() const { return m_interactor; }

    /// Asks for a new frame. What is painted again without it (because something above the host moved) is the last one.
    void update();
    /// Asks for what is painted above the frame alone to be painted again.
    void updateAbove() { QWidget::update(); }
    void setBackground(const QColor& colour);
    /// Smooth edges of lines: 0 or 4 samples a pixel.
    void setSamples(int samples);
    /// Hands mouse and wheel to VTK's interactor style (charts); off for scenes that handle them in Qt.
    void setForwardEvents(bool on) { m_forwardEvents = on; }
    /// Size of the widget in device pixels.
    QSize pixelSize() const;

    /// The picture as it is on the screen, in device pixels; null where OpenGL is not there.
    QImage picture();
    /// The same drawn anew at `ratio` device pixels per logical pixel (less where OpenGL has no such large pictures):
    /// what devicePixelRatioF() says meanwhile, so that lines, points and letters grow with it.
    QImage pictureAt(double ratio);
    /// Time that the last frame took in VTK, milliseconds.
    double frameMilliseconds() const { return m_frameMilliseconds; }
    int framesPainted() const { return m_frames; }

Q_SIGNALS:
    /// After each frame, outside of it.
    void painted();

protected:
    int metric(PaintDeviceMetric metric) const override;
    /// Called before each frame; the scene brings its actors up to date here, so many changes cost one frame.
    virtual void prepareFrame() {}
    /// Qt's part of the picture, painted above each frame and without a new one: what changes under the pointer, and
    /// pictures of which VTK would need a texture each. Not in pictureAt().
    virtual void paintAbove(QPainter&) {}

    void showEvent(QShowEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    void connectWindow();
    /// Makes the context at the first frame. False where there is no OpenGL.
    bool openGl();
    bool makeCurrent();
    void releaseGl();
    /// Draws a frame of pixelSize(); null where there is no OpenGL.
    QImage drawFrame();
    bool frameIsDue();
    void tellInteractor(const QPointF& place, Qt::KeyboardModifiers modifiers);

    vtkNew<vtkGenericOpenGLRenderWindow> m_window;
    vtkNew<vtkGenericRenderWindowInteractor> m_interactor;
    vtkNew<vtkRenderer> m_renderer;
    vtkNew<vtkRenderer> m_overlay;
    std::unique_ptr<QOffscreenSurface> m_surface;
    std::unique_ptr<QOpenGLContext> m_context;
    std::unique_ptr<QOpenGLFramebufferObject> m_target;
    QImage m_frame;
    bool m_justShown = false; ///< not painted since
    bool m_stale = true;      ///< the frame is not what would be drawn now
    bool m_forwardEvents = false;
    double m_pictureRatio = 0; ///< while a picture of another resolution is drawn
    double m_frameMilliseconds = 0;
    int m_frames = 0;
};

/// Makes the world coordinates of both renderers device pixels of the host: x to the right, y downwards, origin at the
/// top left; depth in (0, 1000), smaller is nearer. Call it before each frame.
void setPixelCameras(const VtkHost& host);

} // namespace lpntk::vtk
