#include <core/model/pt2_arguments.h>

#include <core/base/error.h>
#include <core/formats/pt2.h>

#include <limits>
#include <optional>

namespace lpntk::model {

namespace {

using base::FormatError;
using base::Json;

Argument scalarType(std::int64_t number, const std::string& place) {
    if (const auto type = formats::pt2Type(number))
        return *type;
    throw FormatError(place + " asks for number type " + std::to_string(number) +
                      " of the export schema, which is not supported");
}

Argument memoryFormat(std::int64_t number, const std::string& place) {
    switch (number) {
    case 1:
        return MemoryFormat::contiguous;
    case 2:
        return MemoryFormat::channelsLast;
    case 3:
        return MemoryFormat::channelsLast3d;
    case 4:
        return MemoryFormat::preserve;
    default:
        throw FormatError(place + " asks for an unknown memory format");
    }
}

/// {"as_name": "s"} or {"as_int": 3}.
Size sizeFrom(const Json& json, const FindValue& find, const std::string& place) {
    const auto [kind, value] = pt2Kind(json, place);
    if (kind == "as_name")
        return find(value->get<std::string>());
    if (kind == "as_int")
        return value->get<std::int64_t>();
    throw FormatError(place + ": a size is neither a name nor a number (" + kind + ")");
}

/// JSON has no infinities: they are written as text.
double realFrom(const Json& json) {
    if (!json.is_string())
        return json.get<double>();
    const auto text = json.get<std::string>();
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (text == "Infinity")
        return kInfinity;
    if (text == "-Infinity")
        return -kInfinity;
    return text == "NaN" ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

ValueId tensorFrom(const Json& json, const FindValue& find, const std::string& place) {
    return find(base::requiredKey<std::string>(json, "name", place));
}

/// A computed number that is not a size; its name or the number itself.
Argument symbolic(const Json& json, const FindValue& find, const std::string& place) {
    const auto [kind, value] = pt2Kind(json, place);
    if (kind == "as_name")
        return find(value->get<std::string>());
    if (kind == "as_float")
        return realFrom(*value);
    if (kind == "as_bool")
        return value->get<bool>();
    if (kind == "as_int")
        return value->get<std::int64_t>();
    throw FormatError(place + ": a computed number is given as " + kind);
}

Argument sizes(const Json& list, const FindValue& find, const std::string& place) {
    std::vector<Size> result;
    for (const Json& size : list)
        result.push_back(sizeFrom(size, find, place));
    return result;
}

Argument tensors(const Json& list, const FindValue& find, const std::string& place) {
    std::vector<ValueId> ids;
    for (const Json& tensor : list)
        ids.push_back(tensorFrom(tensor, find, place));
    return ids;
}

/// Elements are {"as_tensor": {...}} or {"as_none": true}.
Argument optionalTensors(const Json& list, const FindValue& find, const std::string& place) {
    std::vector<ValueId> ids;
    for (const Json& element : list) {
        const auto [kind, value] = pt2Kind(element, place);
        if (kind != "as_tensor" && kind != "as_none")
            throw FormatError(place + ": a list of tensors holds a " + kind);
        ids.push_back(kind == "as_none" ? ValueId() : tensorFrom(*value, find, place));
    }
    return ids;
}

std::optional<Argument> listArgument(const std::string& kind, const Json& value, const FindValue& find,
                                     const std::string& place) {
    if (kind == "as_ints") {
        std::vector<Size> list;
        for (const Json& number : value)
            list.emplace_back(number.get<std::int64_t>());
        return list;
    }
    if (kind == "as_sym_ints")
        return sizes(value, find, place);
    if (kind == "as_tensors")
        return tensors(value, find, place);
    if (kind == "as_optional_tensors")
        return optionalTensors(value, find, place);
    if (kind == "as_floats") {
        std::vector<double> list;
        for (const Json& number : value)
            list.push_back(realFrom(number));
        return list;
    }
    if (kind == "as_bools")
        return value.get<std::vector<bool>>();
    return std::nullopt;
}

std::optional<Argument> singleArgument(const std::string& kind, const Json& value, const FindValue& find,
                                       const std::string& place) {
    if (kind == "as_none")
        return std::monostate();
    if (kind == "as_tensor")
        return tensorFrom(value, find, place);
    if (kind == "as_int")
        return value.get<std::int64_t>();
    if (kind == "as_float")
        return realFrom(value);
    if (kind == "as_bool")
        return value.get<bool>();
    if (kind == "as_string")
        return value.get<std::string>();
    if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool")
        return symbolic(value, find, place);
    if (kind == "as_scalar_type")
        return scalarType(value.get<std::int64_t>(), place);
    if (kind == "as_memory_format")
        return memoryFormat(value.get<std::int64_t>(), place);
    if (kind == "as_layout") {
        constexpr std::int64_t kStrided = 7;
        if (value.get<std::int64_t>() != kStrided)
            throw FormatError(place + " asks for a tensor that is not dense");
        return Layout::strided;
    }
    if (kind == "as_device")
        return RunningDevice();
    if (kind == "as_optional_tensor") {
        const auto [inner, tensor] = pt2Kind(value, place);
        return inner == "as_tensor" ? Argument(tensorFrom(*tensor, find, place)) : Argument(std::monostate());
    }
    return std::nullopt;
}

} // namespace

const Json& pt2At(const Json& json, const char* key, const std::string& where) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    if (found == json.end())
        throw FormatError(where + ": the key \"" + key + "\" of the program is missing");
    return *found;
}

std::optional<std::int64_t> pt2FixedSize(const Json& size) {
    const auto found = size.find("as_int");
    return found != size.end() && found->is_number_integer() ? std::optional(found->get<std::int64_t>()) : std::nullopt;
}

std::pair<std::string, const Json*> pt2Kind(const Json& json, const std::string& place) {
    if (!json.is_object() || json.size() != 1)
        throw FormatError(place + ": an argument of the export schema must have one key");
    return {json.begin().key(), &json.begin().value()};
}

Argument readPt2Argument(const Json& json, const FindValue& find, const std::string& place) {
    const auto [kind, value] = pt2Kind(json, place);
    try {
        if (auto argument = singleArgument(kind, *value, find, place))
            return *argument;
        if (auto argument = listArgument(kind, *value, find, place))
            return *argument;
    } catch (const nlohmann::json::exception&) {
        throw FormatError(place + ": the argument " + kind + " has a value of the wrong kind");
    }
    throw FormatError(place + " takes an argument of the kind " + kind + ", which is not supported");
}

} // namespace lpntk::model
