#include <widgets/vtk/vtk_host.h>

#include <QElapsedTimer>
#include <QGuiApplication>
#include <QMouseEvent>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLFramebufferObject>
#include <QOpenGLFunctions>
#include <QPainter>
#include <QSurfaceFormat>
#include <QTimer>
#include <QWheelEvent>

#include <vtkCallbackCommand.h>
#include <vtkCamera.h>
#include <vtkCommand.h>
#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkGenericRenderWindowInteractor.h>
#include <vtkObjectFactory.h>
#include <vtkOpenGLState.h>
#include <vtkOutputWindow.h>
#include <vtkRenderer.h>
#include <vtkVersion.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

namespace lpntk::vtk {

namespace {

constexpr unsigned int kLessOrEqual = 0x0203; ///< GL_LEQUAL; OpenGL's headers do not go with Qt's in one file

/// Passes VTK's messages to stderr, except the one that Debian's GLEW makes VTK repeat at every frame under EGL
/// although the pictures are right, and the notes about depth peeling that software rendering gives.
class OutputFilter : public vtkOutputWindow {
public:
    static OutputFilter* New();
    vtkTypeMacro(OutputFilter, vtkOutputWindow) // the macro brings its own semicolon

    void DisplayText(const char* text) override {
        if (!text || std::strstr(text, "GLEW could not be initialized") || std::strstr(text, "Missing GL version"))
            return;
        std::fputs(text, stderr);
        if (text[0] && text[std::strlen(text) - 1] != '\n')
            std::fputc('\n', stderr);
    }
};
vtkStandardNewMacro(OutputFilter)

void filterMessages() {
    static const bool done = [] {
        vtkNew<OutputFilter> filter;
        vtkOutputWindow::SetInstance(filter);
        return true;
    }();
    static_cast<void>(done);
}

QSurfaceFormat surfaceFormat() {
    QSurfaceFormat format;
    format.setRenderableType(QSurfaceFormat::OpenGL);
    format.setVersion(3, 2);
    format.setProfile(QSurfaceFormat::CoreProfile);
    format.setRedBufferSize(8);
    format.setGreenBufferSize(8);
    format.setBlueBufferSize(8);
    format.setAlphaBufferSize(8);
    format.setDepthBufferSize(8);
    format.setStencilBufferSize(0);
    format.setSamples(0); // VTK smooths in its own framebuffer
    return format;
}

template <typename Function> void observe(vtkObject* object, unsigned long event, VtkHost* host, Function function) {
    vtkNew<vtkCallbackCommand> command;
    command->SetClientData(host);
    command->SetCallback(function);
    object->AddObserver(event, command);
}

} // namespace

void prepareOpenGl() {
#ifdef Q_OS_LINUX
    // Debian's GLEW cannot be initialised under Wayland and EGL.
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") && !qEnvironmentVariableIsEmpty("DISPLAY"))
        qputenv("QT_QPA_PLATFORM", "xcb");
#endif
    QSurfaceFormat::setDefaultFormat(surfaceFormat());
    filterMessages();
}

const char* vtkVersionText() {
    return vtkVersion::GetVTKVersion();
}

VtkHost::VtkHost(QWidget* parent) : QWidget(parent) {
    filterMessages();
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    m_window->SetOwnContext(0);
    m_window->SetFrameBlitModeToBlitToCurrent();
    m_window->SetMultiSamples(0);
    m_window->SetSupportsOpenGL(1);
    m_window->SetIsDirect(1);
    m_window->SetNumberOfLayers(2);
    m_window->AddRenderer(m_renderer);
    m_window->AddRenderer(m_overlay);
    m_renderer->SetBackgroundAlpha(1); // else the widget's pixels would be transparent
    m_overlay->SetLayer(1);
    m_overlay->InteractiveOff();
    m_interactor->SetRenderWindow(m_window);
    m_interactor->EnableRenderOff();
    m_interactor->Initialize();
    connectWindow();
}

VtkHost::~VtkHost() {
    releaseGl();
    m_interactor->SetRenderWindow(nullptr);
}

bool VtkHost::isUsable() {
    const QString platform = QGuiApplication::platformName();
    return platform != QLatin1String("offscreen") && platform != QLatin1String("minimal");
}

void VtkHost::connectWindow() {
    observe(m_window, vtkCommand::WindowMakeCurrentEvent, this,
            [](vtkObject*, unsigned long, void* host, void*) { static_cast<VtkHost*>(host)->makeCurrent(); });
    observe(
        m_window, vtkCommand::WindowIsCurrentEvent, this, [](vtkObject*, unsigned long, void* client, void* answer) {
            auto* host = static_cast<VtkHost*>(client);
            *static_cast<bool*>(answer) = host->m_context && host->m_context.get() == QOpenGLContext::currentContext();
        });
    // VTK asks for a frame: never draw outside of a paint event.
    observe(m_interactor, vtkCommand::RenderEvent, this,
            [](vtkObject*, unsigned long, void* host, void*) { static_cast<VtkHost*>(host)->update(); });
}

void VtkHost::update() {
    m_stale = true;
    QWidget::update();
}

void VtkHost::setBackground(const QColor& colour) {
    m_renderer->SetBackground(colour.redF(), colour.greenF(), colour.blueF());
    update();
}

void VtkHost::setSamples(int samples) {
    m_window->SetMultiSamples(samples);
    update();
}

QSize VtkHost::pixelSize() const {
    const qreal ratio = devicePixelRatioF();
    return {qRound(width() * ratio), qRound(height() * ratio)};
}

QImage VtkHost::picture() {
    return isUsable() ? drawFrame() : QImage();
}

QImage VtkHost::pictureAt(double ratio) {
    if (!isUsable() || size().isEmpty() || !openGl() || !makeCurrent())
        return {};
    GLint most = 0;
    m_context->functions()->glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &most);
    m_pictureRatio = std::min(ratio, static_cast<double>(most) / std::max(width(), height()));
    const QImage image = drawFrame();
    m_pictureRatio = 0;
    update(); // the scene's actors are those of the other resolution
    return image;
}

int VtkHost::metric(PaintDeviceMetric metric) const {
    if (m_pictureRatio > 0 && metric == PdmDevicePixelRatio)
        return qRound(m_pictureRatio);
    if (m_pictureRatio > 0 && metric == PdmDevicePixelRatioScaled)
        return qRound(m_pictureRatio * devicePixelRatioFScale());
    return QWidget::metric(metric);
}

bool VtkHost::openGl() {
    if (m_context)
        return true;
    auto context = std::make_unique<QOpenGLContext>();
    context->setFormat(surfaceFormat());
    if (!context->create())
        return false;
    m_surface = std::make_unique<QOffscreenSurface>();
    m_surface->setFormat(context->format());
    m_surface->create();
    m_context = std::move(context);
    if (!makeCurrent()) {
        m_context.reset();
        return false;
    }
    m_window->SetReadyForRendering(true);
    m_window->SetForceMaximumHardwareLineWidth(1);
    m_window->OpenGLInit();
    return true;
}

/// VTK asks for the context many times within a frame.
bool VtkHost::makeCurrent() {
    return m_context &&
           (m_context.get() == QOpenGLContext::currentContext() || m_context->makeCurrent(m_surface.get()));
}

void VtkHost::releaseGl() {
    if (!makeCurrent())
        return;
    m_window->Finalize();
    m_window->SetReadyForRendering(false);
    m_target.reset();
    m_context->doneCurrent();
    m_context.reset();
}

QImage VtkHost::drawFrame() {
    if (!openGl() || !makeCurrent() || pixelSize().isEmpty())
        return {};
    QElapsedTimer timer;
    timer.start();
    const QSize pixels = pixelSize();
    const int* size = m_window->GetSize();
    if (size[0] != pixels.width() || size[1] != pixels.height()) {
        m_window->SetSize(pixels.width(), pixels.height());
        m_interactor->UpdateSize(pixels.width(), pixels.height());
    }
    if (!m_target || m_target->size() != pixels)
        m_target = std::make_unique<QOpenGLFramebufferObject>(pixels);
    prepareFrame();
    m_target->bind();
    vtkOpenGLState* state = m_window->GetState();
    state->Reset();
    state->Push();
    // Reset leaves OpenGL's own "less", with which of two shapes at one depth the first would hide the second.
    state->vtkglDepthFunc(kLessOrEqual);
    m_window->Render();
    state->Pop();
    m_target->bind(); // VTK leaves framebuffers of its own behind
    QImage image = m_target->toImage();
    image.reinterpretAsFormat(QImage::Format_RGB32); // the background hides all below it
    image.setDevicePixelRatio(devicePixelRatioF());
    m_frameMilliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    return image;
}

void VtkHost::showEvent(QShowEvent*) {
    m_justShown = true;
}

/// The context and its shaders take as long as the rest of a view, and what VTK keeps of a size nearly so: the first
/// frame after a view is shown comes in an event of its own, behind the view's.
bool VtkHost::frameIsDue() {
    // The pixel ratio changes without a resize when the window moves to another screen.
    const bool due = m_stale || m_frame.size() != pixelSize();
    if (!std::exchange(m_justShown, false) || !due || !isUsable())
        return due;
    m_stale = true;
    QTimer::singleShot(0, this, &VtkHost::update);
    return false;
}

void VtkHost::paintEvent(QPaintEvent*) {
    if (frameIsDue()) {
        m_frame = drawFrame();
        m_stale = false;
        ++m_frames;
        QMetaObject::invokeMethod(this, &VtkHost::painted, Qt::QueuedConnection);
    }
    QPainter painter(this);
    if (!m_frame.isNull() && m_frame.size() == pixelSize()) {
        painter.drawImage(0, 0, m_frame);
        return paintAbove(painter);
    }
    if (m_stale && isUsable()) { // comes with the next event
        double colour[3];
        m_renderer->GetBackground(colour);
        return painter.fillRect(rect(), QColor::fromRgbF(static_cast<float>(colour[0]), static_cast<float>(colour[1]),
                                                         static_cast<float>(colour[2])));
    }
    painter.fillRect(rect(), palette().window());
    painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("OpenGL, which draws this view, cannot be used here."));
}

void VtkHost::tellInteractor(const QPointF& place, Qt::KeyboardModifiers modifiers) {
    const qreal ratio = devicePixelRatioF();
    m_interactor->SetEventInformationFlipY(qRound(place.x() * ratio), qRound(place.y() * ratio),
                                           modifiers.testFlag(Qt::ControlModifier),
                                           modifiers.testFlag(Qt::ShiftModifier));
}

void VtkHost::mousePressEvent(QMouseEvent* event) {
    if (!m_forwardEvents)
        return QWidget::mousePressEvent(event);
    tellInteractor(event->position(), event->modifiers());
    m_interactor->InvokeEvent(event->button() == Qt::LeftButton ? vtkCommand::LeftButtonPressEvent
                                                                : vtkCommand::RightButtonPressEvent);
}

void VtkHost::mouseReleaseEvent(QMouseEvent* event) {
    if (!m_forwardEvents)
        return QWidget::mouseReleaseEvent(event);
    tellInteractor(event->position(), event->modifiers());
    m_interactor->InvokeEvent(event->button() == Qt::LeftButton ? vtkCommand::LeftButtonReleaseEvent
                                                                : vtkCommand::RightButtonReleaseEvent);
}

void VtkHost::mouseMoveEvent(QMouseEvent* event) {
    if (!m_forwardEvents)
        return QWidget::mouseMoveEvent(event);
    tellInteractor(event->position(), event->modifiers());
    m_interactor->InvokeEvent(vtkCommand::MouseMoveEvent);
}

void VtkHost::wheelEvent(QWheelEvent* event) {
    if (!m_forwardEvents)
        return QWidget::wheelEvent(event);
    tellInteractor(event->position(), event->modifiers());
    m_interactor->InvokeEvent(event->angleDelta().y() > 0 ? vtkCommand::MouseWheelForwardEvent
                                                          : vtkCommand::MouseWheelBackwardEvent);
}

void setPixelCameras(const VtkHost& host) {
    const double x = host.pixelSize().width() / 2.0, y = host.pixelSize().height() / 2.0;
    for (vtkRenderer* renderer : {host.renderer(), host.overlay()}) {
        vtkCamera* camera = renderer->GetActiveCamera();
        camera->ParallelProjectionOn();
        // Looking along +z with -y up: x goes right and y goes down on the screen.
        camera->SetPosition(x, y, -1.0);
        camera->SetFocalPoint(x, y, 0.0);
        camera->SetViewUp(0, -1, 0);
        camera->SetParallelScale(std::max(y, 0.5));
        camera->SetClippingRange(0.5, 1002.0);
    }
}

} // namespace lpntk::vtk
