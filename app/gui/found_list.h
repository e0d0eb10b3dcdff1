#pragma once

#include <QListWidget>
#include <QString>

#include <vector>

namespace lpntk::gui {

/// The list that drops down below a field and shows what was found for the words in it: name, detail, keys, icon. A
/// child of the window that takes no focus; the field moves through it and takes from it.
class FoundList : public QListWidget {
    Q_OBJECT
public:
    struct Entry {
        QString text, detail, keys, icon;
    };

    explicit FoundList(QWidget* window);

    void setEntries(const std::vector<Entry>& entries);
    /// At most `rows` rows high, its corner at `corner` of the window, moved in where it would stand out.
    void showAt(QPoint corner, int width, int rows);
    /// To the next or former entry, round the ends.
    void move(int step);

private:
    void restyle();
};

} // namespace lpntk::gui
