#pragma once

#include <widgets/models/session.h>
#include <widgets/views/pruning_content.h>

#include <QWidget>

#include <optional>
#include <vector>

namespace lpntk::views {

/// Mean coverage of the dropped samples against the share kept, a curve per method, the present amount marked. Of all
/// classes with thin lines for every one, or of one class; the pointer or the arrow keys read values. Owned by its view.
class CoverageChart : public QWidget {
    Q_OBJECT
public:
    CoverageChart(models::Session& session, QWidget* parent);
    void setCurves(std::vector<MethodCurve> curves, std::int64_t rows);
    const std::vector<MethodCurve>& curves() const { return m_curves; }
    /// What is shown now; null takes the mark away.
    void setPresent(std::shared_ptr<const PruningContent> content);
    /// -1: all classes.
    void setClass(int label);
    int shownClass() const { return m_class; }
    /// Share kept where values are read, none outside. It snaps to the nearest point of a curve.
    void setReading(std::optional<double> share);
    /// "30.0 % kept", then a line per curve; empty without a reading.
    QStringList reading() const;
    /// Table of the curves with a header line, columns apart by tabs.
    QString asText() const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Range {
        double maxShare = 0.5, minCoverage = 0;
    };
    struct Line {
        const std::vector<double>* share = nullptr;
        const std::vector<double>* mean = nullptr;
    };
    Range range() const;
    QRectF plot() const;
    Line line(const MethodCurve& curve, int label) const;
    const MethodCurve* presentCurve() const;
    std::optional<double> presentShare() const;
    std::optional<double> presentCoverage() const;
    std::size_t nearestPoint(const Line& of, double share) const;
    void paintAxes(QPainter& painter, const Range& range) const;
    void paintClasses(QPainter& painter, const Range& range) const;
    void paintLine(QPainter& painter, const Range& range, const Line& line, const QPen& pen) const;
    QRectF placeOfNames(const Range& range, QSizeF size) const;
    void paintNames(QPainter& painter, const Range& range) const;
    void paintReading(QPainter& painter, const Range& range) const;
    bool isPresent(curation::Method method) const;
    QPen penOf(curation::Method method) const;
    QPointF point(const Range& range, double share, double coverage) const;
    void findClass(QPointF place);
    void describe();

    models::Session& m_session;
    std::vector<MethodCurve> m_curves;
    std::int64_t m_rows = 0;
    std::shared_ptr<const PruningContent> m_present;
    int m_class = -1;
    int m_namedClass = -1; ///< whose thin line the pointer is at
    std::optional<double> m_reading;
};

} // namespace lpntk::views
