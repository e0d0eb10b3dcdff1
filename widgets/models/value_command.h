#pragma once

#include <QString>
#include <QUndoCommand>

#include <functional>
#include <optional>
#include <utility>

namespace lpntk::models {

/// One undo step about a value: `apply` puts the value in force and returns the former state, `revert` takes exactly
/// that back. The only undo command of the program.
template <typename Value, typename Former> class ValueCommand : public QUndoCommand {
public:
    ValueCommand(const QString& text, Value value, std::function<Former(const Value&)> apply,
                 std::function<void(const Former&)> revert)
        : QUndoCommand(text), m_value(std::move(value)), m_apply(std::move(apply)), m_revert(std::move(revert)) {}

    void redo() override { m_former = m_apply(m_value); }
    void undo() override { m_revert(*m_former); }

private:
    Value m_value;
    std::optional<Former> m_former;
    std::function<Former(const Value&)> m_apply;
    std::function<void(const Former&)> m_revert;
};

} // namespace lpntk::models
