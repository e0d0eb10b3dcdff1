#pragma once

#include <widgets/models/session.h>
#include <widgets/views/pruning_content.h>

#include <QWidget>

#include <optional>
#include <vector>

namespace lpntk::views {

/// Kept and former number of samples of every class as bars.
class ClassBalance : public QWidget {
    Q_OBJECT
public:
    ClassBalance(models::Session& session, QWidget* parent);
    void setKept(std::vector<std::int64_t> kept);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {160, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int lineHeight() const;
    models::Session& m_session;
    std::vector<std::int64_t> m_kept;
};

/// Mean coverage of the dropped samples against the share kept, one curve per method; the present amount is marked.
class CoverageChart : public QWidget {
    Q_OBJECT
public:
    explicit CoverageChart(QWidget* parent);
    void setCurves(std::vector<MethodCurve> curves, std::int64_t rows);
    /// The present method, share kept and mean coverage (none while it is computed).
    void setPresent(curation::Method method, double share, std::optional<double> coverage);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Range {
        double maxShare = 0.5, minCoverage = 0;
    };
    Range range() const;
    QRectF plot() const;
    void paintAxes(QPainter& painter, const Range& range) const;
    bool isPresent(curation::Method method) const;
    QPen penOf(curation::Method method) const;
    void paintCurve(QPainter& painter, const Range& range, const MethodCurve& curve) const;
    void paintNames(QPainter& painter) const;
    QPointF point(const Range& range, double share, double coverage) const;

    std::vector<MethodCurve> m_curves;
    std::int64_t m_rows = 0;
    curation::Method m_method = curation::Method::heads;
    double m_share = 0;
    std::optional<double> m_coverage;
};

} // namespace lpntk::views
