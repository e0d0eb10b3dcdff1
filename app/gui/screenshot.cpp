#include "screenshot.h"

#include "main_window.h"

#include <widgets/models/selection_model.h>

#include <QCoreApplication>
#include <QFileInfo>
#include <QPixmap>

#include <cstdio>

namespace lpntk::gui {

namespace {

/// A run of 60,000 rows is clustered and covered in less.
constexpr int kDeadlineMilliseconds = 10 * 60 * 1000;
/// Views ask workers from queued calls, so nothing to do once is not yet nothing to do.
constexpr int kQuietTurns = 4;
constexpr int kTurnMilliseconds = 40;

} // namespace

Screenshot::Screenshot(MainWindow& window, const StartOptions& options, QObject* parent)
    : QObject(parent), m_window(window), m_options(options) {
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] { fail(tr("The view was not complete after ten minutes.")); });
    m_deadline.start(kDeadlineMilliseconds);
    m_look.setInterval(kTurnMilliseconds);
    connect(&m_look, &QTimer::timeout, this, &Screenshot::look);
    m_look.start();
}

bool Screenshot::failedToOpen() {
    for (const models::Issue& issue : m_window.session().issues())
        if (issue.severity == models::Issue::Severity::error) {
            fail(issue.sentence);
            return true;
        }
    return false;
}

void Screenshot::look() {
    if (failedToOpen())
        return;
    m_quietTurns = m_window.isSettled() ? m_quietTurns + 1 : 0;
    if (m_quietTurns < kQuietTurns)
        return;
    models::Session& session = m_window.session();
    if (!m_sampleShown) {
        m_sampleShown = true;
        m_quietTurns = 0;
        if (!m_options.view.isEmpty())
            m_window.showView(m_options.view);
        if (m_options.sample && session.run()) {
            const base::SampleId sample(*m_options.sample);
            if (!session.run()->rowFromSample(sample).isValid())
                return fail(tr("The run has no sample %1.").arg(*m_options.sample));
            session.selection().click(sample, false, this);
        } else if (session.run() && !session.selection().current().isValid()) {
            // Without a current sample half of every view is empty.
            session.selection().click(session.run()->sampleFromRow(base::RowId(0)), false, this);
        }
        session.selection().flush();
        return;
    }
    take();
}

void Screenshot::take() {
    m_look.stop();
    const QPixmap picture = m_window.grab();
    if (picture.isNull())
        return fail(tr("The window could not be drawn."));
    if (!picture.save(m_options.screenshot))
        return fail(tr("The picture %1 could not be written; is the folder there and writable, and does the name end in .png?")
                        .arg(m_options.screenshot));
    QCoreApplication::exit(0);
}

void Screenshot::fail(const QString& sentence) {
    m_look.stop();
    m_deadline.stop();
    std::fprintf(stderr, "lpntk-explorer: %s\n", qUtf8Printable(sentence));
    QCoreApplication::exit(1);
}

} // namespace lpntk::gui
