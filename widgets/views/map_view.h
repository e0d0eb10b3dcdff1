#pragma once

#include <widgets/views/map_colours.h>
#include <widgets/views/session_view.h>

#include <memory>
#include <vector>

class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace lpntk::models {
class SampleMap;
}

namespace lpntk::views {

class BusyLine;
class EmptyState;
class MapCanvas;
class MapLegendList;
class MapScale;
class PairCard;
class SampleActions;

/// All samples of a run as points: two components of its kernel, or coordinates from a file; coloured by class,
/// cluster, score, decision or a third component. Click, lasso and box select for all views.
class MapView : public SessionView {
    Q_OBJECT
public:
    MapView(models::Session& session, QWidget* parent);
    ~MapView() override;

    QString name() const { return QStringLiteral("map"); }
    /// The points of the run are drawn and nothing that would move or colour them is under way.
    bool isReady() const;

    QWidget* keysGoTo() override;
    MapCanvas& canvas() { return *m_canvas; }
    models::SampleMap& map() { return *m_map; }
    MapLegendList& classes() { return *m_classes; }
    MapLegendList& groups() { return *m_groups; }
    MapScale& scale() { return *m_scale; }
    QComboBox& colourBox() { return *m_colour; }
    QComboBox& coordinatesBox() { return *m_coordinates; }
    QComboBox& axisBox(int axis) { return *m_axes[axis]; }
    QPushButton& refineButton() { return *m_refine; }
    QString caption() const;
    QString note() const;

Q_SIGNALS:
    void ready();

protected:
    void sessionChanged(models::Changes what) override;
    void selectionChanged(int parts) override;
    void themeChanged() override;

private:
    QWidget* makeToolBar();
    QWidget* makeMiddle();
    QWidget* makeStrip();
    void connectCanvas();
    void openRun();
    void fillCoordinates(int chosen);
    void chooseCoordinates(int index);
    void askFile();
    void fillAxes();
    void showPlaces(bool keepView);
    /// (N) coordinates of the rows on one of the axes.
    std::vector<double> coordinatesOn(int axis) const;
    QString axisName(int axis) const;
    void showBusy();
    void recolour();
    void paintPoints();
    void showLegend();
    void applyShown();
    void applyMarks(int parts);
    void showCard();
    void chooseRow(int row, Qt::KeyboardModifiers modifiers);
    void chooseRows(const std::vector<std::int32_t>& rows, Qt::KeyboardModifiers modifiers);
    void chooseGroup(const MapGroups& groups, int group);
    QImage picture(int row, int side);
    int rowOf(models::SampleId sample) const;
    models::SampleId sampleOf(int row) const;
    MapColour colour() const;
    void maybeReady();

    QWidget* m_toolBar;
    QWidget* m_middle;
    QWidget* m_stage; ///< what the canvas fills; card and busy line lie on it
    EmptyState* m_empty;
    QComboBox* m_colour;
    QComboBox* m_coordinates;
    QComboBox* m_axes[3]; ///< the third is a colour
    QPushButton* m_refine;
    QToolButton* m_lasso;
    QToolButton* m_box;
    QLabel* m_caption;
    QLabel* m_note;
    MapCanvas* m_canvas;
    BusyLine* m_busy;
    PairCard* m_card;
    QWidget* m_groupPart; ///< legend of the colour where that is not the class
    QLabel* m_groupTitle;
    QLabel* m_classTitle;
    QPushButton* m_showAll;
    MapLegendList* m_groups;
    MapLegendList* m_classes;
    MapScale* m_scale;
    SampleActions* m_samples;
    models::SampleMap* m_map;
    std::shared_ptr<const run::Run> m_run;
    MapGroups m_byClass, m_byColour;
    std::vector<float> m_scores;
    std::vector<QRgb> m_colours;
    int m_chosen = 0; ///< coordinates: 0 = components, then imported ones
    bool m_coloursAsked = false;
    int m_changedAt = 0; ///< frames that the canvas had painted at the last change
};

} // namespace lpntk::views
