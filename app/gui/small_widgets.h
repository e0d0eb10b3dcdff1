#pragma once

#include <QLabel>
#include <QToolButton>

#include <functional>

namespace lpntk::gui {

/// Words in one of the roles of the style sheet ("section", "caption", "text2", "title", ...).
QLabel* makeLabel(const QString& text, const char* role, QWidget* parent);

/// A quiet button with a 16 px icon; `name` is its accessible name and tooltip.
QToolButton* makeIconButton(const QString& icon, const QString& name, QWidget* parent);

/// Keeps a bar at one of the heights of tokens.json ("menuBar", "tab", ...), also when the text grows.
void keepRowHeight(QWidget& bar, const char* row);

/// Gives words a font of the theme, and again when the text grows.
void keepFont(QWidget& words, int px, QFont::Weight weight);

/// The small framed box that names a key ("Ctrl K"). Painted by hand so that it stays small at any style.
class KeyBox : public QWidget {
    Q_OBJECT
public:
    explicit KeyBox(const QString& keys, QWidget* parent = nullptr);
    QSize sizeHint() const override;

    static int widthOf(const QString& keys);
    /// For delegates and painted rows; `right` is the middle of the box's right edge. Returns the box.
    static QRect paint(QPainter& painter, QPoint right, const QString& keys);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_keys;
};

/// The bar above a dock, panel ground, line below. A dock asks its title for its size hint and nothing else.
class DockBar : public QWidget {
    Q_OBJECT
public:
    explicit DockBar(QWidget* parent);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

/// The title of a dock: words in bold, buttons at the right.
class DockTitle : public DockBar {
    Q_OBJECT
public:
    DockTitle(const QString& title, QWidget* parent);
    void addButton(QToolButton* button);
};

/// An empty view: icon, title, one sentence, one button that fills it.
class EmptyPage : public QWidget {
    Q_OBJECT
public:
    explicit EmptyPage(QWidget* parent = nullptr);
    void say(const QString& icon, const QString& title, const QString& sentence, const QString& button);

Q_SIGNALS:
    void pressed();

private:
    QLabel* m_icon = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_sentence = nullptr;
    class QPushButton* m_button = nullptr;
};

} // namespace lpntk::gui
