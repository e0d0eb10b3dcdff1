#pragma once

#include "settings.h"

#include <QAction>
#include <QPointer>
#include <QPushButton>
#include <QWidget>

namespace lpntk::gui {

/// One way to begin: icon, words, a sentence, the key. 52 px high; the first one is marked.
class StartAction : public QPushButton {
    Q_OBJECT
public:
    StartAction(QAction* action, const QString& icon, const QString& words, const QString& sentence, bool first, QWidget* parent);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QPointer<QAction> m_action;
    QString m_icon, m_words, m_sentence;
    bool m_first = false;
};

/// One recent project: picture of its kernel, name, path, samples, when. A moved one says so and offers Locate; work
/// that was never saved says what it is and can be discarded.
class RecentRow : public QPushButton {
    Q_OBJECT
public:
    RecentRow(const RecentProject& project, bool last, QWidget* parent);
    QSize sizeHint() const override;

Q_SIGNALS:
    void opened(const QString& path);
    void locateRequested(const QString& path);
    void discardRequested(const QString& path);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    RecentProject m_project;
    QPixmap m_picture;
    QPushButton* m_side = nullptr; ///< Locate or Discard
    bool m_missing = false;
    bool m_last = false;
};

/// Two pictures and what learning one does to the other.
class PairExample : public QWidget {
    Q_OBJECT
public:
    enum class Kind { interchangeable, unrelated, contradictory };
    PairExample(Kind kind, const QString& first, const QString& second, double cosine, QWidget* parent);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString word() const;
    QString sentence() const;
    QRect wordsRect(int width) const;
    /// Whether the cosine stands below the word, as there is no room beside it.
    bool isTight(int width) const;
    Kind m_kind;
    QImage m_first, m_second;
    double m_cosine;
};

/// A panel with a 1 px border and rounded corners.
class Card : public QWidget {
    Q_OBJECT
public:
    enum class Edge { solid, dashed };
    explicit Card(Edge edge, QWidget* parent = nullptr) : QWidget(parent), m_edge(edge) {}
    void setMarked(bool marked);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Edge m_edge;
    bool m_marked = false;
};

/// "today 09:14", "yesterday", "18 Nov".
QString whenText(const QDateTime& time, const QDateTime& now);

} // namespace lpntk::gui
