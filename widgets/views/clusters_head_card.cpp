#include <widgets/views/clusters_head_card.h>

#include <widgets/models/format.h>
#include <widgets/models/theme.h>
#include <widgets/models/thumbnail_cache.h>
#include <widgets/views/parts_thumbnail.h>

#include <QCoreApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

namespace lpntk::views {

using models::Role;
using models::SampleId;
using models::theme;
namespace format = models::format;

namespace {

constexpr int kMargin = 16;

QToolButton* arrow(const char* icon, const QString& text, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setIcon(theme().icon(QLatin1String(icon)));
    button->setProperty("quiet", true);
    button->setToolTip(text);
    button->setAccessibleName(text);
    return button;
}

/// "second of 15 in its class"; figures from the eleventh on.
QString ordinal(int rank) {
    static const char* const words[] = {QT_TRANSLATE_NOOP("HeadCard", "largest"), QT_TRANSLATE_NOOP("HeadCard", "second"),
                                        QT_TRANSLATE_NOOP("HeadCard", "third"), QT_TRANSLATE_NOOP("HeadCard", "fourth"),
                                        QT_TRANSLATE_NOOP("HeadCard", "fifth"), QT_TRANSLATE_NOOP("HeadCard", "sixth"),
                                        QT_TRANSLATE_NOOP("HeadCard", "seventh"), QT_TRANSLATE_NOOP("HeadCard", "eighth"),
                                        QT_TRANSLATE_NOOP("HeadCard", "ninth"), QT_TRANSLATE_NOOP("HeadCard", "tenth")};
    return rank >= 1 && rank <= 10 ? QCoreApplication::translate("HeadCard", words[rank - 1])
                                   : QCoreApplication::translate("HeadCard", "number %1").arg(format::count(rank));
}

} // namespace

HeadCard::HeadCard(models::Session& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_former(arrow("back", tr("Former cluster"), this)), m_next(arrow("forward", tr("Next cluster"), this)) {
    connect(&session.thumbnails(), &models::ThumbnailCache::ready, this, qOverload<>(&QWidget::update));
    connect(&session.selection(), &models::SelectionModel::currentChanged, this, qOverload<>(&QWidget::update));
    connect(&session.selection(), &models::SelectionModel::selectedChanged, this, qOverload<>(&QWidget::update));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize HeadCard::sizeHint() const {
    return {500, std::max(theme().thumbnail("inspector") + 34, qRound(160 * theme().textScale()) + 12)};
}

const analysis::ClusterAssignment::Cluster* HeadCard::cluster() const {
    return m_clusters && m_cluster >= 0 && m_cluster < std::ssize(m_clusters->clusters) ? &m_clusters->clusters[static_cast<std::size_t>(m_cluster)] : nullptr;
}

void HeadCard::setCluster(std::shared_ptr<const analysis::ClusterAssignment> clusters, int cluster, const QString& name,
                          const analysis::ClusterFacts& facts) {
    m_clusters = std::move(clusters);
    m_cluster = cluster;
    m_name = name;
    m_facts = facts;
    refreshRelabelled();
}

void HeadCard::refreshRelabelled() {
    std::map<int, std::int64_t> counts;
    if (const auto* shown = cluster(); shown && m_session.run() && !m_session.decisions().all().empty())
        for (const auto* rows : {&shown->members, &shown->attached})
            for (const auto row : *rows)
                if (const int label = m_session.decisions().of(m_session.run()->sampleFromRow(row)).relabel; label >= 0)
                    ++counts[label];
    m_relabelled.assign(counts.begin(), counts.end());
    std::stable_sort(m_relabelled.begin(), m_relabelled.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    speak();
    update();
}

void HeadCard::speak() {
    QStringList spoken{m_name, subtitle()};
    for (const Fact& fact : facts())
        spoken << fact.name + QLatin1Char(' ') + fact.value;
    for (const auto& [title, counts] :
         {std::pair{tr("predicted"), &m_facts.predicted}, std::pair{tr("relabelled"), &m_relabelled}})
        for (const auto& [label, count] : *counts)
            spoken << QStringLiteral("%1 %2 %3").arg(title, m_session.className(label), format::count(count));
    setAccessibleName(spoken.join(QStringLiteral(", ")));
}

QString HeadCard::subtitle() const {
    const auto* shown = cluster();
    if (!shown || !m_session.run())
        return {};
    const auto ofClass = std::count_if(m_clusters->clusters.begin(), m_clusters->clusters.end(), [&](const auto& other) { return other.label == shown->label; });
    return tr("head %1, %2 of %3 in its class").arg(format::sample(m_session.run()->sampleFromRow(shown->head)),
                                                    ordinal(m_clusters->rankInClass[static_cast<std::size_t>(m_cluster)]), format::count(ofClass));
}

std::vector<HeadCard::Fact> HeadCard::facts() const {
    const auto* shown = cluster();
    if (!shown || !m_session.run())
        return {};
    const double wrong = static_cast<double>(m_facts.misclassified) / static_cast<double>(shown->size());
    return {{tr("Members"), format::count(shown->size())},
            {tr("Clustered"), format::count(std::ssize(shown->members))},
            {tr("Attached, redundant"), format::count(std::ssize(shown->attached))},
            {tr("Mean cosine to head"),
             shown->size() > 1
                 ? tr("%1 \u00B1 %2").arg(format::cosine(m_facts.meanCosine), format::number(m_facts.spread, 2))
                 : format::cosine(m_facts.meanCosine)},
            {tr("Least similar"), format::cosine(m_facts.leastCosine)},
            {tr("Misclassified"), m_facts.misclassified == 0
                                      ? format::count(0)
                                      : tr("%1, %2").arg(format::count(m_facts.misclassified), format::share(wrong))}};
}

QRect HeadCard::square() const {
    const int side = theme().thumbnail("inspector");
    return {kMargin, kMargin, side, side};
}

void HeadCard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().colour(Role::panel));
    const auto* shown = cluster();
    if (!shown || !m_session.run())
        return;
    const SampleId head = m_session.run()->sampleFromRow(shown->head);
    auto state = thumbnailState(m_session, head);
    state.selected = true; // it is the head of what is shown
    state.misclassified = false;
    paintThumbnail(painter, square(), m_session, head, state);

    const double left = square().right() + 18;
    const double scale = theme().textScale();
    QRectF line(left, 14, m_former->x() - left - 8, 28 * scale);
    paintSwatch(painter, QPointF(left, line.center().y()), theme().classColour(shown->label, m_session.classes()));
    const double used = paintText(painter, line.adjusted(kSwatch + 9, 0, 0, 0), m_name, theme().font(17, QFont::DemiBold), theme().colour(Role::text));
    paintText(painter, line.adjusted(kSwatch + 20 + used, 2, 0, 0), subtitle(), theme().font(13), theme().colour(Role::text2));

    const auto values = facts();
    // Three equal columns; in a narrow card each is as wide as its own words.
    std::array<double, 3> columns{};
    for (std::size_t i = 0; i < values.size(); ++i)
        columns[i % 3] = std::max(columns[i % 3], QFontMetricsF(theme().font(11)).horizontalAdvance(values[i].name) + 12);
    const double equal = std::min(190.0 * scale, (width() - left - kMargin) / 3.0);
    if (*std::max_element(columns.begin(), columns.end()) <= equal)
        columns.fill(equal);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double column = columns[i % 3];
        const double x = left + std::accumulate(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(i % 3), 0.0);
        const double y = line.bottom() + 6 + static_cast<double>(i / 3) * 44 * scale;
        paintText(painter, QRectF(x, y, column - 8, 16 * scale), values[i].name, theme().font(11), theme().colour(Role::text3));
        paintText(painter, QRectF(x, y + 17 * scale, column - 8, 20 * scale), values[i].value, theme().font(15, QFont::Medium), theme().colour(Role::text));
    }
    QRectF below(left, line.bottom() + 6 + 2 * 44 * scale + 2, width() - kMargin - left, 20 * scale);
    if (!m_relabelled.empty()) // what a hand did comes first where there is little room
        below.setLeft(below.left() + paintCounts(painter, below, tr("Relabelled"), m_relabelled) + 8);
    paintCounts(painter, below, tr("Predicted"), m_facts.predicted);
}

double HeadCard::paintCounts(QPainter& painter, const QRectF& line, const QString& title, const Counts& counts) const {
    if (counts.empty())
        return 0;
    const QFont small = theme().font(11);
    const QFont words = theme().font(12);
    const QFontMetricsF metrics(words);
    double x = line.left() + paintText(painter, line, title, small, theme().colour(Role::text3)) + 10;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const QString name = m_session.className(counts[i].first);
        const QString count = format::count(counts[i].second);
        const double used = kSwatch + 6 + metrics.horizontalAdvance(name) + 5 + metrics.horizontalAdvance(count) + 14;
        const QString rest = tr("%1 more").arg(counts.size() - i);
        const double reserve = i + 1 < counts.size() ? metrics.horizontalAdvance(rest) + 4 : 0;
        if (x + used - 14 + reserve > line.right()) {
            x += paintText(painter, QRectF(x, line.top(), line.right() - x, line.height()), rest, words,
                           theme().colour(Role::text2)) +
                 14;
            break;
        }
        paintSwatch(painter, QPointF(x, line.center().y()), theme().classColour(counts[i].first, m_session.classes()));
        const QRectF text(x + kSwatch + 6, line.top(), used, line.height());
        const double wide = paintText(painter, text, name, words, theme().colour(Role::text2));
        paintText(painter, text.adjusted(wide + 5, 0, 0, 0), count, words, theme().colour(Role::text));
        x += used;
    }
    return x - line.left();
}

void HeadCard::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const QSize size(28, 28);
    m_next->setGeometry(QRect(QPoint(width() - kMargin - size.width(), 14), size));
    m_former->setGeometry(QRect(QPoint(width() - kMargin - 2 * size.width() - 10, 14), size));
}

void HeadCard::mousePressEvent(QMouseEvent* event) {
    const auto* shown = cluster();
    if (shown && m_session.run() && square().contains(event->pos()))
        m_session.selection().click(m_session.run()->sampleFromRow(shown->head), event->modifiers() & Qt::ControlModifier, this);
}

} // namespace lpntk::views
