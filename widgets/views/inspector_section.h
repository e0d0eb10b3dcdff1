#pragma once

#include <QWidget>

class QLabel;
class QToolButton;
class QVBoxLayout;

namespace lpntk::views {

/// A part of the Inspector with a title that folds it, and what stands at the right of the title. Whether it is open is
/// remembered by its name, also after the program ended.
class FoldSection : public QWidget {
    Q_OBJECT
public:
    /// `name` is for remembering and tests; `open`: the first time.
    FoldSection(const QString& name, const QString& title, bool open, QWidget* parent);

    bool isOpen() const { return m_open; }
    void setOpen(bool open);
    void setTitle(const QString& title);
    /// Figures that belong to the title: "162 of 1,499"; below it where there is no room beside it.
    void setAside(const QString& text);
    QLabel* aside() const { return m_aside; }
    QToolButton* button() const { return m_button; }
    QWidget* body() const { return m_body; }
    QVBoxLayout* content() const { return m_content; }

protected:
    /// The body is never lower than the line that lies over its top while it waits.
    void leaveRoomForBusyLine();
    void resizeEvent(QResizeEvent* event) override;

Q_SIGNALS:
    void toggled(bool open);

private:
    void refresh();
    void placeAside();

    QString m_name;
    QToolButton* m_button;
    QLabel *m_aside, *m_below; ///< the same words, one of them shown
    QWidget* m_body;
    QVBoxLayout* m_content;
    bool m_open;
    bool m_hasBusyLine = false;
};

} // namespace lpntk::views
