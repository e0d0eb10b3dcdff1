#pragma once

#include <widgets/views/session_view.h>

#include <QStringList>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSlider;

namespace lpntk::views {

class BusyLine;
class ClusterActions;
class ClusterList;
class EmptyState;
class Gallery;
class HeadCard;
class KeyButton;
class RankChart;
class SampleActions;
class Segment;
class ViewToolBar;

/// Clusters of the run by size; the chosen one with its head, facts, actions and a gallery of its members. The slider
/// changes the number of clusters live.
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
    Gallery& gallery() { return *m_gallery; }
    ClusterList& list() { return *m_list; }
    QSlider& slider() { return *m_slider; }

Q_SIGNALS:
    void ready();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int parts) override;
    void paintEvent(QPaintEvent* event) override;

private:
    ViewToolBar* makeToolBar();
    QWidget* makeLeft();
    QWidget* makeRight();
    QWidget* makeActionBar(QWidget* parent);
    void connectParts();
    void refreshControls();
    void refreshClasses();
    void refreshClusters();
    void refreshGallery();
    void refreshKept();
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
    Gallery* m_gallery = nullptr;
    QWidget* m_content = nullptr;
    EmptyState* m_empty = nullptr;
    BusyLine* m_busy = nullptr;
    SampleActions* m_samples = nullptr;
    ClusterActions* m_actions = nullptr;
    QStringList m_classNames;
    int m_cluster = -1;
    int m_parts = 1;
    models::SampleId m_head; ///< of the shown cluster: finds it again when the number of clusters changes
    bool m_ready = false;
};

} // namespace lpntk::views
