#pragma once

#include <widgets/models/session.h>

#include <QWidget>

namespace lpntk::views {

/// The head of the Inspector: the sample at 112 px, its class, and its facts as name and value. A click on the picture,
/// or Return, asks for it in large.
class SampleCard : public QWidget {
    Q_OBJECT
public:
    SampleCard(models::Session& session, QWidget* parent);
    void setSample(models::SampleId sample);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {0, sizeHint().height()}; }

Q_SIGNALS:
    void pictureClicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRect picture() const;

    models::Session& m_session;
    models::SampleId m_sample;
};

} // namespace lpntk::views
