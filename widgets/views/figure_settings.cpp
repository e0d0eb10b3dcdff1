#include <widgets/views/figure_settings.h>

#include <widgets/views/parts_segment.h>
#include <widgets/views/session_view.h>

#include <QAbstractButton>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QLineEdit>

namespace lpntk::views {

namespace {

QString nameOf(const QWidget& control) {
    for (const QString& name : {control.accessibleName(), control.property("text").toString(), control.toolTip()})
        if (!name.isEmpty())
            return name;
    return QStringLiteral("shown");
}

base::Json valueOf(const QWidget& control) {
    if (const auto* combo = qobject_cast<const QComboBox*>(&control))
        return combo->currentText().toStdString();
    if (const auto* segment = qobject_cast<const Segment*>(&control)) {
        const QToolButton* chosen = segment->current() < 0 ? nullptr : segment->button(segment->current());
        return chosen ? base::Json(nameOf(*chosen).toStdString()) : base::Json();
    }
    if (const auto* button = qobject_cast<const QAbstractButton*>(&control))
        return button->isCheckable() ? base::Json(button->isChecked()) : base::Json();
    if (const auto* slider = qobject_cast<const QAbstractSlider*>(&control))
        return slider->value();
    if (qobject_cast<const QAbstractSpinBox*>(&control) || qobject_cast<const QLineEdit*>(&control))
        return control.property("text").toString().toStdString();
    return {};
}

} // namespace

base::Json figureSettings(const QWidget& view) {
    base::Json settings = base::Json::object();
    for (const ViewToolBar* bar : view.findChildren<ViewToolBar*>())
        for (const QWidget* control : bar->findChildren<QWidget*>(Qt::FindDirectChildrenOnly))
            if (base::Json value = valueOf(*control); !value.is_null())
                settings[nameOf(*control).toStdString()] = std::move(value);
    if (const auto* session = qobject_cast<const SessionView*>(&view))
        settings.update(session->figureSettings());
    return settings;
}

} // namespace lpntk::views
