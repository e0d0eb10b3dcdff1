#include <widgets/models/theme.h>

#include <QFile>
#include <QFontDatabase>
#include <QIconEngine>
#include <QJsonArray>
#include <QJsonDocument>
#include <QPainter>
#include <QPixmapCache>
#include <QStyle>
#include <QStyleFactory>
#include <QSvgRenderer>

#include <algorithm>

// The resources live in a static library, whose initialisers nobody calls; must stand outside any namespace.
static void initialiseResources() {
    Q_INIT_RESOURCE(resources);
}

namespace lpntk::models {

namespace {

constexpr std::array<const char*, kRoles> kRoleNames = {
    "window", "panel", "raised", "sunken", "border", "borderStrong", "text", "text2", "text3", "accent", "accentFill",
    "onAccent", "accentText", "focus", "selection", "hover", "danger", "warning", "success", "positive", "negative",
    "neutral", "control", "pressed", "tooltip", "link", "disabledText", "imageBackground"};

const char* themeName(bool dark) {
    return dark ? "dark" : "light";
}

QByteArray resource(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("The resource %s is missing from the program.", qUtf8Printable(path));
    return file.readAll();
}

std::vector<QColor> colours(const QJsonValue& array) {
    std::vector<QColor> result;
    for (const QJsonValue& value : array.toArray())
        result.emplace_back(value.toString());
    return result;
}

/// Draws one SVG in the theme's colour of the moment.
class ThemeIcon : public QIconEngine {
public:
    ThemeIcon(const QString& name, Role role) : m_name(name), m_role(role) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        // Pixels where pixels are asked for, the drawing itself in figures.
        if (painter->paintEngine()->type() != QPaintEngine::Raster ||
            painter->transform().type() > QTransform::TxTranslate)
            return draw(*painter, QRectF(rect), mode, state);
        const qreal ratio = painter->device()->devicePixelRatioF();
        QPixmap pixels = pixmap((QSizeF(rect.size()) * ratio).toSize(), mode, state);
        pixels.setDevicePixelRatio(ratio);
        painter->drawPixmap(rect.topLeft(), pixels);
    }

    /// Every paint event of every button asks for it.
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        const QString key = QStringLiteral("lpntk-%1 %2 %3x%4")
                                .arg(m_name, theme().colour(roleFor(mode, state)).name())
                                .arg(size.width())
                                .arg(size.height());
        QPixmap pixels;
        if (QPixmapCache::find(key, &pixels))
            return pixels;
        pixels = QPixmap(size);
        pixels.fill(Qt::transparent);
        QPainter painter(&pixels);
        draw(painter, QRectF(QPointF(), size), mode, state);
        painter.end();
        QPixmapCache::insert(key, pixels);
        return pixels;
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override { return pixmap(size, mode, state); }
    QIconEngine* clone() const override { return new ThemeIcon(*this); }
    QString key() const override { return QStringLiteral("lpntk-") + m_name; }
    bool isNull() override { return false; }

private:
    void draw(QPainter& painter, const QRectF& rect, QIcon::Mode mode, QIcon::State state) const {
        QByteArray bytes = resource(QStringLiteral(":/icons/%1.svg").arg(m_name));
        bytes.replace("currentColor", theme().colour(roleFor(mode, state)).name().toLatin1());
        QSvgRenderer renderer(bytes);
        renderer.setAspectRatioMode(Qt::KeepAspectRatio);
        renderer.render(&painter, rect);
    }
    Role roleFor(QIcon::Mode mode, QIcon::State state) const {
        if (mode == QIcon::Disabled)
            return Role::disabledText;
        return state == QIcon::On && m_role == Role::text2 ? Role::accentText : m_role;
    }

    QString m_name;
    Role m_role;
};

} // namespace

Theme::Theme() {
    initialiseResources();
    m_tokens = QJsonDocument::fromJson(resource(QStringLiteral(":/tokens.json"))).object();
    const QJsonObject colour = m_tokens[QStringLiteral("colour")].toObject();
    const QJsonObject categorical = m_tokens[QStringLiteral("categorical")].toObject();
    for (const bool dark : {false, true}) {
        const auto name = QLatin1String(themeName(dark));
        const QJsonObject values = colour[name].toObject();
        for (std::size_t role = 0; role < kRoleNames.size(); ++role) {
            m_colours[dark][role] = QColor(values[QLatin1String(kRoleNames[role])].toString());
            Q_ASSERT_X(m_colours[dark][role].isValid(), "tokens.json", kRoleNames[role]);
        }
        m_classColours[0][dark] = colours(categorical[QStringLiteral("10")].toObject()[name]);
        m_classColours[1][dark] = colours(categorical[QStringLiteral("20")].toObject()[name]);
    }
}

void Theme::setDark(bool dark) {
    if (dark == m_dark)
        return;
    m_dark = dark;
    refresh();
}

void Theme::setTextScale(double scale) {
    scale = std::clamp(scale, 1.0, 1.5);
    if (qFuzzyCompare(scale, m_textScale))
        return;
    m_textScale = scale;
    refresh();
}

QColor Theme::colour(Role role) const {
    return m_colours[m_dark][static_cast<std::size_t>(role)];
}

QColor Theme::classColour(int label, int classes) const {
    const auto& list = m_classColours[classes > 10][m_dark];
    return label < 0 || list.empty() ? nan() : list[static_cast<std::size_t>(label) % list.size()];
}

int Theme::size(const char* group, const char* name) const {
    const QJsonValue value = m_tokens[QLatin1String(group)].toObject()[QLatin1String(name)];
    Q_ASSERT_X(value.isDouble(), "tokens.json", name);
    return value.toInt();
}

int Theme::row(const char* name) const {
    return qRound(size("row", name) * m_textScale);
}

int Theme::dock(const char* name) const {
    return qRound(size("dock", name) * m_textScale);
}

int Theme::thumbnail(const char* name) const {
    return size("thumbnail", name);
}

QFont Theme::font(int px, QFont::Weight weight) const {
    static const bool loaded = [] {
        for (const char* style : {"Regular", "Medium", "SemiBold"})
            QFontDatabase::addApplicationFont(QStringLiteral(":/fonts/Inter-%1.otf").arg(QLatin1String(style)));
        return true;
    }();
    Q_UNUSED(loaded)
    QFont result(QStringLiteral("Inter"));
    result.setPixelSize(qRound(px * m_textScale));
    result.setWeight(weight);
    result.setStyleStrategy(QFont::PreferAntialias);
    result.setHintingPreference(QFont::PreferNoHinting);
    return result;
}

QIcon Theme::icon(const QString& name, Role role) const {
    return QIcon(new ThemeIcon(name, role));
}

std::array<QColor, 9> Theme::diverging() const {
    const auto list = colours(m_tokens[QStringLiteral("diverging")].toObject()[QLatin1String(themeName(m_dark))]);
    std::array<QColor, 9> result;
    std::copy_n(list.begin(), result.size(), result.begin());
    return result;
}

std::array<QColor, 6> Theme::sequential() const {
    const auto list = colours(m_tokens[QStringLiteral("sequential")].toObject()[QLatin1String(themeName(m_dark))]);
    std::array<QColor, 6> result;
    std::copy_n(list.begin(), result.size(), result.begin());
    return result;
}

QColor Theme::nan() const {
    const QJsonObject values = m_tokens[QStringLiteral("diverging")].toObject()[QStringLiteral("nan")].toObject();
    return QColor(values[QLatin1String(themeName(m_dark))].toString());
}

void Theme::apply(QApplication& application) {
    m_applied = true;
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    refresh();
}

void Theme::refresh() {
    if (m_applied) {
        QApplication::setFont(font(13));
        QApplication::setPalette(palette());
        qApp->setStyleSheet(styleSheet());
    }
    Q_EMIT changed();
}

QPalette Theme::palette() const {
    QPalette result;
    const std::pair<QPalette::ColorRole, Role> all[] = {
        {QPalette::Window, Role::window}, {QPalette::WindowText, Role::text}, {QPalette::Base, Role::panel},
        {QPalette::AlternateBase, Role::raised}, {QPalette::Text, Role::text}, {QPalette::Button, Role::raised},
        {QPalette::ButtonText, Role::text}, {QPalette::BrightText, Role::danger}, {QPalette::Highlight, Role::selection},
        {QPalette::HighlightedText, Role::text}, {QPalette::Mid, Role::border}, {QPalette::Dark, Role::border},
        {QPalette::Midlight, Role::raised}, {QPalette::Light, Role::raised}, {QPalette::Shadow, Role::sunken},
        {QPalette::PlaceholderText, Role::text3}, {QPalette::Link, Role::link}, {QPalette::LinkVisited, Role::link},
        {QPalette::ToolTipBase, Role::tooltip}, {QPalette::ToolTipText, Role::text}};
    for (const auto& [target, role] : all)
        result.setColor(target, colour(role));
    for (const auto target : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        result.setColor(QPalette::Disabled, target, colour(Role::disabledText));
    return result;
}

QString Theme::styleSheet() const {
    QString sheet = QString::fromUtf8(resource(QStringLiteral(":/style/style.qss")));
    std::vector<std::pair<QString, QString>> values{{QStringLiteral("@theme"), QLatin1String(themeName(m_dark))}};
    for (int role = 0; role < kRoles; ++role)
        values.emplace_back(QLatin1Char('@') + QLatin1String(kRoleNames[static_cast<std::size_t>(role)]),
                            colour(static_cast<Role>(role)).name());
    for (const char* name : {"menuBar", "tab", "toolBar", "dockTitle", "statusBar", "control", "tableHeader"})
        values.emplace_back(QStringLiteral("@row.") + QLatin1String(name), QString::number(row(name)));
    for (const int px : {11, 12, 13, 15, 17, 24})
        values.emplace_back(QStringLiteral("@px%1").arg(px), QString::number(qRound(px * m_textScale)));
    // "@text2" must be replaced before "@text".
    std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
    for (const auto& [token, value] : values)
        sheet.replace(token, value);
    Q_ASSERT(!sheet.contains(QLatin1Char('@')));
    return sheet;
}

Theme& theme() {
    static Theme instance;
    return instance;
}

} // namespace lpntk::models
