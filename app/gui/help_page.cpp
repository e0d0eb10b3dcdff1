#include "help_page.h"

#include <QFile>
#include <QPixmap>
#include <QScrollBar>

#include <algorithm>

namespace lpntk::gui {

HelpPage::HelpPage(QWidget* parent) : QTextBrowser(parent) {
    setObjectName(QStringLiteral("helpPage"));
    setAccessibleName(tr("Help"));
    setOpenLinks(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // or its coming would change the pictures' width
}

int HelpPage::pictureWidth() const {
    return std::max(1, viewport()->width() - 2 * qRound(document()->documentMargin()));
}

void HelpPage::read() {
    QFile file(QStringLiteral(":/help/help.md"));
    if (!file.open(QIODevice::ReadOnly))
        return;
    const double place = verticalScrollBar()->maximum() > 0
                             ? static_cast<double>(verticalScrollBar()->value()) / verticalScrollBar()->maximum()
                             : 0;
    m_width = pictureWidth();
    setMarkdown(QString::fromUtf8(file.readAll()));
    verticalScrollBar()->setValue(qRound(place * verticalScrollBar()->maximum()));
}

QVariant HelpPage::loadResource(int type, const QUrl& name) {
    QPixmap picture(QStringLiteral(":/help/") + name.toString());
    if (type != QTextDocument::ImageResource || picture.isNull())
        return QTextBrowser::loadResource(type, name);
    const double ratio = devicePixelRatioF();
    if (picture.width() > m_width * ratio)
        picture = picture.scaledToWidth(qRound(m_width * ratio), Qt::SmoothTransformation);
    picture.setDevicePixelRatio(ratio);
    return picture;
}

void HelpPage::resizeEvent(QResizeEvent* event) {
    QTextBrowser::resizeEvent(event);
    if (pictureWidth() != m_width)
        read();
}

} // namespace lpntk::gui
