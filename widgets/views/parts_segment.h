#pragma once

#include <widgets/views/parts_fitting.h>

#include <QPushButton>
#include <QToolButton>
#include <QWidget>

#include <vector>

class QButtonGroup;
class QLabel;

namespace lpntk::views {

/// Segmented buttons: one of a few choices, all visible. Arrow keys move within, Tab leaves.
class Segment : public QWidget {
    Q_OBJECT
public:
    /// `exclusive` false: plain actions that look alike, nothing stays checked.
    Segment(const QStringList& texts, bool exclusive, QWidget* parent);

    int current() const;
    /// Checks without emitting; -1 checks none.
    void setCurrent(int index);
    QToolButton* button(int index) const { return m_buttons[static_cast<std::size_t>(index)]; }
    /// Words for narrow places; the full ones stay as tooltips and accessible names.
    void setShortTexts(const QStringList& texts);
    void setShort(bool isShort);

Q_SIGNALS:
    void chosen(int index);

private:
    QButtonGroup* m_group;
    std::vector<QToolButton*> m_buttons;
    QStringList m_texts, m_shortTexts;
};

/// A push button that ends in the framed name of its key.
class KeyButton : public QPushButton {
    Q_OBJECT
public:
    KeyButton(const QString& icon, const QString& text, const QString& key, QWidget* parent);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }
    /// Without the name of the key, which the tooltip has too.
    void setShort(bool isShort);
    void setIconShown(bool shown);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool showsKey() const { return !m_key.isEmpty() && !m_short; }
    bool showsIcon() const { return !m_icon.isEmpty() && m_iconShown; }

    QString m_icon;
    QString m_words;
    QString m_key;
    bool m_short = false, m_iconShown = true;
};

/// The bar of a view below its tab: 44 px, panel ground, line below.
class ViewToolBar : public FittingRow {
    Q_OBJECT
public:
    explicit ViewToolBar(QWidget* parent);
    /// A label that precedes its control; the control gets it as its buddy and accessible name.
    QLabel* addLabel(const QString& text, QWidget* control);
    void addWidget(QWidget* widget);
    void addStretch();

protected:
    void paintEvent(QPaintEvent* event) override;
};

/// An icon, one title, one sentence, one button that fills the view (look.md section 4), instead of an empty view.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent);
    void show(const QString& icon, const QString& title, const QString& sentence);
    using QWidget::show;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_icon, m_title, m_sentence;
};

} // namespace lpntk::views
