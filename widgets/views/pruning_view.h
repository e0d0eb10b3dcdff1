#pragma once

#include <widgets/views/pruning_content.h>
#include <widgets/views/session_view.h>

#include <QTimer>

#include <memory>

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;

namespace lpntk::views {

class BusyLine;
class ClassBalance;
class CoverageChart;
class EmptyState;
class Gallery;
class MethodsTable;
class PruneCardDelegate;
class SampleActions;
class ViewToolBar;

/// What a pruning rule keeps and cuts, live: kept and pruned galleries with reasons, class balance, coverage, and the
/// other methods at the same amount.
class PruningView : public SessionView {
    Q_OBJECT
public:
    PruningView(models::Session& session, QWidget* parent = nullptr);
    ~PruningView() override;

    QString name() const { return QStringLiteral("pruning"); }
    /// Galleries, coverage, curves and comparison are those of the present subset.
    bool isReady() const { return m_ready; }

    Gallery& kept() { return *m_kept; }
    Gallery& pruned() { return *m_pruned; }
    QSlider& slider() { return *m_amount; }
    QComboBox& methodBox() { return *m_method; }
    MethodsTable& methods() { return *m_methods; }

Q_SIGNALS:
    void ready();
    void exportRequested();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int) override {}
    void paintEvent(QPaintEvent* event) override;

private:
    ViewToolBar* makeToolBar();
    QWidget* makeGalleries();
    QWidget* makeSummary();
    QWidget* makeHead(const QString& icon, const QString& title, const QString& note, QLabel*& count, QWidget* parent);
    void connectParts();
    void fillMethods();
    void refreshControls();
    void refreshSummary();
    void askContent();
    void showContent(std::shared_ptr<const PruningContent> content);
    void askComparison();
    void askCurves();
    void chooseMethod(curation::Method method);
    void chooseAmount(int value);
    void checkReady();

    QComboBox* m_method = nullptr;
    QLabel* m_amountLabel = nullptr;
    QSlider* m_amount = nullptr;
    QLabel *m_amountText = nullptr, *m_amountCounts = nullptr, *m_edits = nullptr;
    QPushButton *m_compare = nullptr, *m_export = nullptr;
    QLabel *m_keptCount = nullptr, *m_prunedCount = nullptr;
    Gallery *m_kept = nullptr, *m_pruned = nullptr;
    PruneCardDelegate* m_cards = nullptr; ///< owned by m_pruned
    QWidget *m_content = nullptr, *m_summary = nullptr;
    ClassBalance* m_balance = nullptr;
    CoverageChart* m_chart = nullptr;
    QLabel *m_coverageText = nullptr, *m_methodsTitle = nullptr;
    MethodsTable* m_methods = nullptr;
    EmptyState* m_empty = nullptr;
    BusyLine* m_busy = nullptr;
    SampleActions* m_samples = nullptr;
    QTimer m_compareSoon;
    std::shared_ptr<const PruningContent> m_shown;
    std::shared_ptr<const curation::Subset> m_compared; ///< subset that the table speaks of
    std::shared_ptr<const analysis::Clustering> m_curvesOf;
    bool m_curvesThere = false;
    bool m_ready = false;
};

} // namespace lpntk::views
