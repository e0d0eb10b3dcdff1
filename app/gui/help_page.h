#pragma once

#include <QTextBrowser>

namespace lpntk::gui {

/// The help text with its pictures, which are as wide as the page and sharp on any screen.
class HelpPage : public QTextBrowser {
    Q_OBJECT
public:
    explicit HelpPage(QWidget* parent);

    QVariant loadResource(int type, const QUrl& name) override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void read();
    /// Logical pixels that a picture has for its width.
    int pictureWidth() const;

    int m_width = 0; ///< that the pictures were made for
};

} // namespace lpntk::gui
