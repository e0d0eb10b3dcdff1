#pragma once

#include <widgets/models/theme.h>

#include <QColor>
#include <QString>
#include <QStringList>
#include <QWidget>

#include <cstddef>
#include <optional>
#include <vector>

class QPushButton;

namespace lpntk::views {

/// One line of figures: a name, a bar, values.
struct ValueRow {
    QString name;
    QStringList values;                          ///< flushed right, one per column
    QColor swatch;                               ///< invalid = none
    std::optional<double> bar;                   ///< share of the longest, in [-1, 1]
    models::Role colour = models::Role::neutral; ///< of the bar
    bool strong = false;
};

/// Lines of names, bars and values below each other, painted. Bars stand on a track from the left, or, where they have
/// signs, at both sides of a line at zero.
class ValueRows : public QWidget {
    Q_OBJECT
public:
    enum class Bars { none, plain, withSigns };
    ValueRows(Bars bars, QWidget* parent);

    /// Captions of the value columns; empty = no line of captions.
    void setCaptions(const QStringList& captions);
    void setRows(std::vector<ValueRow> rows);
    const std::vector<ValueRow>& rows() const { return m_rows; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {0, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Columns {
        double name = 0; ///< width of the names with their swatches
        std::vector<double> values;
        double bar = 0;
    };
    Columns columns() const;
    void paintRow(QPainter& painter, const QRectF& line, const ValueRow& row, const Columns& columns) const;
    void paintSigned(QPainter& painter, const QRectF& track, const ValueRow& row) const;
    QString spoken(const ValueRow& row) const;

    Bars m_bars;
    QStringList m_captions;
    std::vector<ValueRow> m_rows;
};

/// ValueRows of which some are shown at first and all on demand.
class LongRows : public QWidget {
    Q_OBJECT
public:
    LongRows(ValueRows::Bars bars, std::size_t atFirst, QWidget* parent);

    ValueRows& rows() const { return *m_rows; }
    /// `rest`: a line that stands for the ones that are left out, while they are.
    void setRows(std::vector<ValueRow> rows, std::optional<ValueRow> rest = {});
    QPushButton* more() const { return m_more; }

private:
    void refresh();

    ValueRows* m_rows;
    QPushButton* m_more;
    std::size_t m_atFirst;
    std::vector<ValueRow> m_all;
    std::optional<ValueRow> m_rest;
    bool m_showsAll = false;
};

/// A quiet button that reads as a link, at the left edge of the texts.
QPushButton* makeLink(const QString& text, QWidget* parent);

} // namespace lpntk::views
