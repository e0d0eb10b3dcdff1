#pragma once

#include <QHash>
#include <QSize>
#include <QStringList>
#include <QTextBrowser>
#include <QTimer>

namespace lpntk::gui {

/// The help text with its pictures, which are as wide as the page and sharp on any screen. They are read one at a time
/// when nothing else is to be done; until then their places are empty.
class HelpPage : public QTextBrowser {
    Q_OBJECT
public:
    explicit HelpPage(QWidget* parent);

    QVariant loadResource(int type, const QUrl& name) override;

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void readText();
    void readNextPicture();
    /// Pixels of the picture on the page as it is now; empty where there is no such picture.
    QSize pictureSize(const QString& name) const;

    QTimer m_resized; ///< pictures follow when the size has been the same for a while
    QTimer m_next;
    QStringList m_names;   ///< of the text's pictures
    QHash<QString, QSize> m_read; ///< pictures on the page and how large they are
    QStringList m_waiting; ///< of those to be read for the page's width
};

} // namespace lpntk::gui
