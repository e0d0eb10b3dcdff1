#pragma once

#include <widgets/models/session.h>
#include <widgets/views/pruning_content.h>
#include <widgets/views/session_view.h>

#include <QTimer>

#include <memory>
#include <vector>

class QAction;
class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QStackedWidget;

namespace lpntk::views {

class AmountField;
class BusyLine;
class ClassBalance;
class ComparePage;
class CoverageChart;
class EmptyState;
class Gallery;
class MethodsTable;
class PruneCardDelegate;
class PruneDetail;
class SampleActions;
class Segment;
class ViewToolBar;

/// What a pruning rule keeps and cuts, live: kept and pruned galleries with reasons, class balance, coverage, and the
/// other methods at the same amount; or, with Compare, two choices side by side.
class PruningView : public SessionView {
    Q_OBJECT
public:
    PruningView(models::Session& session, QWidget* parent = nullptr);
    ~PruningView() override;

    QString name() const { return QStringLiteral("pruning"); }
    /// Galleries, coverage, curves and comparison are those of the present subset.
    bool isReady() const { return m_ready; }

    QWidget* keysGoTo() override;

    Gallery& kept() { return *m_kept; }
    Gallery& pruned() { return *m_pruned; }
    QSlider& slider() { return *m_amount; }
    AmountField& amountField() { return *m_amountText; }
    QComboBox& methodBox() { return *m_method; }
    MethodsTable& methods() { return *m_methods; }
    CoverageChart& chart() { return *m_chart; }
    ClassBalance& balance() { return *m_balance; }
    QComboBox& classBox() { return *m_class; }
    Segment& sorting() { return *m_sort; }
    QPushButton& byHandOnly() { return *m_edits; }
    QPushButton& compareButton() { return *m_compare; }
    QPushButton& wholeCurve() { return *m_whole; }
    ComparePage& comparison() { return *m_comparison; }
    PruneDetail& detail() { return *m_detail; }

    /// The table that has the focus as text into the clipboard: galleries (the selected samples when several of them
    /// are, else all), methods, curves, class balance or agreement.
    void copyAsText();

Q_SIGNALS:
    void ready();
    void exportRequested();
    void copied();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int parts) override;
    void paintEvent(QPaintEvent* event) override;

private:
    ViewToolBar* makeToolBar();
    QWidget* makeGalleries();
    QWidget* makeKept(QWidget* parent);
    QWidget* makePruned(QWidget* parent);
    QWidget* makeSummary();
    QWidget* makeBalance(QWidget* parent);
    QWidget* makeChart(QWidget* parent);
    void connectParts();
    void connectCopying();
    void fillMethods();
    void fillClasses();
    void refreshControls();
    void refreshSummary();
    void askContent();
    void showContent(std::shared_ptr<const PruningContent> content);
    void askComparison();
    void askCurves();
    void askWholeCurves();
    void takeCurves(std::vector<MethodCurve> curves);
    void refreshWhole();
    std::vector<curation::Method> curveMethods() const;
    void chooseMethod(curation::Method method);
    void chooseAmount(int value);
    void chooseShare(double share);
    void chooseClass(int label);
    void checkReady();
    void copyRows(const Gallery& gallery);

    QComboBox* m_method = nullptr;
    QLabel* m_amountLabel = nullptr;
    QSlider* m_amount = nullptr;
    AmountField* m_amountText = nullptr;
    QLabel* m_amountCounts = nullptr;
    QPushButton *m_edits = nullptr, *m_compare = nullptr, *m_export = nullptr;
    QLabel *m_keptCount = nullptr, *m_prunedCount = nullptr;
    Segment* m_sort = nullptr;
    Gallery *m_kept = nullptr, *m_pruned = nullptr;
    PruneCardDelegate* m_cards = nullptr; ///< owned by m_pruned
    QStackedWidget* m_content = nullptr;
    ComparePage* m_comparison = nullptr;
    PruneDetail* m_detail = nullptr;
    ClassBalance* m_balance = nullptr;
    CoverageChart* m_chart = nullptr;
    QComboBox* m_class = nullptr;
    QPushButton* m_whole = nullptr;
    QLabel *m_coverageText = nullptr, *m_methodsTitle = nullptr;
    MethodsTable* m_methods = nullptr;
    EmptyState* m_empty = nullptr;
    BusyLine* m_busy = nullptr;
    SampleActions* m_samples = nullptr;
    QAction* m_copy = nullptr;
    QTimer m_compareSoon;
    std::shared_ptr<const PruningContent> m_shown;
    std::shared_ptr<const curation::Subset> m_compared; ///< subset that the table speaks of
    std::shared_ptr<const analysis::Clustering> m_curvesOf;
    std::vector<MethodCurve> m_curves;
    CurveReach m_reach;
    std::vector<curation::Method> m_missingCurves; ///< what m_curvesTicket computes
    models::Ticket m_wholeTicket = 0, m_curvesTicket = 0, m_contentTicket = 0;
    bool m_curvesThere = false;
    bool m_ready = false;
};

} // namespace lpntk::views
