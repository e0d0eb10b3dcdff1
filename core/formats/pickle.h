#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lpntk::formats {

/// What a pickle describes, as dead values: nothing is imported, constructed or called. Owned by its PickleDocument;
/// text points into the pickle's bytes. Values may share and even contain each other, so walk with a depth limit.
struct PickleValue {
    enum class Kind {
        none,
        boolean,
        integer,
        bigInteger, ///< text: little-endian two's complement bytes
        real,
        bytes,      ///< text
        text,       ///< text, UTF-8
        list,       ///< items; sets too
        tuple,      ///< items
        dict,       ///< items: key, value, key, value, ...
        global,     ///< text of a name on the allowlist, "module name" in `name`
        object,     ///< name called with items; state from BUILD
        persistent, ///< items[0]: the persistent id
    };
    Kind kind = Kind::none;
    std::int64_t integer = 0; ///< boolean too
    double real = 0;
    std::string_view text;
    const char* name = nullptr; ///< global, object: "module name", canonical
    std::vector<const PickleValue*> items;
    const PickleValue* state = nullptr;

    bool isString() const { return kind == Kind::bytes || kind == Kind::text; }
    /// The value of a dict's key (bytes or text), nullptr when absent or no dict.
    const PickleValue* find(std::string_view key) const;
    /// Item `index` of a list or tuple or call, nullptr when there are fewer.
    const PickleValue* at(std::size_t index) const { return index < items.size() ? items[index] : nullptr; }
};

const char* nameOf(PickleValue::Kind kind); ///< "dict", "text", ... for messages

/// One pickle read to its STOP.
struct PickleDocument {
    std::deque<PickleValue> values;
    const PickleValue* root = nullptr;
    std::size_t size = 0; ///< bytes used
    /// The persistent ids in order of appearance.
    std::vector<const PickleValue*> persistent;
};

/// Reads one pickle (protocols 1 to 5, the opcodes that data need) at the start of `bytes`, which must outlive the
/// document. Globals outside the allowlist of formats.md section 4 are refused by name; memo, stack, values and strings
/// are capped. `where` names the file in errors, `offset` is where in it `bytes` starts. Throws FormatError.
std::unique_ptr<PickleDocument> readPickle(std::span<const std::byte> bytes, const std::string& where,
                                           std::size_t offset = 0);

} // namespace lpntk::formats
