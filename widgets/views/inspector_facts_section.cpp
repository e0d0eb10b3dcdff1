#include <widgets/views/inspector_facts.h>

#include <widgets/models/theme.h>

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace lpntk::views {

using models::SampleId;
using models::theme;

namespace {

/// Paths have no blanks to break at.
QString breakable(QString text) {
    for (const QChar place : {QLatin1Char('/'), QLatin1Char('_'), QLatin1Char('-')})
        text.replace(place, QString(place) + QChar(0x200B));
    return text;
}

QString linked(const Fact& fact) {
    const QString anchor = QStringLiteral("<a href=\"go\" style=\"color: %1; text-decoration: none\">%2</a>")
                               .arg(theme().colour(models::Role::link).name(), fact.link.toHtmlEscaped());
    const auto place = fact.value.indexOf(fact.link);
    return fact.value.left(place).toHtmlEscaped() + anchor + fact.value.mid(place + fact.link.size()).toHtmlEscaped();
}

} // namespace

FactsSection::FactsSection(models::Session& session, QWidget* parent)
    : FoldSection(QStringLiteral("facts"), tr("Facts"), true, parent), m_session(session), m_grid(new QGridLayout) {
    m_grid->setContentsMargins(12, 0, 12, 0);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(3);
    m_grid->setColumnStretch(1, 1);
    content()->addLayout(m_grid);
}

void FactsSection::addLine() {
    const int row = static_cast<int>(m_lines.size());
    const Line line{new QLabel(body()), new QLabel(body())};
    line.name->setProperty("role", "text2");
    line.name->setTextFormat(Qt::PlainText);
    line.value->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    line.value->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    for (QLabel* label : {line.name, line.value}) {
        label->setWordWrap(true);
        label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    }
    m_grid->addWidget(line.name, row, 0);
    m_grid->addWidget(line.value, row, 1);
    connect(line.value, &QLabel::linkActivated, this, [this, row] { follow(m_facts[static_cast<std::size_t>(row)]); });
    m_lines.push_back(line);
}

void FactsSection::follow(const Fact& fact) {
    auto& selection = m_session.selection();
    if (fact.sample.isValid()) {
        selection.click(fact.sample, false, this);
        return;
    }
    models::SampleSet all;
    for (const SampleId sample : fact.samples)
        all.insert(sample);
    selection.setSelected(std::move(all), this);
}

void FactsSection::fill(const Line& line, const Fact& fact) const {
    const bool leads = !fact.link.isEmpty();
    for (QLabel* label : {line.name, line.value}) {
        label->setFont(theme().font(12));
        label->show();
    }
    // A third of the least width at the largest text scale.
    line.name->setFixedWidth(qRound(std::min(112 * theme().textScale(), 128.0)));
    line.name->setText(fact.name);
    line.value->setTextFormat(leads ? Qt::RichText : Qt::PlainText);
    line.value->setText(leads ? linked(fact) : breakable(fact.value));
    line.value->setFocusPolicy(leads ? Qt::StrongFocus : Qt::NoFocus);
    line.value->setAccessibleName(fact.name + QLatin1Char(' ') + fact.text());
    line.value->setToolTip(!leads                  ? QString()
                           : fact.sample.isValid() ? tr("Show this sample")
                                                   : tr("Select these samples"));
}

void FactsSection::setSample(SampleId sample) {
    m_facts = moreFacts(m_session, sample);
    while (m_lines.size() < m_facts.size())
        addLine();
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        if (i < m_facts.size()) {
            fill(m_lines[i], m_facts[i]);
            continue;
        }
        m_lines[i].name->hide();
        m_lines[i].value->hide();
    }
}

} // namespace lpntk::views
