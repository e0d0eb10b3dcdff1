#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/formats/torch_state.h>
#include <core/formats/weight_readers.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <set>

namespace lpntk::formats {

using base::FormatError;
using Kind = PickleValue::Kind;

namespace {

constexpr std::size_t kMostDimensions = 32;
constexpr const char* kWrappers[] = {"state_dict", "model_state_dict", "model", "net", "state_dict_ema"};
constexpr const char* kPrefixes[] = {"module.", "_orig_mod."};

std::vector<std::int64_t> wholeNumbers(const PickleValue* value, const std::string& where) {
    if (value && value->kind == Kind::object && std::strcmp(value->name, "torch Size") == 0)
        value = value->at(0);
    if (!value || (value->kind != Kind::tuple && value->kind != Kind::list) || value->items.size() > kMostDimensions)
        throw FormatError(where + ": a shape is not a tuple of at most 32 sizes");
    std::vector<std::int64_t> numbers;
    for (const PickleValue* item : value->items) {
        if (item->kind != Kind::integer || item->integer < 0)
            throw FormatError(where + ": a size or stride is not a whole number");
        numbers.push_back(item->integer);
    }
    return numbers;
}

/// A tensor or parameter as a pickled call; nullptr when the value is something else.
const PickleValue* tensorCall(const PickleValue* value) {
    for (int depth = 0; value && value->kind == Kind::object && depth < 4; ++depth) {
        if (std::strcmp(value->name, "torch _rebuild_tensor_v2") == 0 ||
            std::strcmp(value->name, "torch _rebuild_tensor") == 0)
            return value;
        const bool parameter = std::strcmp(value->name, "torch _rebuild_parameter") == 0 ||
                               std::strcmp(value->name, "torch Parameter") == 0;
        value = parameter ? value->at(0) : nullptr;
    }
    return nullptr;
}

class TensorMaker {
public:
    TensorMaker(const StorageLookup& storages, const std::string& where) : m_storages(storages), m_where(where) {}

    NamedTensor make(const PickleValue& call, const std::string& name) {
        const std::string where = fmt::format("{}, tensor \"{}\"", m_where, name);
        const PickleValue* persistent = call.at(0);
        const PickleValue* offsetValue = call.at(1);
        if (!persistent || persistent->kind != Kind::persistent || !offsetValue || offsetValue->kind != Kind::integer ||
            offsetValue->integer < 0)
            throw FormatError(where + ": has no storage and offset");
        const TorchStorage storage = torchStorage(*persistent, where);
        NamedTensor tensor;
        tensor.name = name;
        tensor.type = storage.type;
        Window window{wholeNumbers(call.at(2), where), wholeNumbers(call.at(3), where), offsetValue->integer};
        checkWindow(window, storage.count, where);
        const StorageBytes bytes = m_storages(storage);
        if (static_cast<std::int64_t>(bytes.bytes.size()) !=
            storage.count * static_cast<std::int64_t>(sizeOf(storage.type)))
            throw FormatError(fmt::format("{}: its storage has {} bytes; {} values of {} were declared", where,
                                          bytes.bytes.size(), storage.count, nameOf(storage.type)));
        m_cutter.cut(tensor, std::move(window), bytes, where);
        checkBooleans(tensor, m_where);
        return tensor;
    }

private:
    const StorageLookup& m_storages;
    const std::string& m_where;
    WindowCutter m_cutter;
};

bool holdsTensors(const PickleValue& dict) {
    for (std::size_t i = 1; i < dict.items.size(); i += 2) {
        if (tensorCall(dict.items[i]))
            return true;
    }
    return false;
}

/// Opens {"state_dict": {...}, "epoch": 3} and the like, at most four deep.
const PickleValue& openWrappers(const PickleValue& root, std::vector<std::string>& unwrapped) {
    const PickleValue* dict = &root;
    for (int depth = 0; depth < 4; ++depth) {
        const auto isWrapper = [dict](const char* name) {
            const PickleValue* inner = dict->find(name);
            return inner && inner->kind == Kind::dict;
        };
        const auto* wrapper = std::find_if(std::begin(kWrappers), std::end(kWrappers), isWrapper);
        if (wrapper == std::end(kWrappers))
            break;
        unwrapped.emplace_back(*wrapper);
        dict = dict->find(*wrapper);
    }
    return *dict;
}

/// Removes path components such as "module." wherever they stand; notes which.
std::string strip(std::string name, std::vector<std::string>& unwrapped) {
    for (const char* prefix : kPrefixes) {
        const std::string word = prefix;
        for (std::size_t at = 0; (at = name.find(word, at)) != std::string::npos;) {
            if (at != 0 && name[at - 1] != '.') {
                ++at;
                continue;
            }
            name.erase(at, word.size());
            if (std::find(unwrapped.begin(), unwrapped.end(), word) == unwrapped.end())
                unwrapped.push_back(word);
        }
    }
    return name;
}

std::string keyText(const PickleValue& key) {
    return key.isString() ? std::string(key.text.substr(0, 200)) : fmt::format("a key of type {}", nameOf(key.kind));
}

} // namespace

TorchStorage torchStorage(const PickleValue& persistent, const std::string& where) {
    const PickleValue* id = persistent.at(0);
    if (!id || id->kind != Kind::tuple || id->items.size() < 5 || id->items.size() > 6 || !id->items[0]->isString() ||
        id->items[0]->text != "storage" || id->items[1]->kind != Kind::global || !id->items[2]->isString() ||
        id->items[4]->kind != Kind::integer || id->items[4]->integer < 0)
        throw FormatError(where + ": a persistent id is not ('storage', type, key, location, count)");
    if (id->items.size() == 6 && id->items[5]->kind != Kind::none)
        throw FormatError(
            where +
            ": a storage is a view of another, as very old PyTorch wrote it; load and save it with a newer one");
    static const std::map<std::string_view, DType> kTypes{
        {"torch FloatStorage", DType::f32},    {"torch DoubleStorage", DType::f64},
        {"torch HalfStorage", DType::f16},     {"torch LongStorage", DType::i64},
        {"torch IntStorage", DType::i32},      {"torch ShortStorage", DType::i16},
        {"torch CharStorage", DType::i8},      {"torch ByteStorage", DType::u8},
        {"torch BoolStorage", DType::boolean}, {"torch BFloat16Storage", DType::bf16}};
    const auto type = kTypes.find(id->items[1]->name);
    if (type == kTypes.end())
        throw FormatError(fmt::format("{}: \"{}\" is not a storage type", where, id->items[1]->name));
    TorchStorage storage{std::string(id->items[2]->text), type->second, id->items[4]->integer};
    base::checkedProduct({storage.count, static_cast<std::int64_t>(sizeOf(storage.type))}, where);
    return storage;
}

WeightFile stateDictFrom(const PickleValue& root, const StorageLookup& storages, StateDictKind kind,
                         const std::string& where) {
    const bool exact = kind == StateDictKind::exact;
    if (root.kind != Kind::dict)
        throw FormatError(fmt::format("{}: holds a {} and no state dict; save model.state_dict()", where,
                                      tensorCall(&root) ? "tensor" : nameOf(root.kind)));
    WeightFile file;
    const PickleValue& dict = exact ? root : openWrappers(root, file.unwrapped);
    if (!exact && !holdsTensors(dict)) {
        std::vector<std::string> keys;
        for (std::size_t i = 0; i < dict.items.size() && keys.size() < 8; i += 2)
            keys.push_back(keyText(*dict.items[i]));
        throw FormatError(
            fmt::format("{}: no tensors in it (keys: {}); a state dict, alone or under one of {}, was expected", where,
                        fmt::join(keys, ", "), fmt::join(kWrappers, ", ")));
    }
    TensorMaker maker(storages, where);
    std::set<std::string> names;
    for (std::size_t i = 0; i < dict.items.size(); i += 2) {
        const PickleValue* call = tensorCall(dict.items[i + 1]);
        if (!dict.items[i]->isString() || !call)
            throw FormatError(fmt::format(
                "{}: the entry \"{}\" of the state dict is a {} and not a tensor; save model.state_dict() alone", where,
                keyText(*dict.items[i]), nameOf(dict.items[i + 1]->kind)));
        std::string name(dict.items[i]->text);
        if (!exact)
            name = strip(std::move(name), file.unwrapped);
        if (!names.insert(name).second)
            throw FormatError(fmt::format("{}: two tensors are called \"{}\" once prefixes are stripped", where, name));
        file.tensors.push_back(maker.make(*call, name));
    }
    return file;
}

} // namespace lpntk::formats
