#include <core/base/error.h>
#include <core/base/files.h>
#include <core/engine/engine.h>
#include <core/engine/environment.h>

#include <fmt/format.h>

#include <atomic>
#include <dlfcn.h>
#include <mutex>

namespace lpntk::engine {

namespace {

constexpr const char* kLibrary = "liblpntk_engine.so";
constexpr const char* kEntry = "lpntkCreateEngine";

std::mutex openMutex;
std::atomic<Engine*> opened = nullptr;

/// Folder of the library (or program) that this function was linked into.
std::filesystem::path ownFolder() {
    Dl_info info{};
    std::error_code code;
    if (::dladdr(reinterpret_cast<void*>(&engineIsOpen), &info) == 0 || !info.dli_fname)
        return {};
    return std::filesystem::canonical(info.dli_fname, code).parent_path();
}

std::string lastLinkerError() {
    const char* problem = ::dlerror();
    return problem ? problem : "unknown reason";
}

Engine* open() {
    const std::filesystem::path path = ownFolder() / kLibrary;
    std::error_code code;
    if (!std::filesystem::exists(path, code))
        throw base::IoError(fmt::format("{} is not there: everything that needs a network is in this library. Build the "
                                        "target lpntk_engine_library, or install the program again",
                                        base::quoted(path)));
    // Local: libtorch's protobuf and OpenMP symbols stay out of the way of the window's libraries. The engine itself
    // finds them through its own dependencies.
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
        throw base::IoError(fmt::format("{} cannot be opened: {}. Run packaging/setup.sh, which installs the libtorch "
                                        "it needs, and build again",
                                        base::quoted(path), lastLinkerError()));
    const auto create = reinterpret_cast<CreateEngine>(::dlsym(library, kEntry));
    if (!create)
        throw base::IoError(fmt::format("{} has no {}: it belongs to another version of the program; install both again",
                                        base::quoted(path), kEntry));
    return create(); // never closed: libtorch keeps threads and thread-locals until the process ends
}

} // namespace

Engine& engine() {
    if (Engine* ready = opened.load(std::memory_order_acquire))
        return *ready;
    const std::lock_guard lock(openMutex);
    if (!opened.load(std::memory_order_relaxed)) {
        prepareEnvironment();
        opened.store(open(), std::memory_order_release);
    }
    return *opened.load(std::memory_order_relaxed);
}

bool engineIsOpen() { return opened.load(std::memory_order_acquire) != nullptr; }

} // namespace lpntk::engine
