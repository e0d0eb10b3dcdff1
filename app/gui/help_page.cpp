#include "help_page.h"

#include <widgets/models/theme.h>

#include <QFile>
#include <QImageReader>
#include <QPixmap>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextTable>

#include <algorithm>
#include <utility>

namespace lpntk::gui {

namespace {

constexpr int kRest = 150; ///< ms
constexpr int kAboveHeading = 20;
constexpr int kBelowParagraph = 10;
constexpr int kBelowItem = 4;
constexpr int kInCell = 5;

QString pathOf(const QString& name) {
    return QStringLiteral(":/help/") + name;
}

/// Markdown comes without any room around its paragraphs, headings and cells.
void giveRoom(QTextDocument& document) {
    QTextCursor cursor(&document);
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        cursor.setPosition(block.position());
        if (cursor.currentTable())
            continue;
        QTextBlockFormat format = block.blockFormat();
        if (format.headingLevel() > 0 && block != document.begin())
            format.setTopMargin(kAboveHeading);
        format.setBottomMargin(block.textList() ? kBelowItem : kBelowParagraph);
        cursor.setBlockFormat(format);
    }
    for (QTextFrame* frame : document.rootFrame()->childFrames())
        if (auto* table = qobject_cast<QTextTable*>(frame)) {
            QTextTableFormat format = table->format();
            format.setBorderCollapse(true);
            format.setBorder(1);
            format.setBorderBrush(models::theme().colour(models::Role::border));
            format.setCellPadding(kInCell);
            format.setBottomMargin(kBelowParagraph);
            table->setFormat(format);
        }
}

} // namespace

HelpPage::HelpPage(QWidget* parent) : QTextBrowser(parent) {
    setObjectName(QStringLiteral("helpPage"));
    setAccessibleName(tr("Help"));
    setOpenLinks(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // or its coming would change the pictures' width
    m_resized.setSingleShot(true);
    m_resized.setInterval(kRest);
    connect(&m_resized, &QTimer::timeout, this, [this] {
        m_waiting = m_names;
        m_next.start();
    });
    m_next.setInterval(0);
    connect(&m_next, &QTimer::timeout, this, &HelpPage::readNextPicture);
}

void HelpPage::readText() {
    QFile file(pathOf(QStringLiteral("help.md")));
    if (file.open(QIODevice::ReadOnly))
        setMarkdown(QString::fromUtf8(file.readAll()));
    giveRoom(*document());
    moveCursor(QTextCursor::Start);
}

QSize HelpPage::pictureSize(const QString& name) const {
    const QSize full = QImageReader(pathOf(name)).size();
    const int room = viewport()->width() - 2 * qRound(document()->documentMargin());
    const int width = std::clamp(qRound(room * devicePixelRatioF()), 1, std::max(1, full.width()));
    return full.isEmpty() ? QSize() : full.scaled(width, full.height(), Qt::KeepAspectRatio);
}

QVariant HelpPage::loadResource(int type, const QUrl& name) {
    const QSize size = pictureSize(name.toString());
    if (type != QTextDocument::ImageResource || size.isEmpty())
        return QTextBrowser::loadResource(type, name);
    QPixmap place(size);
    place.setDevicePixelRatio(devicePixelRatioF());
    place.fill(Qt::transparent);
    m_names << name.toString();
    m_waiting << name.toString();
    m_next.start();
    return place;
}

void HelpPage::readNextPicture() {
    if (m_waiting.isEmpty())
        return m_next.stop();
    const QString name = m_waiting.takeFirst();
    const QSize size = pictureSize(name);
    if (std::exchange(m_read[name], size) == size)
        return;
    QImageReader reader(pathOf(name));
    reader.setScaledSize(size);
    QPixmap picture = QPixmap::fromImageReader(&reader);
    picture.setDevicePixelRatio(devicePixelRatioF());
    const double place =
        static_cast<double>(verticalScrollBar()->value()) / std::max(1, verticalScrollBar()->maximum());
    document()->addResource(QTextDocument::ImageResource, QUrl(name), picture);
    document()->markContentsDirty(0, document()->characterCount());
    verticalScrollBar()->setValue(qRound(place * verticalScrollBar()->maximum()));
}

void HelpPage::showEvent(QShowEvent* event) {
    QTextBrowser::showEvent(event);
    if (document()->isEmpty())
        readText();
}

void HelpPage::resizeEvent(QResizeEvent* event) {
    QTextBrowser::resizeEvent(event);
    m_resized.start();
}

} // namespace lpntk::gui
