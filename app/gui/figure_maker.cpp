#include "figure_maker.h"

#include <core/base/files.h>
#include <core/base/version.h>
#include <core/curation/figure_recipe.h>

#include <widgets/models/selection_model.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/figure_part.h>
#include <widgets/views/figure_settings.h>

namespace lpntk::gui {

using views::FigureState;

namespace {

constexpr int kTurnMilliseconds = 20;
/// A view that is another one each time that it is looked at will never be drawn.
constexpr int kMostRounds = 200;

curation::FigureFacts factsOf(models::Session& session, const FigureSubject& subject) {
    curation::FigureFacts facts;
    facts.view = subject.name.toStdString();
    if (subject.view)
        facts.settings = views::figureSettings(*subject.view);
    facts.run = session.run().get();
    facts.decisions = &session.decisions();
    facts.thresholds = session.thresholds();
    facts.mode = session.mode();
    facts.clusterRatio = session.clusterRatio();
    facts.prune = session.pruneOptions();
    facts.current = session.selection().current();
    facts.selected = session.selection().selected().toVector();
    return facts;
}

} // namespace

FigureMaker::FigureMaker(models::Session& session, QObject* parent) : QObject(parent), m_session(session) {
    m_look.setInterval(kTurnMilliseconds);
    connect(&m_look, &QTimer::timeout, this, &FigureMaker::look);
}

FigureMaker::~FigureMaker() {
    giveUp();
}

void FigureMaker::make(const FigureRequest& request) {
    giveUp();
    m_request = request;
    m_rounds = 0;
    m_look.start();
    look();
}

void FigureMaker::giveUp() {
    if (!isBusy())
        return;
    m_look.stop();
    forget();
}

void FigureMaker::forget() {
    if (m_request.subject.widget)
        for (views::FigurePart* part : views::figureParts(*m_request.subject.widget))
            part->forgetFigure();
}

void FigureMaker::fail(const QString& sentence) {
    giveUp();
    Q_EMIT failed(sentence);
}

void FigureMaker::look() {
    if (!m_request.subject.widget || !m_request.subject.widget->isVisible())
        return fail(tr("The figure was not made: its view is not shown any more."));
    bool working = !m_session.thumbnails().isIdle() || (m_request.subject.isReady && !m_request.subject.isReady());
    double share = 1;
    for (views::FigurePart* part : views::figureParts(*m_request.subject.widget)) {
        const FigureState state = part->figureState();
        if (state == FigureState::failed)
            return fail(part->figureProblem().isEmpty() ? tr("The figure was not made: its drawing was cancelled.")
                                                        : part->figureProblem());
        if (state == FigureState::working) {
            working = true;
            share = std::min(share, part->figureProgress());
        }
    }
    if (working)
        Q_EMIT progressed(share);
    else
        draw();
}

void FigureMaker::draw() {
    QWidget* widget = m_request.subject.widget;
    if (!widget || !widget->isVisible() || ++m_rounds > kMostRounds)
        return fail(tr("The figure was not made: the view changes all the time, or is not shown any more."));
    std::optional<Figure> figure;
    {
        const views::FigureStage stage(*widget, m_request.look);
        bool ready = true;
        for (views::FigurePart* part : views::figureParts(*widget))
            ready = part->prepareFigure(m_request.ratio) == FigureState::ready && ready;
        const FigureSize size{widget->size(), m_request.ratio, m_request.dotsPerInch};
        if (ready && size.isPossible())
            figure = drawFigure(*widget, m_request.kind, size, note());
        else if (ready)
            m_rounds = kMostRounds;
        // Drawing asks for pictures of samples, of which some may have to be decoded first.
        if (!m_session.thumbnails().isIdle())
            figure.reset();
    }
    if (!figure)
        return;
    m_look.stop();
    forget();
    Q_EMIT made(*figure);
}

formats::FigureNote FigureMaker::note() const {
    const auto run = m_session.run();
    const base::Json recipe = curation::figureRecipe(factsOf(m_session, m_request.subject));
    const QString name = run ? QString::fromStdString(run->folder().filename().string()) : QString();
    formats::FigureNote note;
    note.title =
        (name.isEmpty() ? m_request.subject.title : tr("%1 of %2").arg(m_request.subject.title, name)).toStdString();
    note.program = std::string("lpNTK Explorer ") + base::programVersion();
    note.run = name.toStdString();
    note.recipe = curation::canonicalText(recipe);
    note.recipeSha256 = curation::recipeSha256(recipe);
    return note;
}

void FigureMaker::write(models::Session& session, const Figure& figure, const QString& file, QObject* receiver,
                        std::function<void()> done, std::function<void(QString)> failed) {
    session.jobs().start<bool>(
        tr("Save the figure"), false, receiver,
        [figure, path = std::filesystem::path(file.toStdString())](const base::JobContext&) {
            base::checkCanWrite(path);
            base::writeFileAtomically(path, encodeFigure(figure));
            return true;
        },
        [done = std::move(done)](bool) { done(); }, std::move(failed));
}

} // namespace lpntk::gui
