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
#include <limits>
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
    return {500, std::max(theme().thumbnail("inspector") + 34, qRound(134 * theme().textScale()) + 12)};
}

const analysis::ClusterAssignment::Cluster* HeadCard::cluster() const {
    return m_clusters && m_cluster >= 0 && m_cluster < std::ssize(m_clusters->clusters) ? &m_clusters->clusters[static_cast<std::size_t>(m_cluster)] : nullptr;
}

void HeadCard::setCluster(std::shared_ptr<const analysis::ClusterAssignment> clusters, int cluster, const QString& name) {
    m_clusters = std::move(clusters);
    m_cluster = cluster;
    m_name = name;
    QStringList spoken{name, subtitle()};
    for (const Fact& fact : facts())
        spoken << fact.name + QLatin1Char(' ') + fact.value;
    setAccessibleName(spoken.join(QStringLiteral(", ")));
    update();
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
    double sum = 0;
    double least = std::numeric_limits<double>::quiet_NaN();
    std::int64_t others = 0, wrong = 0;
    for (const auto* rows : {&shown->members, &shown->attached}) {
        for (const auto row : *rows) {
            wrong += m_session.isMisclassified(m_session.run()->sampleFromRow(row));
            if (row == shown->head)
                continue;
            const auto cosine = static_cast<double>(m_clusters->cosineToHead[static_cast<std::size_t>(row.value())]);
            sum += cosine;
            least = others == 0 ? cosine : std::min(least, cosine);
            ++others;
        }
    }
    const double mean = others ? sum / static_cast<double>(others) : std::numeric_limits<double>::quiet_NaN();
    return {{tr("Members"), format::count(shown->size())},
            {tr("Clustered"), format::count(std::ssize(shown->members))},
            {tr("Attached, redundant"), format::count(std::ssize(shown->attached))},
            {tr("Mean cosine to head"), format::cosine(mean)},
            {tr("Least similar"), format::cosine(least)},
            {tr("Misclassified"), format::count(wrong)}};
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
