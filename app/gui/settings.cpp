#include "settings.h"

#include <algorithm>

namespace lpntk::gui {

namespace {

constexpr qint64 kLeastMemory = qint64{64} << 20;

} // namespace

Settings::Preferences Settings::preferences() const {
    return {colours(), textScale(), restoresLayout(), recentLimit(), memoryBudget(), threads()};
}

void Settings::setPreferences(const Preferences& values) {
    setColours(values.colours);
    setTextScale(values.textScale);
    setRestoresLayout(values.restoreLayout);
    setRecentLimit(values.recentLimit);
    setMemoryBudget(values.memoryBudget);
    setThreads(values.threads);
}

void Settings::write(const QString& key, const QVariant& value) {
    if (!m_quiet)
        m_store.setValue(key, value);
}

Settings::Colours Settings::colours() const {
    const QString name = m_store.value(QStringLiteral("look/colours"), QStringLiteral("system")).toString();
    return name == QLatin1String("dark") ? Colours::dark : name == QLatin1String("light") ? Colours::light : Colours::system;
}

void Settings::setColours(Colours colours) {
    if (colours == this->colours())
        return;
    const char* name = colours == Colours::dark ? "dark" : colours == Colours::light ? "light" : "system";
    write(QStringLiteral("look/colours"), QString::fromLatin1(name));
    Q_EMIT coloursChanged();
}

double Settings::textScale() const {
    return std::clamp(m_store.value(QStringLiteral("look/textScale"), Preferences().textScale).toDouble(), 1.0, 1.5);
}

void Settings::setTextScale(double scale) {
    if (scale == textScale())
        return;
    write(QStringLiteral("look/textScale"), scale);
    Q_EMIT textScaleChanged();
}

bool Settings::restoresLayout() const {
    return m_store.value(QStringLiteral("window/restore"), Preferences().restoreLayout).toBool();
}

void Settings::setRestoresLayout(bool restore) {
    write(QStringLiteral("window/restore"), restore);
}

QByteArray Settings::geometry() const {
    return m_store.value(QStringLiteral("window/geometry")).toByteArray();
}

void Settings::setGeometry(const QByteArray& geometry) {
    write(QStringLiteral("window/geometry"), geometry);
}

QByteArray Settings::windowState() const {
    return m_store.value(QStringLiteral("window/state")).toByteArray();
}

void Settings::setWindowState(const QByteArray& state) {
    write(QStringLiteral("window/state"), state);
}

std::int64_t Settings::memoryBudget() const {
    const qint64 bytes = m_store.value(QStringLiteral("jobs/memory"), qint64{Preferences().memoryBudget}).toLongLong();
    return std::max(bytes, kLeastMemory);
}

void Settings::setMemoryBudget(std::int64_t bytes) {
    if (bytes == memoryBudget())
        return;
    write(QStringLiteral("jobs/memory"), QVariant::fromValue(qint64{bytes}));
    Q_EMIT budgetChanged();
}

int Settings::threads() const {
    return std::max(0, m_store.value(QStringLiteral("jobs/threads"), Preferences().threads).toInt());
}

void Settings::setThreads(int threads) {
    if (threads == this->threads())
        return;
    write(QStringLiteral("jobs/threads"), threads);
    Q_EMIT budgetChanged();
}

int Settings::recentLimit() const {
    return std::clamp(m_store.value(QStringLiteral("start/recentLimit"), Preferences().recentLimit).toInt(), 0, kMostRecent);
}

void Settings::setRecentLimit(int limit) {
    if (limit == recentLimit())
        return;
    write(QStringLiteral("start/recentLimit"), limit);
    Q_EMIT recentChanged();
}

std::vector<RecentProject> Settings::recent() const {
    auto list = allRecent();
    list.resize(std::min(list.size(), static_cast<std::size_t>(recentLimit())));
    return list;
}

std::vector<RecentProject> Settings::allRecent() const {
    std::vector<RecentProject> list;
    auto& store = const_cast<QSettings&>(m_store); // beginReadArray moves a cursor, nothing else
    const int count = store.beginReadArray(QStringLiteral("recent"));
    for (int i = 0; i < count; ++i) {
        store.setArrayIndex(i);
        RecentProject project{store.value(QStringLiteral("path")).toString(), store.value(QStringLiteral("name")).toString(),
                              store.value(QStringLiteral("samples")).toLongLong(), store.value(QStringLiteral("time")).toDateTime(),
                              store.value(QStringLiteral("picture")).toString()};
        if (!project.path.isEmpty())
            list.push_back(std::move(project));
    }
    store.endArray();
    return list;
}

void Settings::setRecent(const std::vector<RecentProject>& list) {
    if (m_quiet)
        return;
    m_store.remove(QStringLiteral("recent"));
    m_store.beginWriteArray(QStringLiteral("recent"), static_cast<int>(list.size()));
    for (std::size_t i = 0; i < list.size(); ++i) {
        m_store.setArrayIndex(static_cast<int>(i));
        m_store.setValue(QStringLiteral("path"), list[i].path);
        m_store.setValue(QStringLiteral("name"), list[i].name);
        m_store.setValue(QStringLiteral("samples"), list[i].samples);
        m_store.setValue(QStringLiteral("time"), list[i].time);
        m_store.setValue(QStringLiteral("picture"), list[i].picture);
    }
    m_store.endArray();
    Q_EMIT recentChanged();
}

void Settings::addRecent(const RecentProject& project) {
    auto list = allRecent();
    std::erase_if(list, [&](const RecentProject& other) { return other.path == project.path; });
    list.insert(list.begin(), project);
    list.resize(std::min(list.size(), static_cast<std::size_t>(recentLimit())));
    setRecent(list);
}

void Settings::removeRecent(const QString& path) {
    auto list = allRecent();
    std::erase_if(list, [&](const RecentProject& other) { return other.path == path; });
    setRecent(list);
}

std::vector<NamedLayout> Settings::layouts() const {
    std::vector<NamedLayout> list;
    auto& store = const_cast<QSettings&>(m_store); // as in allRecent
    const auto text = [&](const char* key) { return store.value(QString::fromLatin1(key)).toString().toStdString(); };
    const int count = store.beginReadArray(QStringLiteral("layouts"));
    for (int i = 0; i < count; ++i) {
        store.setArrayIndex(i);
        NamedLayout named{store.value(QStringLiteral("name")).toString(), {}};
        named.layout.view = text("view");
        named.layout.beside = text("beside");
        named.layout.windowState = text("windowState");
        named.layout.projectDock = store.value(QStringLiteral("projectDock"), true).toBool();
        named.layout.inspectorDock = store.value(QStringLiteral("inspectorDock"), true).toBool();
        named.layout.linked = store.value(QStringLiteral("linked"), true).toBool();
        list.push_back(std::move(named));
    }
    store.endArray();
    return list;
}

void Settings::setLayouts(const std::vector<NamedLayout>& layouts) {
    if (m_quiet)
        return;
    m_store.remove(QStringLiteral("layouts"));
    m_store.beginWriteArray(QStringLiteral("layouts"), static_cast<int>(layouts.size()));
    for (std::size_t i = 0; i < layouts.size(); ++i) {
        const ProjectLayout& layout = layouts[i].layout;
        m_store.setArrayIndex(static_cast<int>(i));
        m_store.setValue(QStringLiteral("name"), layouts[i].name);
        m_store.setValue(QStringLiteral("view"), QString::fromStdString(layout.view));
        m_store.setValue(QStringLiteral("beside"), QString::fromStdString(layout.beside));
        m_store.setValue(QStringLiteral("windowState"), QString::fromStdString(layout.windowState));
        m_store.setValue(QStringLiteral("projectDock"), layout.projectDock);
        m_store.setValue(QStringLiteral("inspectorDock"), layout.inspectorDock);
        m_store.setValue(QStringLiteral("linked"), layout.linked);
    }
    m_store.endArray();
}

QString Settings::memberSort() const {
    return m_store.value(QStringLiteral("clusters/memberSort")).toString();
}

void Settings::setMemberSort(const QString& name) {
    write(QStringLiteral("clusters/memberSort"), name);
}

FigureChoices Settings::figureChoices() const {
    const FigureChoices fresh;
    const auto value = [this](const char* key, const QVariant& otherwise) {
        return m_store.value(QStringLiteral("figure/") + QLatin1String(key), otherwise);
    };
    return {value("ending", fresh.ending).toString(),
            value("unit", fresh.unit).toString(),
            value("width", fresh.width).toDouble(),
            value("height", fresh.height).toDouble(),
            std::clamp(value("scale", fresh.scale).toDouble(), 1.0, 4.0),
            std::clamp(value("dotsPerInch", fresh.dotsPerInch).toInt(), 50, 1200),
            value("colours", fresh.colours).toString(),
            value("toolBar", fresh.toolBar).toBool()};
}

void Settings::setFigureChoices(const FigureChoices& choices) {
    write(QStringLiteral("figure/ending"), choices.ending);
    write(QStringLiteral("figure/unit"), choices.unit);
    write(QStringLiteral("figure/width"), choices.width);
    write(QStringLiteral("figure/height"), choices.height);
    write(QStringLiteral("figure/scale"), choices.scale);
    write(QStringLiteral("figure/dotsPerInch"), choices.dotsPerInch);
    write(QStringLiteral("figure/colours"), choices.colours);
    write(QStringLiteral("figure/toolBar"), choices.toolBar);
}

QStringList Settings::filters() const {
    return m_store.value(QStringLiteral("select/filters")).toStringList();
}

void Settings::addFilter(const QString& filter) {
    constexpr qsizetype kMostFilters = 50;
    QStringList list = filters();
    list.removeAll(filter);
    list.prepend(filter);
    write(QStringLiteral("select/filters"), list.mid(0, kMostFilters));
}

QString Settings::lastFolder(const char* purpose) const {
    return m_store.value(QStringLiteral("folders/") + QLatin1String(purpose)).toString();
}

void Settings::setLastFolder(const char* purpose, const QString& folder) {
    write(QStringLiteral("folders/") + QLatin1String(purpose), folder);
}

} // namespace lpntk::gui
