#include <widgets/views/tag_menu.h>

#include <core/curation/tags.h>
#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/sample_actions.h>

#include <QLineEdit>
#include <QMenu>
#include <QWidgetAction>

#include <algorithm>

namespace lpntk::views {

using curation::Edit;
using models::SampleId;
namespace format = models::format;

namespace {

void decide(models::Session& session, Edit::Kind kind, const std::vector<SampleId>& samples, const QString& tag,
            const QString& text) {
    Edit edit;
    edit.kind = kind;
    edit.samples = samples;
    edit.tag = tag.toStdString();
    session.decide(std::move(edit), text.arg(samplesText(samples), tag));
}

} // namespace

void tagSamples(models::Session& session, const std::vector<SampleId>& samples, const QString& tag) {
    decide(session, Edit::Kind::tag, samples, tag, SampleActions::tr("Tag %1 \"%2\""));
}

void untagSamples(models::Session& session, const std::vector<SampleId>& samples, const QString& tag) {
    decide(session, Edit::Kind::untag, samples, tag, SampleActions::tr("Take the tag of %1 away: \"%2\""));
}

void fillTagMenu(QMenu& menu, models::Session& session, const std::vector<SampleId>& samples) {
    auto* field = new QLineEdit(&menu);
    field->setObjectName(QStringLiteral("newTag"));
    field->setPlaceholderText(SampleActions::tr("New tag"));
    field->setAccessibleName(SampleActions::tr("New tag"));
    auto* entry = new QWidgetAction(&menu);
    entry->setDefaultWidget(field);
    menu.addAction(entry);
    QObject::connect(field, &QLineEdit::returnPressed, &menu, [&menu, &session, field, samples] {
        if (const QString tag = field->text().trimmed(); !tag.isEmpty())
            tagSamples(session, samples, tag);
        menu.close();
    });
    for (const auto& [name, count] : curation::tagCounts(session.decisions())) {
        const QString tag = QString::fromStdString(name);
        QString text = SampleActions::tr("%1 (%2)").arg(tag, format::count(count));
        const bool all = std::all_of(samples.begin(), samples.end(), [&, wanted = name](SampleId sample) {
            const auto& tags = session.decisions().of(sample).tags;
            return std::binary_search(tags.begin(), tags.end(), wanted);
        });
        auto* action =
            menu.addAction(text.replace(QLatin1Char('&'), QStringLiteral("&&")), &menu, [&session, samples, tag, all] {
                if (all)
                    untagSamples(session, samples, tag);
                else
                    tagSamples(session, samples, tag);
            });
        action->setCheckable(true);
        action->setChecked(all);
    }
}

void popUpTagMenu(models::Session& session, const std::vector<SampleId>& samples, QWidget* parent, QPoint global) {
    if (samples.empty())
        return;
    auto* menu = new QMenu(parent);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("tagMenu"));
    menu->setAccessibleName(SampleActions::tr("Tags of %1").arg(samplesText(samples)));
    fillTagMenu(*menu, session, samples);
    menu->popup(global);
    menu->findChild<QLineEdit*>(QStringLiteral("newTag"))->setFocus();
}

} // namespace lpntk::views
