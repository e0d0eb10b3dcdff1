#include <widgets/views/inspector_probabilities.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/views/inspector_rows.h>

#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace lpntk::views {

using models::Role;
using models::theme;
namespace format = models::format;

namespace {

constexpr std::size_t kAtFirst = 4;

} // namespace

ProbabilitySection::ProbabilitySection(models::Session& session, QWidget* parent)
    : FoldSection(QStringLiteral("probabilities"), tr("Class probabilities"), true, parent), m_session(session),
      m_rows(new LongRows(ValueRows::Bars::plain, kAtFirst, body())) {
    content()->addWidget(m_rows);
    m_rows->rows().setAccessibleName(tr("Class probabilities"));
}

void ProbabilitySection::setSample(models::SampleId sample) {
    const int prediction = m_session.predictionOf(sample), label = m_session.labelOf(sample);
    setVisible(prediction >= 0);
    if (prediction < 0)
        return;
    std::vector<int> order(static_cast<std::size_t>(m_session.classes()));
    std::iota(order.begin(), order.end(), 0);
    const auto p = [&](int of) { return static_cast<double>(m_session.probabilityOf(sample, of)); };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return p(a) > p(b); });
    // The label is among those that are shown at first.
    const auto place = std::find(order.begin(), order.end(), label);
    if (place - order.begin() >= static_cast<std::ptrdiff_t>(kAtFirst))
        std::rotate(order.begin() + kAtFirst - 1, place, place + 1);
    std::vector<ValueRow> rows;
    for (const int of : order) {
        ValueRow row;
        row.name = of == label ? tr("%1 (label)").arg(m_session.className(of)) : m_session.className(of);
        row.values = {format::probability(p(of))};
        row.swatch = theme().classColour(of, m_session.classes());
        row.bar = p(of);
        row.colour = of == label ? Role::accent : of == prediction ? Role::danger : Role::neutral;
        row.strong = of == label;
        rows.push_back(std::move(row));
    }
    m_rows->setRows(std::move(rows));
}

} // namespace lpntk::views
