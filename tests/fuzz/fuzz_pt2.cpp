// libFuzzer target for exported programs: whatever the bytes of a file are, it is read or refused by a base::Error.
//     fuzz_pt2 CORPUS tests/conformance/pt2
// Bytes changed blindly would seldom get past a zip's check sums, so most changes are made to one entry of the archive
// (or of the archive within it), which is then written anew.

#include <core/base/error.h>
#include <core/base/files.h>
#include <core/base/json_file.h>
#include <core/formats/pt2.h>
#include <core/formats/zip.h>
#include <core/model/pt2_graph.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <unistd.h>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t room);

namespace {

namespace fs = std::filesystem;
using lpntk::base::File;
using lpntk::base::Json;
using lpntk::formats::ZipArchive;
using lpntk::formats::ZipContent;
using Bytes = std::vector<std::byte>;

constexpr int kClasses = 10;
constexpr std::int64_t kLargest = std::int64_t{1} << 22;

/// A folder in memory, so that the disk is not worn.
class Scratch {
public:
    Scratch() : m_folder(fs::path(fs::exists("/dev/shm") ? "/dev/shm" : "/tmp") / ("fuzz_pt2-" + std::to_string(::getpid()))) {
        fs::create_directories(m_folder);
    }
    ~Scratch() {
        std::error_code code;
        fs::remove_all(m_folder, code);
    }
    fs::path write(const char* name, std::span<const std::byte> bytes) const {
        fs::path path = m_folder / name;
        File::create(path).append(bytes);
        return path;
    }
    Bytes zipped(std::span<const ZipContent> contents) const {
        const fs::path path = m_folder / "mutated.pt2";
        lpntk::formats::writeZip(path, contents);
        return lpntk::base::readFile(path, kLargest);
    }

private:
    fs::path m_folder;
};

const Scratch& scratch() {
    static const Scratch only;
    return only;
}

Bytes mutatedBytes(Bytes bytes, std::size_t room) {
    const std::size_t size = bytes.size();
    bytes.resize(std::max(room, size));
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
    return bytes;
}

void collectValues(Json& json, std::vector<Json*>& values) {
    values.push_back(&json);
    if (json.is_structured()) {
        for (Json& value : json)
            collectValues(value, values);
    }
}

/// One value dropped, replaced by another of the same program, or by a number where programs go wrong.
Bytes mutatedJson(const Bytes& bytes, std::minstd_rand& random) {
    Json json = Json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded())
        return mutatedBytes(bytes, bytes.size() + 256);
    std::vector<Json*> values;
    collectValues(json, values);
    Json& value = *values[random() % values.size()];
    constexpr std::array<std::int64_t, 8> kNumbers{-1, 0, 1, 7, 4096, 1LL << 31, 1LL << 62, -(1LL << 62)};
    switch (random() % 4) {
    case 0:
        value = kNumbers[random() % kNumbers.size()];
        break;
    case 1:
        if (value.is_array() && !value.empty())
            value.erase(random() % value.size());
        else if (value.is_object() && !value.empty())
            value.erase(std::next(value.begin(), static_cast<std::ptrdiff_t>(random() % value.size())));
        else
            value = nullptr;
        break;
    case 2:
        if (value.is_array() && !value.empty()) {
            value.push_back(Json(value[random() % value.size()]));
            break;
        }
        [[fallthrough]];
    default:
        value = Json(*values[random() % values.size()]);
    }
    const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    const auto result = std::as_bytes(std::span(text));
    return {result.begin(), result.end()};
}

/// One entry changed, dropped, doubled under another name, or, where it is an archive, changed within.
Bytes mutatedArchive(const Bytes& bytes, std::minstd_rand& random, int depth) {
    const ZipArchive zip(bytes, "seed");
    std::vector<ZipContent> contents;
    for (const ZipArchive::Entry& entry : zip.entries())
        contents.push_back({entry.name, zip.read(entry, kLargest)});
    if (contents.empty())
        return mutatedBytes(bytes, bytes.size() + 64);
    const std::size_t chosen = random() % contents.size();
    ZipContent& content = contents[chosen];
    switch (random() % 16) {
    case 0:
        contents.erase(contents.begin() + static_cast<std::ptrdiff_t>(chosen));
        break;
    case 1:
        contents.push_back({content.name + "x", content.bytes});
        break;
    case 2: {
        const auto name = std::as_bytes(std::span(content.name));
        const Bytes changed = mutatedBytes({name.begin(), name.end()}, name.size() + 8);
        content.name.assign(reinterpret_cast<const char*>(changed.data()), changed.size());
        break;
    }
    default:
        const bool archive = content.bytes.size() > 2 && std::memcmp(content.bytes.data(), "PK", 2) == 0;
        if (archive && depth < 2)
            content.bytes = mutatedArchive(content.bytes, random, depth + 1);
        else if (content.name.ends_with(".json") && random() % 4 != 0)
            content.bytes = mutatedJson(content.bytes, random);
        else
            content.bytes = mutatedBytes(content.bytes, content.bytes.size() + 256);
    }
    return scratch().zipped(contents);
}

} // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t room, unsigned int seed) {
    std::minstd_rand random(seed);
    constexpr unsigned kBlindly = 8; // one change in so many
    if (random() % kBlindly != 0) {
        try {
            const auto bytes = std::as_bytes(std::span(data, size));
            const Bytes mutated = mutatedArchive({bytes.begin(), bytes.end()}, random, 0);
            if (mutated.size() <= room) {
                std::memcpy(data, mutated.data(), mutated.size());
                return mutated.size();
            }
        } catch (const lpntk::base::Error&) {
            // No archive any more.
        }
    }
    return LLVMFuzzerMutate(data, size, room);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fs::path path = scratch().write("input.pt2", std::as_bytes(std::span(data, size)));
    try {
        if (!lpntk::formats::looksLikePt2(path))
            return -1; // not worth keeping
        const lpntk::formats::Pt2Archive archive = lpntk::formats::readPt2(path);
        lpntk::model::readPt2Graph(archive, kClasses, "input.pt2");
    } catch (const lpntk::base::Error&) {
        return 0;
    }
    return 0;
}
