#pragma once

#include <widgets/models/session.h>

#include <QWidget>

namespace lpntk::views {

/// What is known of a pair of samples: both pictures, classes, indices and predictions, the relation, cosine, kappa and
/// angle; or of one sample. A card that floats over its parent widget beside the pointer, never under it; takes no
/// mouse events.
class PairCard : public QWidget {
    Q_OBJECT
public:
    PairCard(models::Session& session, QWidget* parent);

    /// Values as in the run; NaN cosine: "not computed". `note` is a line below, may be empty.
    void setPair(models::SampleId first, models::SampleId second, float cosine, float kappa, const QString& note = {});
    /// One sample by itself.
    void setSample(models::SampleId sample);
    models::SampleId first() const { return m_first; }
    models::SampleId second() const { return m_second; }
    float cosine() const { return m_cosine; }
    float kappa() const { return m_kappa; }

    /// 12 px off the pointer (in the parent's coordinates), flipped at the parent's edges.
    void showBeside(QPoint pointer);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintSample(QPainter& painter, double left, models::SampleId sample);

    models::Session& m_session;
    models::SampleId m_first, m_second;
    float m_cosine = 0, m_kappa = 0;
    QString m_note;
};

} // namespace lpntk::views
