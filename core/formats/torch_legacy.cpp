#include <core/base/checked.h>
#include <core/base/error.h>
#include <core/formats/torch_state.h>
#include <core/formats/weight_readers.h>

#include <fmt/format.h>

#include <map>

namespace lpntk::formats {

using base::FormatError;
using Kind = PickleValue::Kind;

namespace {

/// 0x1950a86a20f9469cfc6c, the number at the start, as the pickle holds it.
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::int64_t kProtocol = 1001;

/// Reads one pickle after the other.
class Sequence {
public:
    Sequence(std::span<const std::byte> bytes, const std::string& where) : m_bytes(bytes), m_where(where) {}

    std::unique_ptr<PickleDocument> next() {
        auto document = readPickle(m_bytes.subspan(m_at), m_where, m_at);
        m_at += document->size;
        return document;
    }
    std::span<const std::byte> take(std::int64_t count) {
        if (count < 0 || count > static_cast<std::int64_t>(m_bytes.size() - m_at))
            throw FormatError(fmt::format("{} ends at byte {}; {} bytes of a storage were expected from byte {} on: "
                                          "the file is truncated; get it again",
                                          m_where, m_bytes.size(), count, m_at));
        const auto taken = m_bytes.subspan(m_at, static_cast<std::size_t>(count));
        m_at += taken.size();
        return taken;
    }
    bool done() const { return m_at == m_bytes.size(); }

private:
    std::span<const std::byte> m_bytes;
    const std::string& m_where;
    std::size_t m_at = 0;
};

void checkPreamble(Sequence& sequence, const std::string& where) {
    const auto magic = sequence.next();
    if (magic->root->kind != Kind::bigInteger || magic->root->text != kMagic)
        throw FormatError(where +
                          " is a pickle but no PyTorch checkpoint; a state dict saved by torch.save was expected");
    const auto protocol = sequence.next();
    if (protocol->root->kind != Kind::integer || protocol->root->integer != kProtocol)
        throw FormatError(
            fmt::format("{}: an unknown version of PyTorch's old format; {} was expected", where, kProtocol));
    const auto system = sequence.next();
    const PickleValue* little = system->root->find("little_endian");
    if (!little || little->kind != Kind::boolean)
        throw FormatError(where + ": the description of the machine that wrote it is missing");
    if (little->integer == 0)
        throw FormatError(where +
                          " was written on a big-endian machine, which is not read; save it again as safetensors");
}

std::map<std::string, TorchStorage> declaredStorages(const PickleDocument& document, const std::string& where) {
    std::map<std::string, TorchStorage> storages;
    for (const PickleValue* persistent : document.persistent) {
        const TorchStorage storage = torchStorage(*persistent, where);
        const auto [place, added] = storages.emplace(storage.key, storage);
        if (!added && (place->second.type != storage.type || place->second.count != storage.count))
            throw FormatError(
                fmt::format("{}: the storage \"{}\" is declared in two different ways", where, storage.key));
    }
    return storages;
}

/// The bytes of each storage, in the order in which the file lists their keys.
std::map<std::string, StorageBytes> readStorages(Sequence& sequence, const PickleDocument& document,
                                                 const std::string& where) {
    const std::map<std::string, TorchStorage> declared = declaredStorages(document, where);
    const auto keys = sequence.next();
    if (keys->root->kind != Kind::list)
        throw FormatError(where + ": the list of storages is missing");
    std::map<std::string, StorageBytes> storages;
    for (const PickleValue* key : keys->root->items) {
        const auto found = key->isString() ? declared.find(std::string(key->text)) : declared.end();
        if (found == declared.end() || storages.contains(found->first))
            throw FormatError(where + ": the list of storages names one that no tensor uses, or one twice");
        std::int64_t count = 0;
        const std::span<const std::byte> header = sequence.take(8);
        for (std::size_t i = 8; i-- > 0;)
            count = static_cast<std::int64_t>(static_cast<std::uint64_t>(count) << 8 |
                                              static_cast<std::uint64_t>(header[i]));
        if (count != found->second.count)
            throw FormatError(fmt::format("{}: the storage \"{}\" has {} values; {} were declared", where, found->first,
                                          count, found->second.count));
        const auto bytes =
            sequence.take(base::checkedProduct({count, static_cast<std::int64_t>(sizeOf(found->second.type))}, where));
        // Copied: storages in this format are not aligned.
        auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
        const std::span<const std::byte> view = *copy;
        storages.emplace(found->first, StorageBytes{view, std::move(copy)});
    }
    if (!sequence.done())
        throw FormatError(where + ": data after the last storage: the file is damaged; get it again");
    return storages;
}

} // namespace

bool looksLikeTorchLegacy(std::span<const std::byte> bytes) {
    return bytes.size() >= 2 && bytes[0] == std::byte{0x80} && bytes[1] <= std::byte{5};
}

WeightFile readTorchLegacy(std::shared_ptr<const base::MappedFile> file, const std::string& where) {
    Sequence sequence(file->bytes(), where);
    checkPreamble(sequence, where);
    const auto document = sequence.next();
    const std::map<std::string, StorageBytes> storages = readStorages(sequence, *document, where);
    WeightFile result = stateDictFrom(
        *document->root,
        [&](const TorchStorage& storage) -> StorageBytes {
            const auto found = storages.find(storage.key);
            if (found == storages.end())
                throw FormatError(fmt::format("{}: the storage \"{}\" is missing", where, storage.key));
            return found->second;
        },
        StateDictKind::checkpoint, where);
    result.format = "pytorch-legacy";
    return result;
}

} // namespace lpntk::formats
