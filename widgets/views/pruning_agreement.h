#pragma once

#include <core/curation/comparison.h>
#include <widgets/models/session.h>

#include <QWidget>

#include <vector>

namespace lpntk::views {

/// How far two choices agree class by class: the share of what either keeps that both keep as a bar, and the counts.
class AgreementTable : public QWidget {
    Q_OBJECT
public:
    AgreementTable(models::Session& session, QWidget* parent);
    void setCounts(const curation::Comparison& counts);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {260, sizeHint().height()}; }
    /// Columns apart by tabs, a line of all classes at the end.
    QString asText() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int lineHeight() const;
    QString nameOf(std::size_t line) const;

    models::Session& m_session;
    std::vector<curation::Comparison::Counts> m_lines; ///< a class each, then all
};

} // namespace lpntk::views
