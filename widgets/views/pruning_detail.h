#pragma once

#include <widgets/models/session.h>
#include <widgets/views/pruning_content.h>

#include <QWidget>

class QPushButton;

namespace lpntk::views {

/// One line about the current sample: why it was kept or pruned, how well it is covered, and the ways to the kept
/// sample nearest to it and to the one that made it redundant. Owned by its view.
class PruneDetail : public QWidget {
    Q_OBJECT
public:
    PruneDetail(models::Session& session, QWidget* parent);
    void setContent(std::shared_ptr<const PruningContent> content);
    /// After the current sample changed.
    void refresh();
    QString text() const { return m_words; }
    QPushButton& nearest() { return *m_nearest; }
    QPushButton& because() { return *m_because; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void offer(QPushButton& button, models::SampleId sample, const QString& words);

    models::Session& m_session;
    std::shared_ptr<const PruningContent> m_content;
    QString m_words;
    models::SampleId m_sample;
    QPushButton *m_nearest = nullptr, *m_because = nullptr;
};

} // namespace lpntk::views
