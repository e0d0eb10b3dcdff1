#include <widgets/views/sample_actions.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/tag_menu.h>

#include <QAction>
#include <QCursor>
#include <QMenu>
#include <QPainter>
#include <QPixmap>
#include <QWidget>

#include <algorithm>

namespace lpntk::views {

using curation::Decision;
using curation::Edit;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

QIcon swatchIcon(const QColor& colour) {
    QPixmap pixels(32, 32);
    pixels.fill(Qt::transparent);
    QPainter painter(&pixels);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawRoundedRect(QRectF(7, 7, 18, 18), 4, 4);
    return QIcon(pixels);
}

} // namespace

QString samplesText(const std::vector<SampleId>& samples) {
    return format::counted(std::ssize(samples), samples.empty() ? QString() : format::sample(samples.front()), SampleActions::tr("%1 samples"));
}

std::vector<SampleId> targetsOf(models::Session& session) {
    auto& selection = session.selection();
    const SampleId current = selection.current();
    if (selection.selected().count() > 0 && (!current.isValid() || selection.selected().contains(current)))
        return selection.selected().toVector();
    return current.isValid() ? std::vector<SampleId>{current} : std::vector<SampleId>();
}

SampleActions::SampleActions(models::Session& session, QWidget* context) : QObject(context), m_session(session), m_context(context) {
    const auto add = [&](const char* text, QKeySequence key, auto slot) {
        auto* action = new QAction(tr(text), context);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        context->addAction(action);
        connect(action, &QAction::triggered, this, slot);
    };
    add(QT_TR_NOOP("Keep"), Qt::Key_K, [this] { keep(); });
    add(QT_TR_NOOP("Prune"), Qt::Key_P, [this] { prune(); });
    add(QT_TR_NOOP("Relabel"), Qt::Key_R, [this] { popUpLabels(targets(), m_context, QCursor::pos()); });
    add(QT_TR_NOOP("Review"), Qt::Key_M, [this] { review(); });
}

std::vector<SampleId> SampleActions::targets() const {
    return targetsOf(m_session);
}

void SampleActions::verdict(Edit::Kind kind, const std::vector<SampleId>& samples) {
    if (samples.empty())
        return;
    const auto wanted = kind == Edit::Kind::keep ? Decision::Verdict::keep : Decision::Verdict::prune;
    const bool already = std::all_of(samples.begin(), samples.end(),
                                     [&](SampleId sample) { return m_session.decisions().of(sample).verdict == wanted; });
    Edit edit;
    edit.kind = already ? Edit::Kind::clearVerdict : kind;
    edit.samples = samples;
    const QString what = samplesText(samples);
    m_session.decide(std::move(edit), already                    ? tr("Leave %1 to the rule").arg(what)
                                      : kind == Edit::Kind::keep ? tr("Keep %1").arg(what)
                                                                 : tr("Prune %1").arg(what));
}

void SampleActions::review() {
    const auto samples = targets();
    if (samples.empty())
        return;
    const bool already = std::all_of(samples.begin(), samples.end(), [&](SampleId sample) { return m_session.decisions().of(sample).review; });
    Edit edit;
    edit.kind = already ? Edit::Kind::clearReview : Edit::Kind::review;
    edit.samples = samples;
    const QString what = samplesText(samples);
    m_session.decide(std::move(edit), already ? tr("Unmark %1").arg(what) : tr("Mark %1 for review").arg(what));
}

void SampleActions::relabel(const std::vector<SampleId>& samples, int label) {
    Edit edit;
    edit.kind = Edit::Kind::relabel;
    edit.samples = samples;
    edit.label = label;
    const QString what = samplesText(samples);
    m_session.decide(std::move(edit), label < 0 ? tr("Take back the label of %1").arg(what)
                                                : tr("Relabel %1 as %2").arg(what, m_session.className(label)));
}

void SampleActions::tag(const std::vector<SampleId>& samples, const QString& tag) {
    tagSamples(m_session, samples, tag);
}

void SampleActions::fillLabels(QMenu& menu, const std::vector<SampleId>& samples) {
    const auto shared = [&](auto get) {
        const int first = samples.empty() ? -1 : get(samples.front());
        return std::all_of(samples.begin(), samples.end(), [&](SampleId sample) { return get(sample) == first; }) ? first : -1;
    };
    const int own = shared([&](SampleId sample) { return m_session.labelOf(sample); });
    const int now = shared([&](SampleId sample) {
        const int given = m_session.decisions().of(sample).relabel;
        return given >= 0 ? given : m_session.labelOf(sample);
    });
    for (int label = 0; label < m_session.classes(); ++label) {
        QString text = m_session.className(label).replace(QLatin1Char('&'), QStringLiteral("&&"));
        if (label == own)
            text = tr("%1 (in the data)").arg(text);
        auto* action = menu.addAction(swatchIcon(theme().classColour(label, m_session.classes())), text, this,
                                      [this, samples, label, own] { relabel(samples, label == own ? -1 : label); });
        action->setCheckable(true);
        action->setChecked(label == now);
        action->setEnabled(label != now);
    }
}

void SampleActions::popUpLabels(const std::vector<SampleId>& samples, QWidget* at, QPoint global) {
    if (samples.empty())
        return;
    auto* menu = new QMenu(at);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setAccessibleName(tr("Relabel"));
    menu->setObjectName(QStringLiteral("relabelMenu"));
    fillLabels(*menu, samples);
    menu->popup(global);
}

void SampleActions::popUpRelabel(QWidget* at) {
    popUpLabels(targets(), at, at->mapToGlobal(QPoint(0, at->height() + 2)));
}

void SampleActions::popUp(QPoint global, QWidget* parent, const QList<QAction*>& more) {
    const auto samples = targets();
    if (samples.empty())
        return;
    auto* menu = new QMenu(parent);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addSection(samplesText(samples));
    menu->addAction(theme().icon(QStringLiteral("keep")), tr("Keep"), this, [this] { keep(); })->setShortcut(Qt::Key_K);
    menu->addAction(theme().icon(QStringLiteral("prune")), tr("Prune"), this, [this] { prune(); })->setShortcut(Qt::Key_P);
    menu->addAction(theme().icon(QStringLiteral("review")), tr("Review"), this, [this] { review(); })->setShortcut(Qt::Key_M);
    auto* labels = menu->addMenu(theme().icon(QStringLiteral("relabel")), tr("Relabel"));
    fillLabels(*labels, samples);
    fillTagMenu(*menu->addMenu(theme().icon(QStringLiteral("tag")), tr("Tag")), m_session, samples);
    if (!more.isEmpty())
        menu->addSeparator();
    menu->addActions(more);
    menu->popup(global);
}

void SampleActions::attachMenu(QWidget* widget, const std::function<void(QPoint place)>& choose) {
    widget->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(widget, &QWidget::customContextMenuRequested, this, [this, widget, choose](const QPoint& place) {
        choose(place);
        popUp(widget->mapToGlobal(place), widget);
    });
}

} // namespace lpntk::views
