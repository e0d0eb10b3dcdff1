#pragma once

#include <widgets/models/session.h>

#include <QWidget>

#include <vector>

namespace lpntk::views {

/// The head of the Inspector: the sample at 112 px, its class, and its facts as name and value.
class SampleCard : public QWidget {
    Q_OBJECT
public:
    SampleCard(models::Session& session, QWidget* parent);
    void setSample(models::SampleId sample);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Fact {
        QString name, value;
        QString before;        ///< in danger colour before the value: the wrong prediction
    };
    std::vector<Fact> facts() const;

    models::Session& m_session;
    models::SampleId m_sample;
};

} // namespace lpntk::views
