#pragma once

#include <QString>
#include <QWidget>

namespace lpntk::views {

/// The line above the graph: what is left and what is right, with signs and counts.
class RelationGraphHeader : public QWidget {
    Q_OBJECT
public:
    explicit RelationGraphHeader(QWidget* parent);
    void setTexts(const QString& left, const QString& right);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_left, m_right;
};

} // namespace lpntk::views
