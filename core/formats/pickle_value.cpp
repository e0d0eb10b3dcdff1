#include <core/formats/pickle.h>

namespace lpntk::formats {

using Kind = PickleValue::Kind;

const PickleValue* PickleValue::find(std::string_view key) const {
    if (kind != Kind::dict)
        return nullptr;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (items[i]->isString() && items[i]->text == key)
            return items[i + 1];
    }
    return nullptr;
}

const char* nameOf(PickleValue::Kind kind) {
    switch (kind) {
    case Kind::none:
        return "None";
    case Kind::boolean:
        return "bool";
    case Kind::integer:
    case Kind::bigInteger:
        return "int";
    case Kind::real:
        return "float";
    case Kind::bytes:
        return "bytes";
    case Kind::text:
        return "str";
    case Kind::list:
        return "list";
    case Kind::tuple:
        return "tuple";
    case Kind::dict:
        return "dict";
    case Kind::global:
        return "name";
    case Kind::object:
        return "object";
    case Kind::persistent:
        return "storage";
    }
    return "value";
}

} // namespace lpntk::formats
