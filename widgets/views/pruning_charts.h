#pragma once

#include <widgets/models/session.h>

#include <QWidget>

#include <cstdint>
#include <vector>

namespace lpntk::views {

/// Kept and former number of samples of every class as bars; a click chooses the class.
class ClassBalance : public QWidget {
    Q_OBJECT
public:
    ClassBalance(models::Session& session, QWidget* parent);
    void setKept(std::vector<std::int64_t> kept);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {160, sizeHint().height()}; }
    /// The chosen class, -1 = none.
    void setClass(int label);
    /// Table of class, kept and former number, columns apart by tabs.
    QString asText() const;

Q_SIGNALS:
    /// -1: the chosen one was clicked again.
    void classChosen(int label);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    int lineHeight() const;
    models::Session& m_session;
    std::vector<std::int64_t> m_kept;
    int m_class = -1;
};

} // namespace lpntk::views
