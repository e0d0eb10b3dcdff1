#pragma once

#include <QApplication>
#include <QColor>
#include <QFont>
#include <QIcon>
#include <QJsonObject>
#include <QObject>

#include <array>
#include <vector>

namespace lpntk::models {

/// Colours by what they mean (look.md section 1); values in resources/tokens.json.
enum class Role {
    window, panel, raised, sunken, border, borderStrong, text, text2, text3, accent, accentFill, onAccent, accentText,
    focus, selection, hover, danger, warning, success, positive, negative, neutral, control, pressed, tooltip, link,
    disabledText, imageBackground
};
inline constexpr int kRoles = static_cast<int>(Role::imageBackground) + 1;

/// The look of the program: colours, sizes, fonts, icons, dark or light. One object per process (theme()), window's
/// thread only. Everything that paints asks it at paint time and repaints on changed(), so nothing keeps a colour.
class Theme : public QObject {
    Q_OBJECT
public:
    Theme();

    bool isDark() const { return m_dark; }
    /// Repolishes the application when the look was applied before, then emits changed().
    void setDark(bool dark);
    /// The user's text scale, 1 to 1.5; rows and fonts follow. Emits changed().
    void setTextScale(double scale);
    double textScale() const { return m_textScale; }

    QColor colour(Role role) const;
    /// Colour of class `label` among `classes`; repeats above 20, where the name decides.
    QColor classColour(int label, int classes) const;

    /// Heights and widths of tokens.json in logical pixels ("list", "control", "inspector", "gallery"); rows grow with
    /// the text scale. An unknown name is our own bug (assert).
    int row(const char* name) const;
    int dock(const char* name) const;
    int thumbnail(const char* name) const;

    /// Inter at `px` logical pixels (11 caption, 12 small, 13 body, 15 value, 17 title, 24 display) times the text scale.
    QFont font(int px, QFont::Weight weight = QFont::Normal) const;
    /// The drawing icons/<name>.svg in the colour of `role`, at any pixel ratio; follows the theme without being made
    /// again. Disabled icons are disabledText, checked ones accentText where the role is text2.
    QIcon icon(const QString& name, Role role = Role::text2) const;

    /// Control points of the colour maps (t = -1 ... +1 in steps of 0.25; t = 0 ... 1 in steps of 0.2), for
    /// interpolation in OKLab, and the colour of missing values.
    std::array<QColor, 9> diverging() const;
    std::array<QColor, 6> sequential() const;
    QColor nan() const;

    /// Fusion, palette, font and style sheet for the whole application; call once after making the QApplication.
    void apply(QApplication& application);

Q_SIGNALS:
    void changed();

private:
    void refresh();
    QPalette palette() const;
    QString styleSheet() const;
    int size(const char* group, const char* name) const;

    QJsonObject m_tokens;
    std::array<std::array<QColor, kRoles>, 2> m_colours; ///< light, dark
    std::array<std::array<std::vector<QColor>, 2>, 2> m_classColours; ///< [10 or 20 classes][light, dark]
    bool m_dark = true;
    bool m_applied = false;
    double m_textScale = 1;
};

/// The one Theme. Works without apply() too (tests, painting offscreen); needs a QGuiApplication for fonts.
Theme& theme();

} // namespace lpntk::models
