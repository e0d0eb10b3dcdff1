#pragma once

#include <widgets/views/parts_gallery.h>
#include <widgets/views/pruning_comparison.h>

#include <QWidget>

#include <memory>
#include <vector>

class QComboBox;
class QLabel;
class QPushButton;

namespace lpntk::views {

class AgreementTable;
class BusyLine;
class FittingRow;
class RankScatter;

/// The present subset (A) beside another choice (B): what only one of them keeps, agreement by class, rank against
/// rank. B is a method at the same amount, a former subset that was pinned, a saved selection or the selected samples.
/// Owned by the pruning view.
class ComparePage : public QWidget {
    Q_OBJECT
public:
    ComparePage(models::Session& session, QWidget* parent);

    /// After the session changed; computes only while the page is visible.
    void refresh();
    /// Remembers the present subset for later comparisons with it; forgotten with the run.
    void pin();
    bool isReady() const { return m_ready; }
    QComboBox& against() { return *m_against; }
    Gallery& onlyA() { return *m_onlyA; }
    Gallery& onlyB() { return *m_onlyB; }
    RankScatter& ranks() { return *m_ranks; }
    AgreementTable& agreement() { return *m_agreement; }
    QPushButton& pinButton() { return *m_pin; }
    const ComparisonContent* content() const { return m_content.get(); }

Q_SIGNALS:
    void ready();

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Pin {
        QString name;
        std::shared_ptr<const curation::Subset> subset;
    };
    FittingRow* makeHead();
    QWidget* makeGalleries();
    QWidget* makeSummary();
    QString nameOf(const curation::Subset& subset) const;
    QString nameOfB() const;
    void fillAgainst();
    void takeSelection();
    std::shared_ptr<const std::vector<char>> marksOf(const models::SampleSet& samples) const;
    void savedSelectionsChanged();
    void ask();
    void showContent(std::shared_ptr<const ComparisonContent> content);

    models::Session& m_session;
    const run::Run* m_run = nullptr;
    std::vector<Pin> m_pins;
    std::shared_ptr<const std::vector<char>>
        m_selection; ///< marks of the samples that were selected when B became them
    std::shared_ptr<const ComparisonContent> m_content;
    std::shared_ptr<const curation::Subset> m_asked;
    models::Ticket m_ticket = 0;
    bool m_askAgain = false; ///< asked for while a comparison was being made
    bool m_ready = false;
    QLabel *m_present = nullptr, *m_counts = nullptr;
    QComboBox* m_against = nullptr;
    QPushButton* m_pin = nullptr;
    QLabel *m_countA = nullptr, *m_countB = nullptr, *m_spearman = nullptr;
    Gallery *m_onlyA = nullptr, *m_onlyB = nullptr;
    AgreementTable* m_agreement = nullptr;
    RankScatter* m_ranks = nullptr;
    BusyLine* m_busy = nullptr;
};

} // namespace lpntk::views
