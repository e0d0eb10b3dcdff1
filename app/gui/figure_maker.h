#pragma once

#include "figure_file.h"

#include <widgets/models/session.h>
#include <widgets/views/figure_painter.h>

#include <QPointer>
#include <QTimer>

#include <functional>

namespace lpntk::gui {

/// What a figure is made of: a view, the Inspector or the whole window.
struct FigureSubject {
    QPointer<QWidget> widget;
    QPointer<QWidget> view; ///< whose settings the recipe names; the widget itself, or the view in front of a window
    QString name;           ///< "heatmap", for the recipe
    QString title;          ///< "Heatmap"
    std::function<bool()> isReady; ///< what it shows is all there; empty = always
};

struct FigureRequest {
    FigureSubject subject;
    views::FigureLook look;
    FigureKind kind = FigureKind::png;
    double ratio = 1;
    int dotsPerInch = 96;
};

/// Makes one figure at a time: has the parts of the view prepare what its resolution asks for on workers, waits, and
/// draws within one turn of the event loop. Window's thread; owned by whoever wants the figure.
class FigureMaker : public QObject {
    Q_OBJECT
public:
    FigureMaker(models::Session& session, QObject* parent);
    ~FigureMaker() override;

    /// Gives up what was under way.
    void make(const FigureRequest& request);
    void giveUp();
    bool isBusy() const { return m_look.isActive(); }
    /// Encodes and writes on a worker; `failed` with a sentence, and then no file is there. The answers go to
    /// `receiver`.
    static void write(models::Session& session, const Figure& figure, const QString& file, QObject* receiver,
                      std::function<void()> done, std::function<void(QString)> failed);

Q_SIGNALS:
    void progressed(double share);
    void made(const lpntk::gui::Figure& figure);
    void failed(const QString& sentence);

private:
    void look();
    void draw();
    void fail(const QString& sentence);
    void forget();
    formats::FigureNote note() const;

    models::Session& m_session;
    FigureRequest m_request;
    QTimer m_look;
    int m_rounds = 0;
};

} // namespace lpntk::gui
