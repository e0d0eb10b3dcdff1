#pragma once

#include <widgets/views/clusters_list.h>
#include <widgets/views/clusters_members.h>
#include <widgets/views/session_view.h>

#include <QStringList>

#include <memory>
#include <unordered_map>
#include <vector>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSlider;

namespace lpntk::views {

class BusyLine;
class ClusterActions;
class EmptyState;
class Gallery;
class HeadCard;
class KeyButton;
class RankChart;
class SampleActions;
class Segment;
class ViewToolBar;

/// Clusters of the run by size; the chosen one with its head, facts, actions and a gallery of its members, or of all
/// clusters one after the other. The slider changes the number of clusters live.
class ClustersView : public SessionView {
    Q_OBJECT
public:
    ClustersView(models::Session& session, QWidget* parent = nullptr);
    ~ClustersView() override;

    QString name() const { return QStringLiteral("clusters"); }
    bool isReady() const { return m_ready; }

    /// Shows the cluster with this index in Session::clusters(); its head becomes the current sample when `select`.
    void showCluster(int cluster, bool select);
    int shownCluster() const { return m_cluster; }
    base::Json figureSettings() const override { return {{"sample", m_head.value()}, {"parts", m_parts}}; }
    QWidget* keysGoTo() override;
    Gallery& gallery() { return *m_gallery; }
    ClusterList& list() { return *m_list; }
    ClusterActions& actions() { return *m_actions; }
    HeadCard& card() { return *m_card; }
    /// One cluster, or all of them with a section each.
    void setAllShown(bool all);
    bool isAllShown() const { return m_all; }
    MemberSort memberSort() const { return m_order.sort(); }
    void setMemberSort(MemberSort sort);
    /// Sections of the gallery as tab-separated lines with a head line: the selected samples when there are several of
    /// them among those shown, else all that are shown.
    QString galleryText() const;
    QSlider& slider() { return *m_slider; }

Q_SIGNALS:
    void ready();
    void memberSortChanged();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int parts) override;
    void paintEvent(QPaintEvent* event) override;

private:
    ViewToolBar* makeToolBar();
    QWidget* makeLeft();
    QWidget* makeRight();
    QWidget* makeListHead(QWidget* parent);
    QWidget* makeActionBar(QWidget* parent);
    QWidget* makeShowBar(QWidget* parent);
    void connectParts();
    void connectActions();
    void addKeys();
    void refreshControls();
    void refreshClasses();
    void refreshClusters();
    void refreshGallery();
    void refreshActions();
    void refreshKept();
    void refreshNote();
    void showMembers();
    void showAllClusters();
    void showParts(const std::vector<base::RowId>& rows, const analysis::FarthestPointOrder& order);
    std::vector<base::RowId> rowsOf(int cluster) const;
    void scrollToCluster();
    void notePressed();
    void chooseFromCurrent();
    void step(int direction);
    void split(int parts);
    void segmentChosen(int index);

    QSlider* m_slider = nullptr;
    QLabel* m_count = nullptr;
    QDoubleSpinBox* m_ratio = nullptr;
    QComboBox *m_mode = nullptr, *m_class = nullptr;
    RankChart* m_chart = nullptr;
    QLabel* m_listTitle = nullptr;
    ClusterList* m_list = nullptr;
    HeadCard* m_card = nullptr;
    Segment* m_keep = nullptr;
    KeyButton *m_split = nullptr, *m_relabel = nullptr, *m_tag = nullptr;
    KeyButton *m_merge = nullptr, *m_review = nullptr;
    QComboBox *m_listSort = nullptr, *m_memberSort = nullptr;
    Segment* m_scope = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_noteButton = nullptr;
    Gallery* m_gallery = nullptr;
    QWidget* m_content = nullptr;
    EmptyState* m_empty = nullptr;
    BusyLine* m_busy = nullptr;
    SampleActions* m_samples = nullptr;
    ClusterActions* m_actions = nullptr;
    QStringList m_classNames;
    std::shared_ptr<const analysis::ClusterAssignment> m_assignment; ///< that the list shows, of class m_label
    int m_label = -1;
    int m_cluster = -1;
    int m_parts = 1;
    bool m_all = false;
    MemberOrder m_order;
    std::unordered_map<int, int> m_sectionOf; ///< section of a cluster while all are shown
    std::vector<std::int32_t> m_predicted;    ///< by row of the run
    models::SampleId m_head; ///< of the shown cluster: finds it again when the number of clusters changes
    bool m_ready = false;
};

} // namespace lpntk::views
